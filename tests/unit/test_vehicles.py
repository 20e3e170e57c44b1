"""Boxes, second looks and the probability of a convoy, on values; the networks themselves on plain pictures."""

import hashlib
import re
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.frames.convoy import Seen, Vehicle, convoy_probability
from geolocate.frames.look import Look, reported
from geolocate.frames.military import MilitaryScorer
from geolocate.frames.vehicles import CenterNet, Detection, Image, distinct, overlap

side = st.floats(0.01, 1.0)
boxes = st.tuples(st.floats(0, 1), st.floats(0, 1), side, side)
LEFT, RIGHT = (0.1, 0.4, 0.2, 0.2), (0.6, 0.4, 0.2, 0.2)


def _seen(military: float, *vehicles: tuple[str, float]) -> Seen:
    return Seen(military, tuple(Vehicle(Detection(label, 0.6, LEFT), m) for label, m in vehicles))


@given(boxes, boxes)
def test_overlap_is_a_share_and_the_same_both_ways(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    share = overlap(one, other)  # type: ignore[arg-type]
    assert 0 <= share <= 1 + 1e-9
    assert share == pytest.approx(overlap(other, one))  # type: ignore[arg-type]


def test_of_two_boxes_of_one_vehicle_the_better_stays() -> None:
    better = Detection("truck", 0.7, LEFT)
    found = distinct([Detection("car", 0.5, (0.11, 0.4, 0.2, 0.2)), better], most_overlap=0.55)
    assert found == (better,)


def test_a_part_of_a_vehicle_is_not_a_second_one() -> None:
    whole = Detection("truck", 0.7, LEFT)
    assert distinct([whole, Detection("car", 0.4, (0.12, 0.42, 0.05, 0.05))], most_overlap=0.55) == (whole,)


def test_vehicles_side_by_side_both_stay_best_first() -> None:
    one, other = Detection("car", 0.4, LEFT), Detection("car", 0.8, RIGHT)
    assert distinct([one, other], most_overlap=0.55) == (other, one)


def test_the_probability_rises_with_military_scenes_and_vehicles_not_with_traffic() -> None:
    nothing = convoy_probability([_seen(0.0)] * 6)
    jam = convoy_probability([_seen(0.02, *[("truck", 0.02)] * 12)] * 6)
    scene = convoy_probability([_seen(0.9)] * 6)
    column = convoy_probability([_seen(0.9, *[("truck", 0.9)] * 4)] * 6)
    assert jam <= nothing < 0.1
    assert nothing < scene < column
    assert column > 0.9


def test_a_column_that_passes_in_a_third_of_a_clip_still_counts() -> None:
    frames = [_seen(0.8, ("truck", 0.9), ("boat", 0.9))] * 4 + [_seen(0.0)] * 8
    assert convoy_probability(frames) > 0.5


def test_a_clip_without_frames_is_no_convoy() -> None:
    assert convoy_probability([]) == 0.0


@pytest.mark.parametrize(("label", "military", "on_road"), [
    ("truck", 0.0, True), ("train", 0.1, False), ("boat", 0.1, False), ("airplane", 0.0, False), ("boat", 0.9, True),
])  # fmt: skip
def test_trains_and_ships_are_not_road_columns(label: str, military: float, on_road: bool) -> None:
    assert Vehicle(Detection(label, 0.5, LEFT), military).on_road is on_road


def test_military_is_reported_beside_the_detectors_own_label() -> None:
    found = reported(_seen(0.8, ("truck", 0.9), ("car", 0.1)))
    assert [d.label for d in found] == ["truck", "car", "military", "military"]
    assert found[-1] == Detection("military", 0.8, (0.0, 0.0, 1.0, 1.0))


class _Faint:
    """A detector that is not sure of anything."""

    def detect(self, image: Image) -> tuple[Detection, ...]:
        return (Detection("car", 0.2, LEFT),)


def test_a_faint_box_that_does_not_look_military_is_dropped() -> None:
    assert Look(_Faint()).at(np.full((120, 160, 3), 127, np.uint8)).vehicles == ()


@pytest.mark.parametrize("shape", [(360, 640), (640, 360), (16, 16), (1, 1), (40, 1200), (33, 47)])
def test_the_networks_take_pictures_of_any_shape(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(7).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for found in CenterNet(least_score=0.02).detect(image):
        left, top, width, height = found.box
        assert 0 <= left < left + width <= 1 + 1e-6
        assert 0 <= top < top + height <= 1 + 1e-6
    assert 0 <= MilitaryScorer().frame(image) <= 1
    assert 0 <= MilitaryScorer().part(image, (0.9, 0.9, 0.1, 0.1)) <= 1


def test_a_box_outside_the_picture_has_no_military_score() -> None:
    assert MilitaryScorer().part(np.zeros((20, 20, 3), np.uint8), (3.0, 3.0, 0.1, 0.1)) == 0.0


@pytest.mark.parametrize("name", ["vehicles.onnx", "imagenet.onnx"])
def test_the_shipped_weights_are_those_that_the_notice_names(name: str) -> None:
    data = resources.files("geolocate.data")
    stated = re.search(
        rf"## {name}.*?SHA-256 ([0-9a-f]{{64}})", data.joinpath("NOTICE.md").read_text("utf-8"), re.DOTALL
    )
    assert stated is not None
    assert hashlib.sha256(data.joinpath(name).read_bytes()).hexdigest() == stated.group(1)
