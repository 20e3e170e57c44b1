"""Which stretches of tracks are one vehicle that was not seen for a while?

Detectors lose a vehicle for a second and find it again. Where a stretch ends, the vehicle drives on as it did, or as
the column does: a stretch that begins there, then, of that size and look, is the same vehicle (tracklets joined by
assignment, as in Huang et al. 2008, ECCV).
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from geolocate.frames.vehicles import Box

#: seconds that a vehicle may go unseen; stretches of one may overlap by so much
_LONGEST_GAP, _OVERLAP = 3.0, 0.1
#: lengths of a vehicle by which it may be off the place where it should be
_OFF = 0.75
_LEAST_COLOURS, _MOST_GROWN = 0.35, 2.5
#: from so many sightings on, over so many seconds, a stretch tells how fast the column drives
_TELLING, _TELLING_S = 3, 0.5
_NEVER = 1e3


class Stretch(Protocol):
    """A vehicle followed without a break: boxes and seconds of its first and last sighting, its colours."""

    first: Box
    began_s: float
    box: Box
    at_s: float
    look: NDArray[np.float32]
    seen: int


S = TypeVar("S", bound=Stretch)


def stitched(stretches: Sequence[S]) -> list[list[S]]:
    """The stretches of each vehicle of one scene, in order of time."""
    if len(stretches) < 2:
        return [[each] for each in stretches]
    told = [s for s in stretches if s.seen >= _TELLING and s.at_s - s.began_s >= _TELLING_S]
    usual = np.median([_pace(s) for s in told], axis=0) if told else np.zeros(2)
    cost = np.array([[_off(a, b, usual) for b in stretches] for a in stretches])
    follows = {int(b): int(a) for a, b in zip(*linear_sum_assignment(cost), strict=True) if cost[a, b] <= _OFF}
    groups: dict[int, list[S]] = {}
    for index in sorted(range(len(stretches)), key=lambda i: stretches[i].began_s):
        groups.setdefault(_root(index, follows), []).append(stretches[index])
    return list(groups.values())


def _root(index: int, follows: dict[int, int]) -> int:
    while index in follows:
        index = follows[index]
    return index


def _middle(box: Box) -> NDArray[np.float64]:
    return np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])


def _pace(stretch: Stretch) -> NDArray[np.float64]:
    """Fractions of the frame a second, right and down."""
    return (_middle(stretch.box) - _middle(stretch.first)) / (stretch.at_s - stretch.began_s)


def _off(one: Stretch, other: Stretch, usual: NDArray[np.float64]) -> float:
    """How far, in lengths, `other` begins from where `one` should be by then."""
    gap = other.began_s - one.at_s
    sizes = sorted((one.box[2] * one.box[3], other.first[2] * other.first[3]))
    if one is other or not -_OVERLAP <= gap <= _LONGEST_GAP or sizes[1] > _MOST_GROWN * sizes[0]:
        return _NEVER
    if other.at_s <= one.at_s or float(np.minimum(one.look, other.look).sum()) < _LEAST_COLOURS:
        return _NEVER
    length = max(one.box[2], other.first[2], 1e-6), max(one.box[3], other.first[3], 1e-6)
    paces = [usual] + ([_pace(one)] if one.seen >= _TELLING and one.at_s > one.began_s else [])
    return min(float(np.hypot(*((_middle(one.box) + p * gap - _middle(other.first)) / length))) for p in paces)
