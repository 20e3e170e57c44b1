"""Finding, reading and telling apart what is written on frames; letters are drawn with OpenCV's own face."""

import hashlib
from collections.abc import Iterable
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.frames.captions import Appearance, kind_of, small
from geolocate.frames.draw import drawn
from geolocate.frames.opencv import cv2
from geolocate.frames.script import SCRIPTS, script_of, share
from geolocate.frames.select import encode
from geolocate.frames.signs import Bounds, SignReader, chosen, read_signs
from geolocate.frames.signs_boxes import Written, joined, written
from geolocate.frames.signs_lines import read_line
from geolocate.frames.vehicles import Box, Detection, Image
from geolocate.types import Frame


def board(*lines: str) -> Image:
    image = np.full((360, 640, 3), (150, 60, 20), np.uint8)
    face = cv2.FontFace("sans")
    for number, line in enumerate(lines):
        cv2.putText(image, line, (60, 120 + 80 * number), (240, 240, 240), face, 40, 400)
    return image


def scene(seed: int) -> Image:
    """A smooth scene: another seed is another view."""
    coarse = np.random.default_rng(seed).integers(40, 200, (5, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize(
    ("text", "script"),
    [("Саракиб 25 км", "cyrillic"), ("Київ, Харків", "cyrillic"), ("Welcome to Homs", "latin")],
)
def test_a_line_is_found_and_read_in_its_script(text: str, script: str) -> None:
    image = board(text)
    (line,) = written(image, 640)
    reading = read_line(image, line)
    assert reading is not None
    assert (reading.text, reading.script) == (text, script)
    left, top, wide, high = line.box(640, 360)
    assert left < 100 / 640 < left + wide
    assert top < 110 / 360 < top + high


def test_arabic_is_read() -> None:
    # OpenCV sets letters from the left: the word the other way round
    image = board("سراقب"[::-1])
    (line,) = written(image, 640)
    reading = read_line(image, line)
    assert reading is not None
    assert (reading.text, reading.script) == ("سراقب", "arabic")


def test_where_nothing_is_written_nothing_is_found() -> None:
    assert written(scene(1), 640) == ()
    assert read_signs([encode(0, scene(1), 1.0, 90)]) == ()


def test_a_patch_without_letters_is_not_read() -> None:
    stripes = np.full((60, 200, 3), 255, np.uint8)
    stripes[:, ::8] = 0
    assert read_line(stripes, Written(((0, 0), (200, 0), (200, 60), (0, 60)), 1.0)) is None


def test_pieces_of_one_line_are_joined_and_two_lines_are_not() -> None:
    def box(left: float, top: float, right: float, bottom: float) -> Written:
        return Written(((left, top), (right, top), (right, bottom), (left, bottom)), 0.9)

    assert len(joined([box(0, 0, 100, 20), box(110, 1, 200, 21)])) == 1
    assert len(joined([box(0, 0, 100, 20), box(0, 24, 100, 44)])) == 2
    assert len(joined([box(0, 0, 100, 20), box(300, 0, 400, 20)])) == 2


def test_a_caption_stays_while_the_scene_changes_and_a_sign_does_not() -> None:
    reader = SignReader()
    face = cv2.FontFace("sans")
    for number in range(5):
        image = scene(number)
        cv2.putText(image, "Footage from Palmyra", (150, 330), (255, 255, 255), face, 26, 500)
        cv2.rectangle(image, (40 + 60 * number, 60), (250 + 60 * number, 120), (120, 40, 10), -1)
        cv2.putText(image, "HOMS 25", (60 + 60 * number, 103), (250, 250, 250), face, 34, 500)
        reader.add(number * 1000, image)
    kinds = {s.text: s.kind for s in reader.signs()}
    assert kinds == {"Footage from Palmyra": "caption", "HOMS 25": "scene"}
    sign = next(s for s in reader.signs() if s.kind == "scene")
    assert (sign.first_ms, sign.last_ms) == (0, 4000)
    assert {seen.text for seen in reader.frame(2000)} == set(kinds)


def appearances(box: Box, seeds: Iterable[int]) -> list[Appearance]:
    return [Appearance(box, small(scene(seed))) for seed in seeds]


def test_what_stays_in_a_corner_for_good_is_a_watermark() -> None:
    corner, foot = (0.8, 0.04, 0.15, 0.05), (0.2, 0.85, 0.6, 0.07)
    assert kind_of("News", appearances(corner, range(6)), 6) == "watermark"
    assert kind_of("Column near Homs", appearances(foot, range(6)), 6) == "caption"
    assert kind_of("News", appearances(corner, range(3)), 12) == "caption"


def test_where_nothing_moves_a_line_counts_as_scene() -> None:
    assert kind_of("Homs", appearances((0.4, 0.4, 0.2, 0.05), [1, 1, 1, 1]), 4) == "scene"


@pytest.mark.parametrize("address", ["@convoy_news", "t.me/frontline", "www.example.org", "tiktok: @someone"])
def test_an_address_is_a_watermark_even_in_one_picture(address: str) -> None:
    assert kind_of(address, appearances((0.4, 0.4, 0.2, 0.05), [1]), 1) == "watermark"


def test_a_picture_has_signs_without_a_time() -> None:
    (sign,) = read_signs([encode(0, board("HOMS 25 km"), 1.0, 95)])
    assert (sign.text, sign.at_ms, sign.kind) == ("HOMS 25 km", None, "scene")


def test_a_known_line_is_not_read_again() -> None:
    reader = SignReader()
    for at_ms in range(0, 5000, 1000):
        reader.add(at_ms, board("Welcome to Homs"))
    assert len(reader.signs()) == 1
    assert not reader.exhausted


def test_work_is_bounded() -> None:
    reader = SignReader(bounds=Bounds(frames=2))
    for at_ms in range(0, 5000, 1000):
        reader.add(at_ms, board("Welcome to Homs"))
    assert reader.exhausted
    assert reader.signs()[0].last_ms == 1000


@given(st.integers(0, 200), st.integers(1, 50))
def test_chosen_frames_are_spread_and_bounded(count: int, most: int) -> None:
    frames = [encode_stub(i) for i in range(count)]
    found = chosen(frames, most)
    assert len(found) == min(count, most)
    assert [f.at_ms for f in found] == sorted({f.at_ms for f in found})


def encode_stub(at_ms: int) -> Frame:
    return Frame(at_ms, 1, 1, b"", float(at_ms * 7919 % 101))


@given(st.text())
def test_shares_of_scripts_never_exceed_one(text: str) -> None:
    assert all(0 <= share(text, script) <= 1 for script in SCRIPTS)
    assert script_of(text) in (*SCRIPTS, None)


def test_a_drawn_still_shows_boxes_of_writing() -> None:
    reader = SignReader()
    reader.add(0, board("Welcome to Homs"))
    plain = drawn(board("Welcome to Homs"), [Detection("car", 0.5, (0.1, 0.1, 0.2, 0.2))])
    boxed = drawn(board("Welcome to Homs"), [Detection("car", 0.5, (0.1, 0.1, 0.2, 0.2))], reader.frame(0))
    assert boxed != plain


@pytest.mark.parametrize(
    "name", ["text_boxes.onnx", *(f"tessdata/{n}.traineddata" for n in ("ara", "eng", "rus", "ukr"))]
)
def test_the_shipped_data_is_what_the_notice_says(name: str) -> None:
    data = resources.files("geolocate.data")
    assert hashlib.sha256(data.joinpath(name).read_bytes()).hexdigest() in data.joinpath("NOTICE.md").read_text("utf-8")
