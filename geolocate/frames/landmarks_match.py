"""Do two stills show the same place, and how sure is that?

Points that look alike both ways and are clearly nearest are paired; a homography (a distant or flat scene) or a
fundamental matrix (any rigid scene) that many pairs obey is a hypothesis. How surprising so many would be by chance is
the a-contrario number of false alarms of Moisan and Stival (2004, IJCV 57): the score is its negative logarithm. Only
pairs at distinct places count, and they must be spread over both pictures: lettering and single things are not.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.align import laid_over
from geolocate.frames.landmarks import WIDTH, Box, Scene
from geolocate.frames.opencv import cv2

#: a pair's signatures differ in at most so many of 128 bits, and in this share of what the next nearest differs
_NEAR_BITS, _CLEARLY = 36, 0.9
#: how far from where the hypothesis puts it a point may lie, in widths of the picture (2.5 pixels of 640)
_TOLERANCE = 0.004
#: distinct places that must agree, and cells of an 8 x 8 grid over each picture that they must fall into
LEAST_POINTS, _LEAST_CELLS, _CELLS = 12, 6, 8
#: share of each picture that the places that agree must span
_LEAST_SPAN = 0.06
#: from this score on two stills show one place: bench/landmarks.md tells how many pairs that was measured on
THRESHOLD = 9.0
#: where pictures that do not look alike as a whole agree at points that stay where they were (in widths), they share a
#: banner, a frame or a badge, and no place: such points do not count
_STAYS, _LEAST_ALIKE = 0.02, 0.5
#: a homography squeezes or turns no picture of one place more than this
_MOST_SQUEEZED = 6.0


@dataclass(frozen=True, slots=True)
class Same:
    """Two stills of one place: `score` (minus log10 of the false alarms expected), distinct `inliers`, the `share` of
    the points that could agree that did, and the `box` in the first picture that they span."""

    score: float
    inliers: int
    share: float
    box: Box


def same_place(one: Scene, other: Scene) -> Same | None:
    """Whether two stills show the same place; None when nothing speaks for it. It may score under `THRESHOLD`."""
    left, right = _pairs(one.signs, other.signs)
    if len(left) < LEAST_POINTS:
        return None
    a, b = one.at[left], other.at[right]
    if laid_over(one.thumb, other.thumb) < _LEAST_ALIKE:
        elsewhere = np.abs(a - b).max(axis=1) > _STAYS
        a, b = a[elsewhere], b[elsewhere]
        if len(a) < LEAST_POINTS:
            return None
    found = [f for f in (_flat(one, other, a, b), _rigid(one, other, a, b)) if f is not None]
    return max(found, key=lambda same: same.score, default=None)


def _pairs(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of points that are each other's nearest and clearly so."""
    if len(one) < LEAST_POINTS or len(other) < LEAST_POINTS:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    apart = np.bitwise_count(one[:, None, 0] ^ other[None, :, 0])
    apart += np.bitwise_count(one[:, None, 1] ^ other[None, :, 1])
    nearest, back = apart.argmin(axis=1), apart.argmin(axis=0)
    index = np.arange(len(one))
    first, second = np.partition(apart, 1, axis=1)[:, :2].T
    good = (back[nearest] == index) & (first <= _NEAR_BITS) & (first <= _CLEARLY * second)
    return index[good], nearest[good]


def _flat(one: Scene, other: Scene, a: NDArray[np.float32], b: NDArray[np.float32]) -> Same | None:
    # in pixels: OpenCV's estimators fail on coordinates of about 1
    move, fits = cv2.findHomography(
        b * WIDTH, a * WIDTH, cv2.USAC_MAGSAC, _TOLERANCE * WIDTH, maxIters=2000, confidence=0.999
    )
    if move is None or not np.isfinite(move).all():
        return None
    corners = np.array([[[0, 0], [1, 0], [1, other.shape], [0, other.shape]]], np.float32)
    moved = cv2.perspectiveTransform(corners * WIDTH, move)[0] / WIDTH
    if not _plausible(moved, other.shape):
        return None
    chance = math.pi * _TOLERANCE**2 / one.shape
    return _judged(one, other, a, b, fits.ravel() > 0, (chance, 4))


def _plausible(moved: NDArray[np.float32], shape: float) -> bool:
    """Whether corners moved by a homography are those of a picture seen from elsewhere: not folded, not squeezed."""
    sides = np.roll(moved, -1, axis=0) - moved
    turns = sides[:, 0] * np.roll(sides, -1, axis=0)[:, 1] - sides[:, 1] * np.roll(sides, -1, axis=0)[:, 0]
    if not (turns > 0).all():
        return False
    lengths = np.hypot(*sides.T) / (1, shape, 1, shape)
    return bool(lengths.max() < _MOST_SQUEEZED and lengths.min() > 1 / _MOST_SQUEEZED)


def _rigid(one: Scene, other: Scene, a: NDArray[np.float32], b: NDArray[np.float32]) -> Same | None:
    try:
        matrix, fits = cv2.findFundamentalMat(b * WIDTH, a * WIDTH, cv2.USAC_MAGSAC, _TOLERANCE * WIDTH, 0.999, 2000)
    except cv2.error:  # its local optimisation fails where hardly a pair fits: then none does
        return None
    if matrix is None or matrix.shape != (3, 3) or fits is None:
        return None
    diagonal = math.hypot(1, one.shape)
    chance = 2 * _TOLERANCE * diagonal / one.shape
    return _judged(one, other, a, b, fits.ravel() > 0, (chance, 7))


def _judged(
    one: Scene, other: Scene, a: NDArray[np.float32], b: NDArray[np.float32], fits: NDArray[np.bool_],
    model: tuple[float, int],
) -> Same | None:  # fmt: skip
    """What a hypothesis is worth; `model`: the chance that a false pair obeys it, and how many pairs make it."""
    chance, makes = model
    agree = min(_places(a[fits]), _places(b[fits]))
    tried = max(agree, min(_places(a), _places(b)))
    if agree < LEAST_POINTS or min(_cells(a[fits], one.shape), _cells(b[fits], other.shape)) < _LEAST_CELLS:
        return None
    if min(_span(a[fits], one.shape), _span(b[fits], other.shape)) < _LEAST_SPAN:
        return None
    score = -(
        math.log10(tried - makes) + _choose(tried, agree) + _choose(agree, makes) + (agree - makes) * math.log10(chance)
    )
    share = agree / max(1, min(_places(one.at), _places(other.at)))
    return Same(round(score, 2), agree, round(share, 3), _box(a[fits], one.shape))


def _choose(of: int, taken: int) -> float:
    return (math.lgamma(of + 1) - math.lgamma(taken + 1) - math.lgamma(of - taken + 1)) / math.log(10)


def _places(at: NDArray[np.float32]) -> int:
    """How many distinct places: several points at one corner are one reason."""
    return len(np.unique(np.round(at / (3 * _TOLERANCE)), axis=0))


def _cells(at: NDArray[np.float32], shape: float) -> int:
    return len(np.unique((at / (1, shape) * _CELLS).astype(int), axis=0))


def _span(at: NDArray[np.float32], shape: float) -> float:
    """The share of the picture inside the hull of the points."""
    return float(cv2.contourArea(cv2.convexHull(np.ascontiguousarray(at)))) / shape


def _box(at: NDArray[np.float32], shape: float) -> Box:
    left, top = (at / (1, shape)).min(axis=0)
    right, bottom = (at / (1, shape)).max(axis=0)
    return (round(float(left), 4), round(float(top), 4), round(float(right - left), 4), round(float(bottom - top), 4))
