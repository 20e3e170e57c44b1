"""What is kept of a video: points, hashes, and the bytes that they are stored as."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.frames.fingerprint import Fingerprint, fingerprint, pack, unpack
from geolocate.frames.hashes import GRID, MIRROR_MASK, THUMB, hash_of, inside, shown_of, thumb_of
from geolocate.frames.keypoints import Points, points_of
from geolocate.frames.opencv import cv2
from geolocate.frames.select import encode
from geolocate.types import Sampled
from tests.integration.footage import FPS, Image, bordered, captioned, footage, mirrored

EVERYWHERE = np.ones((GRID, GRID), np.bool_)


def grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def sampled(frames: list[Image], step: int = 5) -> Sampled:
    kept = tuple(encode(i * 1000 // FPS, frames[i], 1.0, 85) for i in range(0, len(frames), step))
    return Sampled(frames[0].shape[1], frames[0].shape[0], len(frames) / FPS, kept)


def test_points_of_the_mirrored_picture_are_the_mirrored_points() -> None:
    picture = grey(footage(1, 0.1)[0])
    made, seen = points_of(picture, EVERYWHERE).mirrored(), points_of(mirrored(picture), EVERYWHERE)
    apart = np.bitwise_count(made.signs[:, None] ^ seen.signs[None]).sum(axis=-1)
    # descriptors are computed on another grid of pixels, so a few bits turn
    assert np.median(apart.min(axis=1)) <= 8
    nearest = seen.at[apart.argmin(axis=1)]
    assert np.median(np.abs(nearest - made.at).max(axis=1)) < 0.01


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)), max_size=5))
def test_mirroring_twice_changes_no_signature(signs: list[tuple[int, int]]) -> None:
    points = Points(np.zeros((len(signs), 2), np.float32), np.array(signs, np.uint64).reshape(-1, 2))
    assert (points.mirrored().mirrored().signs == points.signs).all()


def test_a_blank_picture_has_no_points() -> None:
    points = points_of(np.full((90, 160), 128, np.uint8), EVERYWHERE)
    assert points.at.shape == (0, 2)
    assert points.signs.shape == (0, 2)


def test_the_hash_of_the_mirrored_picture_is_a_mask_away() -> None:
    picture = grey(footage(2, 0.1)[0])
    assert (hash_of(mirrored(picture)) ^ hash_of(picture) ^ MIRROR_MASK).bit_count() <= 2


def test_borders_do_not_change_the_hash() -> None:
    picture = footage(3, 0.1)[0]
    assert (hash_of(grey(picture)) ^ hash_of(grey(bordered(picture)))).bit_count() <= 6


def test_a_blank_picture_is_not_all_border() -> None:
    assert inside(np.zeros((50, 80), np.uint8)) == (0, 0, 80, 50)


def test_a_caption_over_moving_footage_is_told_from_it() -> None:
    shown = shown_of(np.stack([thumb_of(grey(captioned(frame))) for frame in footage(4)[::5]]))
    assert not shown[-2:].any()
    assert shown[: GRID * 3 // 4].all()


def test_where_nothing_moves_nothing_is_taken_for_a_caption() -> None:
    still = thumb_of(grey(footage(5, 0.1)[0]))
    assert shown_of(np.stack([still] * 6)).all()


def test_a_fingerprint_comes_back_from_its_bytes() -> None:
    made = fingerprint("ab" * 32, sampled(footage(6)))
    back = unpack(pack(made))
    assert (back.sha256, back.duration_s, len(back.frames)) == ("ab" * 32, 4.0, 8)
    for one, other in zip(made.frames, back.frames, strict=True):
        assert (one.at_ms, one.until_ms, one.hash) == (other.at_ms, other.until_ms, other.hash)
        assert one.shape == pytest.approx(other.shape)
        assert (one.thumb == other.thumb).all()
        assert (one.points.signs == other.points.signs).all()
        assert np.abs(one.points.at - other.points.at).max(initial=0) < 1e-4


def test_a_picture_keeps_that_it_has_no_duration() -> None:
    assert unpack(pack(Fingerprint("00" * 32, None, ()))).duration_s is None


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(b"\xff" + data)


def test_a_fingerprint_that_is_cut_off_is_refused() -> None:
    data = pack(fingerprint("ab" * 32, sampled(footage(6, 1.0))))
    for end in (0, 5, 40, 60, 80, THUMB * THUMB, len(data) - 1):
        with pytest.raises(ValueError):
            unpack(data[:end])
