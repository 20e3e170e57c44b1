"""The same place from elsewhere is known, another is not, and what moves or was burnt in makes no place."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geolocate.frames.landmarks import Scene, pack, scene_of, unpack
from geolocate.frames.landmarks_index import LandmarkIndex
from geolocate.frames.landmarks_match import THRESHOLD, same_place
from geolocate.frames.opencv import cv2

Grey = NDArray[np.uint8]


def place(seed: int) -> Grey:
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.uniform(40, 215, (8, 24)).astype(np.float32), (1200, 480), interpolation=cv2.INTER_CUBIC)
    ground = ground + cv2.resize(rng.normal(0, 25, (120, 300)).astype(np.float32), (1200, 480))
    for _ in range(250):
        x, y, w, h = (int(v) for v in rng.integers((0, 0, 5, 5), (1180, 470, 60, 40)))
        cv2.rectangle(ground, (x, y), (x + w, y + h), float(rng.uniform(0, 255)), -1)
    return np.asarray(np.clip(ground, 0, 255), np.uint8)


def view(grey: Grey, left: int, bend: float = 0.0, light: float = 1.0) -> Grey:
    seen = grey[40:440, left : left + 720]
    corners = np.array([[0, 0], [720, 0], [720, 400], [0, 400]], np.float32)
    moved = corners + np.array([[0, bend], [0, -bend], [0, bend], [0, 0]], np.float32) * 400
    bent = cv2.warpPerspective(seen, cv2.getPerspectiveTransform(corners, moved), (720, 400))
    return np.asarray(np.clip(bent * light, 0, 255), np.uint8)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [scene_of(n, view(place(n), 0)) for n in range(8)]


@pytest.mark.parametrize(("left", "bend", "light"), [(150, 0.0, 1.0), (60, 0.1, 1.0), (100, -0.08, 0.4)])
def test_another_view_of_a_place_is_found_among_others(
    scenes: list[Scene], left: int, bend: float, light: float
) -> None:
    index = LandmarkIndex([(100 + n, [scene]) for n, scene in enumerate(scenes)])
    hits = index.find(scene_of(0, view(place(3), left, bend, light)))
    assert [(hit.owner, hit.at_ms) for hit in hits] == [(103, 3)]
    assert hits[0].same.score >= THRESHOLD
    assert index.find(scene_of(0, view(place(3), left, bend, light)), frozenset({100})) == []


def test_other_places_are_not_taken_for_one(scenes: list[Scene]) -> None:
    pairs = [same_place(one, other) for n, one in enumerate(scenes) for other in scenes[n + 1 :]]
    assert max((s.score for s in pairs if s is not None), default=0.0) < THRESHOLD / 2


def test_a_banner_and_a_badge_that_two_channels_pictures_share_are_no_place() -> None:
    graphic = place(50)
    pictures = [view(place(n), 0) for n in (51, 52)]
    for picture in pictures:
        picture[320:] = graphic[40:120, 0:720]
        picture[10:70, 560:700] = graphic[200:260, 0:140]
    found = same_place(*(scene_of(0, picture) for picture in pictures))
    assert found is None or found.score < THRESHOLD


def test_a_vehicle_before_two_places_is_no_place_once_its_box_is_left_out() -> None:
    vehicle, box = place(60)[0:260, 0:480], (0.15, 0.2, 0.7, 0.7)
    pictures = [view(place(n), 0) for n in (61, 62)]
    for shift, picture in enumerate(pictures):
        picture[100 + 10 * shift : 360 + 10 * shift, 120 + 30 * shift : 600 + 30 * shift] = vehicle
    shown, hidden = (same_place(*(scene_of(0, p, boxes) for p in pictures)) for boxes in ((), (box,)))
    assert shown is not None
    assert shown.score >= THRESHOLD  # that is why boxes are left out
    assert hidden is None or hidden.score < THRESHOLD


def test_an_index_that_grows_in_pieces_answers_as_one_made_at_once(scenes: list[Scene]) -> None:
    whole, grown = LandmarkIndex((n, [s]) for n, s in enumerate(scenes)), LandmarkIndex()
    for round_ in range(3):
        for n, scene in enumerate(scenes):
            grown.add([(n + 10 * round_, [scene])])
    query = scene_of(0, view(place(5), 80))
    assert len(grown) == 3 * len(whole)
    assert {hit.owner % 10 for hit in grown.find(query)} == {hit.owner for hit in whole.find(query)} == {5}


def test_scenes_outlive_packing_and_strange_bytes_are_refused(scenes: list[Scene]) -> None:
    again = unpack(pack(scenes))
    assert [s.at_ms for s in again] == list(range(8))
    assert all((a.signs == b.signs).all() and (a.doubt == b.doubt).all() for a, b in zip(again, scenes, strict=True))
    assert abs(again[0].at - scenes[0].at).max() < 1e-4
    for bytes_ in (b"\x07" + pack(scenes)[1:], pack(scenes)[:-1], b"x"):
        with pytest.raises(ValueError):
            unpack(bytes_)


def test_a_picture_without_anything_in_it_shows_no_place(scenes: list[Scene]) -> None:
    blank = scene_of(0, np.full((300, 400), 128, np.uint8))
    assert len(blank.at) == 0
    assert same_place(blank, scenes[0]) is None
    assert LandmarkIndex([(1, [blank])]).find(scenes[0]) == []
    assert LandmarkIndex([(1, scenes)]).find(blank) == []
