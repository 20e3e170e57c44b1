"""Do two clips move alike? What changes in the one must change in the other, at the same place and the same moment.

Two clips of one fixed scene, or under one watermark, look alike in all that stays as it is; what moves in them differs.
Glimpses of a clip, several a second and tiny, tell: laid over each other by the transform and the times at which stills
agreed, without what stays (their average over time), they correlate where the footage is one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Matrix = NDArray[np.float64]
Image = NDArray[np.uint8]
#: side in pixels of a glimpse, the picture squeezed into a square
SIDE = 24
#: glimpses kept of a clip at most
MOST = 512
#: moments compared at most
_MOMENTS = 64
_LEAST_MOMENTS = 5
#: the times at which stills agreed are that far out, in seconds
_REACH_S = np.arange(-0.6, 0.61, 0.06)
#: glimpses further apart than this do not tell what was between them
_WIDEST_S = 0.75
#: pixels of a glimpse that must be shown by both
_LEAST_PIXELS = 24
_SUBPIXELS = 3


@dataclass(frozen=True, slots=True)
class Glimpses:
    """`at_s`: (n,) seconds, rising; `pictures`: (n, 24, 24) grey levels."""

    at_s: NDArray[np.float64]
    pictures: NDArray[np.uint8]

    @property
    def tell(self) -> bool:
        """Whether they are many and close enough to tell how anything moves."""
        return len(self.at_s) >= _LEAST_MOMENTS and float(np.median(np.diff(self.at_s))) <= _WIDEST_S

    def mirrored(self) -> "Glimpses":
        """As seen in a mirror."""
        return Glimpses(self.at_s, self.pictures[:, :, ::-1])


#: of a clip that was not watched
NONE = Glimpses(np.zeros(0), np.zeros((0, SIDE, SIDE), np.uint8))


@dataclass(frozen=True, slots=True)
class Likeness:
    """`correlation` -1 to 1 of what changes, and how much changes in each, in grey levels (root mean square)."""

    correlation: float
    change: tuple[float, float]


def likeness(
    one: Glimpses,
    other: Glimpses,
    shapes: tuple[float, float],
    move: Matrix,
    speed: float,
    shift: float,
) -> Likeness | None:
    """How alike two clips move; None when they share too few moments or too little of the picture.

    `shapes`: height over width of each; `move` (3, 3) takes the other's points to the one's, in widths of the picture;
    the other's time is speed * the one's + shift, in seconds.
    """
    if not (one.tell and other.tell) or (onto := _onto(shapes, move)) is None:
        return None
    moments = _moments(one, other, speed, shift)
    if len(moments) < _LEAST_MOMENTS:
        return None
    matrix, shown, turned = onto
    left = one.pictures.reshape(len(one.pictures), -1).astype(np.float32)
    right = other.pictures.reshape(len(other.pictures), -1).astype(np.float32)
    left, right = (left @ matrix.T, right[:, shown]) if turned else (left[:, shown], right @ matrix.T)
    here, found = _at(one.at_s, left, moments)
    best: Likeness | None = None
    for late in _REACH_S:
        there, too = _at(other.at_s, right, speed * moments + shift + late)
        both = found & too
        if both.sum() < max(_LEAST_MOMENTS, 0.5 * len(moments)):
            continue
        now = _compared(here[both], there[both])
        if best is None or now.correlation > best.correlation:
            best = now
    return best


def _compared(one: NDArray[np.float32], other: NDArray[np.float32]) -> Likeness:
    one, other = _changing(one), _changing(other)
    change = float(np.sqrt((one * one).mean())), float(np.sqrt((other * other).mean()))
    return Likeness(float((one * other).mean()) / max(change[0] * change[1], 1e-3), change)


def _changing(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without what stays, and without what the picture as a whole does: exposure, fades."""
    left = pictures - pictures.mean(axis=0)
    return np.asarray(left - left.mean(axis=1, keepdims=True), np.float32)


def _moments(one: Glimpses, other: Glimpses, speed: float, shift: float) -> NDArray[np.float64]:
    start = max(one.at_s[0], (other.at_s[0] - shift) / speed)
    end = min(one.at_s[-1], (other.at_s[-1] - shift) / speed)
    within = one.at_s[(one.at_s >= start - 0.01) & (one.at_s <= end + 0.01)]
    return np.asarray(within[:: max(1, -(-len(within) // _MOMENTS))], np.float64)


def _at(
    times: NDArray[np.float64], values: NDArray[np.float32], wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Values (n, pixels) between the times, and where that can be told."""
    after = np.clip(np.searchsorted(times, wanted), 1, len(times) - 1)
    before = after - 1
    span = np.maximum(times[after] - times[before], 1e-6)
    share = (wanted - times[before]) / span
    told = (share >= -0.05) & (share <= 1.05) & ((span <= _WIDEST_S) | (np.abs(share - np.round(share)) < 0.05))
    part = np.clip(share, 0, 1).astype(np.float32)[:, None]
    return values[before] * (1 - part) + values[after] * part, told


def _onto(shapes: tuple[float, float], move: Matrix) -> tuple[NDArray[np.float32], NDArray[np.intp], bool] | None:
    """The matrix that shows one glimpse the way the coarser of the two does, the pixels that it fills, and whether it
    is for the first one's glimpses."""
    to_one = np.diag([float(SIDE), SIDE / shapes[0], 1.0])
    to_other = np.diag([float(SIDE), SIDE / shapes[1], 1.0])
    across = to_other @ np.linalg.inv(move) @ np.linalg.inv(to_one)  # from the one's pixels to the other's
    turned = abs(float(np.linalg.det(across))) < 1  # the one's pixels are the smaller: average those
    if turned:
        across = np.asarray(np.linalg.inv(across))
    steps = (np.arange(SIDE * _SUBPIXELS) + 0.5) / _SUBPIXELS
    x, y = np.meshgrid(steps, steps)
    at = across @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    column, row = (
        np.floor(at[0] / at[2]).astype(int),
        np.floor(at[1] / at[2]).astype(int),
    )
    here = (np.floor(y.ravel()).astype(int) * SIDE + np.floor(x.ravel()).astype(int)).astype(int)
    good = (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
    matrix = np.zeros((SIDE * SIDE, SIDE * SIDE), np.float32)
    np.add.at(matrix, (here[good], row[good] * SIDE + column[good]), 1 / _SUBPIXELS**2)
    shown = np.flatnonzero(matrix.sum(axis=1) > 0.99)
    return (matrix[shown], shown, turned) if len(shown) >= _LEAST_PIXELS else None


def glimpses_of(pictures: Iterable[tuple[float, Image]]) -> Glimpses:
    """Glimpses of small grey pictures, each with its time in milliseconds, in order of time; evenly `MOST` of them."""
    told = list(pictures)
    told = told[:: max(1, -(-len(told) // MOST))]
    small = [_small(picture) for _, picture in told]
    at_s = np.array([at for at, _ in told], np.float64) / 1000
    return Glimpses(at_s, np.array(small, np.uint8).reshape(-1, SIDE, SIDE))


def _small(picture: Image) -> Image:
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


class Watched:
    """Collects what the sampler considers. A file that is read anew is watched anew."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, Image]] = []

    def begin(self) -> Callable[[float, Image], None]:
        """The watcher of one reading."""
        self._seen = []
        return lambda at_ms, picture: self._seen.append((at_ms, _small(picture)))

    def glimpses(self) -> Glimpses | None:
        """What was seen; None for a picture, which is not watched."""
        return glimpses_of(self._seen) if self._seen else None
