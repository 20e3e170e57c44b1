"""Each vehicle once: the counter on drawn blocks whose boxes are known."""

import numpy as np
import pytest

from geolocate.frames.counting import Count, Counter
from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Detection, Image

WIDTH, HEIGHT, SIZE = 480, 270, 60
SOUND, FAINT = 0.6, 0.35


def _ground(seed: int = 3) -> Image:
    coarse = np.random.default_rng(seed).integers(60, 200, (27, 96, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH * 2, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)


def _frame(lefts: list[int], pan: int = 0, seed: int = 3, score: float = SOUND) -> tuple[Image, list[Detection]]:
    """Blocks at these places; the camera looks `pan` pixels to the right of where it began."""
    image = _ground(seed)[:, pan : pan + WIDTH].copy()
    boxes = []
    for left in lefts:
        shown = max(left, 0), min(left + SIZE, WIDTH)
        if shown[1] - shown[0] > SIZE // 3:
            cv2.rectangle(image, (left, 120), (left + SIZE, 165), (30, 60, 40), -1)
            cv2.rectangle(image, (left + 8, 126), (left + 25, 140), (200, 190, 180), -1)
            box = (shown[0] / WIDTH, 120 / HEIGHT, (shown[1] - shown[0]) / WIDTH, 45 / HEIGHT)
            boxes.append(Detection("truck", score, box))
    return image, boxes


def _counted(frames: list[tuple[Image, list[Detection]]], every_s: float = 0.25) -> Count:
    counter = Counter()
    for index, (image, boxes) in enumerate(frames):
        counter.add(index * every_s, image, boxes)
    return counter.count()


def test_nothing_is_counted_before_a_frame_and_in_empty_ones() -> None:
    assert Counter().count() == Count(0, 0)
    assert _counted([_frame([])] * 4) == Count(0, 0)


def test_vehicles_that_stand_are_counted_once() -> None:
    assert _counted([_frame([40, 180, 320])] * 8) == Count(3, 3)


@pytest.mark.parametrize("step", [10, 25, 45])
def test_a_column_that_passes_the_camera_is_counted_once_each(step: int) -> None:
    frames = [_frame([i * step - n * 140 - SIZE for n in range(6)]) for i in range((WIDTH + 6 * 140) // step)]
    assert _counted(frames) == Count(6, 6)


def test_a_camera_that_passes_a_standing_column_counts_each_once() -> None:
    frames = [_frame([n * 130 + 20 - pan for n in range(7)], pan) for pan in range(0, WIDTH, 20)]
    assert _counted(frames) == Count(7, 7)


def test_a_vehicle_missed_in_a_frame_is_not_counted_twice() -> None:
    frames = [_frame([100 + 10 * i] if i != 4 else []) for i in range(9)]
    assert _counted(frames) == Count(1, 1)


def test_after_a_cut_the_same_vehicles_may_be_shown_again() -> None:
    dark = [(np.asarray(255 - image, np.uint8), boxes) for image, boxes in [_frame([60, 200], seed=9)] * 4]
    assert _counted([_frame([40, 180, 320])] * 4 + dark) == Count(3, 5)


def test_a_faint_box_of_a_frame_or_two_is_no_vehicle_and_of_more_perhaps_one() -> None:
    assert _counted([_frame([]), _frame([100], score=FAINT), _frame([])]) == Count(0, 0)
    assert _counted([_frame([100], score=FAINT)] * 2) == Count(0, 0)
    assert _counted([_frame([100], score=FAINT)] * 3) == Count(0, 1)


def test_frames_of_one_time_and_of_changing_size_are_taken() -> None:
    image, boxes = _frame([40])
    small = np.asarray(cv2.resize(image, (100, 200)), np.uint8)
    assert _counted([(image, boxes), (image, boxes), (small, boxes)], every_s=0.0).least == 1
