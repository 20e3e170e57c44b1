"""What moves tells one footage from another that looks like it."""

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.fingerprint import fingerprint, pack, unpack
from geolocate.frames.motion import MOST, SIDE, Glimpses, Watched, glimpses_of, likeness
from geolocate.frames.opencv import cv2
from geolocate.frames.video_match import THRESHOLD, compare
from tests.integration.footage import FPS, HEIGHT, WIDTH, Image, captioned, footage
from tests.unit.test_fingerprint import sampled

Matrix = NDArray[np.float64]
SAME = np.eye(3)
SHAPES = (HEIGHT / WIDTH, HEIGHT / WIDTH)


def filmed(seed: int, scene: int = 50, frames: int = 40) -> list[Image]:
    """A fixed camera before one scene; what passes depends on the seed."""
    ground, rng = footage(scene, 0.1)[0], np.random.default_rng(seed)
    passing = [(rng.uniform(-80, WIDTH), rng.uniform(4, 20), int(rng.integers(20, 130))) for _ in range(4)]
    shown = []
    for number in range(frames):
        frame = ground.copy()
        for x, speed, y in passing:
            left = int((x + speed * number) % (WIDTH + 80)) - 40
            cv2.rectangle(frame, (left, y), (left + 40, y + 24), (20, 20, 160), -1)
        shown.append(frame)
    return shown


def seen(frames: list[Image]) -> Glimpses:
    greys = [np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8) for frame in frames]
    return glimpses_of((1000 * number / FPS, grey) for number, grey in enumerate(greys))


def test_one_footage_moves_alike_though_it_starts_later_and_is_half_as_large() -> None:
    late = 12
    smaller = [np.asarray(cv2.copyMakeBorder(cv2.resize(f, (160, 90)), 45, 45, 80, 80, 0), np.uint8) for f in filmed(1)]
    move: Matrix = np.array([[2, 0, -0.5], [0, 2, -0.5 * HEIGHT / WIDTH], [0, 0, 1.0]])
    found = likeness(seen(filmed(1)[late:]), seen(smaller), SHAPES, move, 1.0, late / FPS + 0.3)
    assert found is not None
    assert found.correlation > 0.8
    assert min(found.change) > 3


def test_one_scene_at_two_times_does_not_move_alike() -> None:
    found = likeness(seen(filmed(1)), seen(filmed(2)), SHAPES, SAME, 1.0, 0.0)
    assert found is not None
    assert found.correlation < 0.4


def test_a_fixed_camera_at_two_times_is_two_footages() -> None:
    one, other = (fingerprint(f"{n}" * 64, sampled(filmed(n)), seen(filmed(n))) for n in (1, 2))
    match = compare(one, other)
    assert match is None or match.score < THRESHOLD


def test_a_copy_from_a_fixed_camera_is_still_found() -> None:
    copy = [captioned(frame) for frame in filmed(1)]
    match = compare(
        fingerprint("1" * 64, sampled(filmed(1)), seen(filmed(1))), fingerprint("2" * 64, sampled(copy, 6), seen(copy))
    )
    assert match is not None
    assert match.score > 0.9


def test_too_few_or_too_rare_glimpses_tell_nothing() -> None:
    few = seen(filmed(1)[:3])
    rare = Glimpses(np.arange(9, dtype=np.float64) * 3, seen(filmed(1)[:9]).pictures)
    assert not few.tell
    assert not rare.tell
    assert likeness(rare, rare, SHAPES, SAME, 1.0, 0.0) is None


def test_glimpses_are_bounded_and_come_back_from_their_bytes() -> None:
    watched = Watched()
    watched.begin()(0.0, np.zeros((54, 96), np.uint8))
    watch = watched.begin()  # the file is read anew
    for number in range(3 * MOST):
        watch(40.0 * number, np.full((54, 96), number % 256, np.uint8))
    found = watched.glimpses()
    assert found is not None
    assert found.pictures.shape == (MOST, SIDE, SIDE)
    back = unpack(pack(fingerprint("ab" * 32, sampled(footage(6, 1.0)), found))).glimpses
    assert (back.pictures == found.pictures).all()
    assert back.at_s[:2].tolist() == [0.0, 0.12]
