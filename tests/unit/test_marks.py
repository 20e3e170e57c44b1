"""Marks painted on vehicles: drawn ones are read, what only looks a little like them is not."""

import numpy as np
import pytest

from geolocate.frames.marks import marks, read
from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Image

WHOLE = (0.1, 0.1, 0.8, 0.8)


def side(seed: int = 1) -> Image:
    """The dark green side of a vehicle before a pale sky, with grain."""
    image = np.full((240, 360, 3), (210, 200, 190), np.uint8)
    image[24:216, 36:324] = (55, 78, 66)
    noise = np.random.default_rng(seed).normal(0, 6, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def painted(*words: str, at: tuple[int, int] = (140, 150), weight: int = 600) -> Image:
    image = side()
    for number, word in enumerate(words):
        where = (at[0] + 90 * number, at[1])
        cv2.putText(image, word, where, (225, 228, 226), cv2.FontFace("sans"), 80, weight)
    return np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)


@pytest.mark.parametrize("letter", "ZVO")
def test_a_painted_mark_is_read_with_its_box(letter: str) -> None:
    (found,) = marks(painted(letter), [WHOLE])
    assert found.label == f"mark {letter}"
    assert found.score > 0.85
    left, top, wide, high = found.box
    assert 0.3 < left < left + wide < 0.7
    assert 0.2 < top < top + high < 0.8


@pytest.mark.parametrize("word", [*"NSXUYCDEHKLT27345", "ZOV", "VAZ", "2201", "40"])
def test_other_signs_words_and_numbers_are_no_marks(word: str) -> None:
    assert marks(painted(word, at=(80, 150)), [WHOLE]) == ()


def test_a_wheel_is_no_mark() -> None:
    image = side()
    for x in (100, 250):
        cv2.circle(image, (x, 150), 44, (25, 25, 25), -1, cv2.LINE_AA)
        cv2.circle(image, (x, 150), 26, (190, 190, 190), 8, cv2.LINE_AA)
    assert marks(image, [WHOLE]) == ()


def test_plain_sides_small_vehicles_and_boxes_of_no_pixels_have_none() -> None:
    assert marks(side(), [WHOLE, (0.0, 0.0, 0.05, 0.05), (0.99, 0.99, 0.0, 0.0), (3.0, 3.0, 0.1, 0.1)]) == ()


def test_a_stroke_of_any_size_is_read_or_not_and_nothing_breaks() -> None:
    random = np.random.default_rng(3)
    for shape in ((1, 1), (2, 40), (300, 7), (24, 24)):
        assert read(random.integers(0, 2, shape, dtype=np.uint8))[0] in ("", "Z", "V", "O")
