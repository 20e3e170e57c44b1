"""Which edits of footage are recognised, and what is not the same footage."""

from collections.abc import Callable
from functools import cache

import pytest

from collector.stages.match import _same_footage
from db import copies
from geolocate.frames.fingerprint import VERSION, Fingerprint, fingerprint, pack
from geolocate.frames.video_match import THRESHOLD, compare
from tests.integration.footage import (
    FPS,
    Image,
    bordered,
    captioned,
    cropped,
    footage,
    halved,
    in_blurred_vertical,
    mirrored,
)  # fmt: skip
from tests.unit.test_fingerprint import sampled

Edit = Callable[[list[Image]], list[Image]]


def each(*changes: Callable[[Image], Image]) -> Edit:
    def edit(frames: list[Image]) -> list[Image]:
        for change in changes:
            frames = [change(frame) for frame in frames]
        return frames

    return edit


EDITS: dict[str, Edit] = {
    "scaled": each(halved),
    "cropped": each(cropped),
    "caption": each(captioned),
    "border": each(bordered),
    "mirrored": each(mirrored),
    "inside a blurred vertical frame": each(in_blurred_vertical),
    "mirrored with a caption": each(captioned, mirrored),
    "cropped and mirrored": each(cropped, mirrored),
    "captioned inside a blurred vertical frame": each(captioned, in_blurred_vertical),
    "faster": lambda frames: frames[::2],
}


@cache
def original() -> Fingerprint:
    return fingerprint("00" * 32, sampled(footage(10)))


@pytest.mark.parametrize("edit", EDITS)
def test_a_copy_is_recognised(edit: str) -> None:
    copy = fingerprint("01" * 32, sampled(EDITS[edit](footage(10)), 6))
    match = compare(original(), copy)
    assert match is not None
    assert match.score > 0.9
    assert match.mirrored == ("mirrored" in edit)
    assert match.overlap_s == pytest.approx(4.0, abs=1.0)


def test_the_overlap_of_a_cut_is_what_was_left() -> None:
    copy = fingerprint("01" * 32, sampled(footage(10)[10:30]))
    match = compare(original(), copy)
    assert match is not None
    assert match.overlap_s == pytest.approx(2.0, abs=0.6)


def test_a_still_from_a_video_is_recognised_and_overlaps_for_no_time() -> None:
    still = sampled(footage(10)[20:21])
    picture = fingerprint("01" * 32, type(still)(still.width, still.height, None, still.frames))
    match = compare(picture, original())
    assert match is not None
    assert match.score > THRESHOLD
    assert match.overlap_s == 0.0


def test_the_same_bytes_are_the_same_footage_without_looking() -> None:
    match = compare(original(), original())
    assert match is not None
    assert (match.score, match.overlap_s) == (1.0, 4.0)


@pytest.mark.parametrize("change", [captioned, mirrored, in_blurred_vertical, bordered])
def test_other_footage_in_the_same_dress_is_other_footage(change: Callable[[Image], Image]) -> None:
    one, other = (fingerprint(f"{seed}" * 32, sampled(each(captioned, change)(footage(seed)), 10)) for seed in (10, 11))
    match = compare(one, other)
    assert match is None or match.score < THRESHOLD


def test_footage_without_anything_in_it_matches_nothing() -> None:
    blank = footage(10)[0] * 0
    one, other = (fingerprint(f"0{n}" * 32, sampled([blank] * FPS)) for n in (1, 2))
    assert compare(one, other) is None


def test_a_stored_print_of_an_earlier_version_is_passed_over_not_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack(original())
    copy = fingerprint("01" * 32, sampled(footage(10), 6))
    monkeypatch.setattr(copies, "media_with_word", lambda _conn, _word, _most: [7])
    found = []
    for stored in (packed, bytes([VERSION - 1]) + packed[1:]):
        monkeypatch.setattr(copies, "packed_print", lambda _conn, _id, stored=stored: stored)
        found.append([row[0] for row in _same_footage(None, 8, copy)])  # type: ignore[arg-type]
    assert found == [[7], []]
