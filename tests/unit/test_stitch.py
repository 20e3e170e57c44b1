"""Stretches of one vehicle that was lost for a while are joined; those of two are not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.stitch import stitched
from geolocate.frames.vehicles import Box

LOOK = np.full((2, 2), 0.25, np.float32)


@dataclass(slots=True)
class Part:
    first: Box
    began_s: float
    box: Box
    at_s: float
    look: NDArray[np.float32]
    seen: int


def followed(left: float, began_s: float, at_s: float, seen: int = 5, look: NDArray[np.float32] = LOOK) -> Part:
    """A vehicle of a tenth of the frame that drives right by a fifth of it a second."""
    now = left + 0.2 * (at_s - began_s)
    return Part((left, 0.5, 0.1, 0.08), began_s, (now, 0.5, 0.1, 0.08), at_s, look, seen)


def test_a_vehicle_that_drives_on_unseen_for_a_second_is_one() -> None:
    before, after = followed(0.0, 0.0, 1.0), followed(0.4, 2.0, 3.0)
    assert stitched([after, before]) == [[before, after]]


def test_a_stretch_of_one_sighting_goes_as_the_column_does() -> None:
    column = [followed(0.0, 0.0, 2.0), followed(0.2, 0.0, 2.0)]
    glimpse, later = followed(0.5, 0.0, 0.0, seen=1), followed(0.8, 1.5, 2.5)
    assert len(stitched([*column, glimpse, later])) == 3


def test_the_next_vehicle_of_a_column_is_another() -> None:
    one, following = followed(0.0, 0.0, 2.0), followed(0.0, 2.2, 4.0)
    assert len(stitched([one, following])) == 2


def test_what_is_unseen_too_long_or_of_another_colour_or_there_at_once_is_another() -> None:
    one = followed(0.0, 0.0, 1.0)
    late, both = followed(0.9, 4.5, 5.0), followed(0.2, 0.5, 2.0)
    red = followed(0.4, 2.0, 3.0, look=np.array([[1, 0], [0, 0]], np.float32))
    for other in (late, both, red):
        assert len(stitched([one, other])) == 2
    assert stitched([]) == []
