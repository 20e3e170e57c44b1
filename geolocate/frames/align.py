"""Do two stills show the same picture, and where in one lies the other?

Points that look alike are proposals; a similarity transform that many of them agree on (RANSAC, Fischler and Bolles
1981) is a hypothesis; it holds when the pictures themselves agree block by block once laid over each other. A logo or
caption that two clips share passes the first two tests and fails the third.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.hashes import GRID, THUMB, inside
from geolocate.frames.opencv import cv2

Matrix = NDArray[np.float64]
#: how far a point may lie from where the transform puts it, in widths of the picture
_TOLERANCE = 0.015
_LEAST_POINTS = 5
#: one picture may be shown this much smaller inside the other
_LEAST_SCALE = 0.2
#: share of the picture that shows the other's larger that the overlap must fill
_LEAST_SHARE = 0.25
#: and that the points must reach over, each way: lines of lettering do not
_LEAST_EXTENT = 0.12
_BLOCK = 8
#: a block whose grey levels deviate less than this from their mean says nothing
_TEXTURE = 3.0
_LEAST_BLOCKS = 4
#: correlation from which a block counts as the same
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Still:
    """What alignment needs of a still: its thumbnail, height over width, where on a (12, 12) grid it is no overlay."""

    thumb: NDArray[np.uint8]
    shape: float
    shown: NDArray[np.bool_]

    def mirrored(self) -> "Still":
        """As seen in a mirror."""
        return Still(self.thumb[:, ::-1], self.shape, self.shown[:, ::-1])

    def mask(self) -> NDArray[np.float32]:
        """1 at the pixels of the thumbnail that show footage."""
        return np.kron(self.shown, np.ones((THUMB // GRID, THUMB // GRID))).astype(np.float32)

    def scale(self) -> Matrix:
        """From widths of the picture to pixels of its thumbnail."""
        return np.diag([float(THUMB), THUMB / self.shape, 1.0])


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two stills agree: points that fit one transform (0 if found by hash), share of blocks alike.

    `move` (3, 3) takes the other's points to the one's, in widths of the picture.
    """

    points: int
    share: float
    move: Matrix


def by_points(one: Still, other: Still, at_one: NDArray[np.float32], at_other: NDArray[np.float32]) -> Agreement | None:
    """Lay `other` over `one` by pairs of points, (n, 2) each in widths of its picture; None when that does not work."""
    if len(at_one) < _LEAST_POINTS:
        return None
    moved, fits = cv2.estimateAffinePartial2D(
        at_other,
        at_one,
        method=cv2.RANSAC,
        ransacReprojThreshold=_TOLERANCE,
        maxIters=500,
        confidence=0.995,
    )
    if moved is None or not np.isfinite(moved).all():
        return None
    scale = float(np.hypot(moved[0, 0], moved[1, 0]))
    kept = fits.ravel() > 0
    count = min(_places(at_one[kept]), _places(at_other[kept]))
    if count < _LEAST_POINTS or not _LEAST_SCALE < scale < 1 / _LEAST_SCALE:
        return None
    if (np.maximum(_extent(one, at_one[kept]), _extent(other, at_other[kept])) < _LEAST_EXTENT).any():
        return None
    move = np.vstack([moved, (0, 0, 1)])
    share = _alike(one, other, move)
    return None if share is None else Agreement(count, share, move)


def by_borders(one: Still, other: Still) -> Agreement | None:
    """Lay `other` over `one` so that what is inside their borders covers each other."""
    x, y, width, height = inside(one.thumb)
    u, v, wide, high = inside(other.thumb)
    stretch = np.array(
        [
            [width / wide, 0, x - u * width / wide],
            [0, height / high, y - v * height / high],
            [0, 0, 1.0],
        ]
    )
    move = np.linalg.inv(one.scale()) @ stretch @ other.scale()
    share = _alike(one, other, move)
    return None if share is None else Agreement(0, share, move)


def _extent(still: Still, at: NDArray[np.float32]) -> NDArray[np.float64]:
    """Over which share of the picture's width and height the points reach, without the outermost tenths."""
    return np.asarray(np.diff(np.percentile(at / (1, still.shape), (10, 90), axis=0), axis=0)[0])


def _places(at: NDArray[np.float32]) -> int:
    """How many distinct places: several points at one corner are one reason."""
    return len(np.unique(np.round(at / (2 * _TOLERANCE)), axis=0))


def _alike(one: Still, other: Still, move: Matrix) -> float | None:
    """Share of the blocks with texture in the overlap that look alike; None when there are too few to tell."""
    move = one.scale() @ move @ np.linalg.inv(other.scale())
    if abs(np.linalg.det(move)) < 1:  # `other` would shrink: enlarge `one` over it instead
        one, other, move = other, one, np.asarray(np.linalg.inv(move), np.float64)
    size = (THUMB, THUMB)
    laid = cv2.warpAffine(other.thumb.astype(np.float32), move[:2], size, flags=cv2.INTER_LINEAR)
    mask = cv2.warpAffine(other.mask(), move[:2], size) * one.mask() > 0.99
    if mask.mean() < _LEAST_SHARE:
        return None
    blur = 0.5 * max(1.0, float(np.sqrt(abs(np.linalg.det(move)))))
    under = cv2.GaussianBlur(one.thumb.astype(np.float32), (0, 0), blur)
    left, right, whole = _blocks(laid), _blocks(under), _blocks(mask).all(axis=1)
    left -= left.mean(axis=1, keepdims=True)
    right -= right.mean(axis=1, keepdims=True)
    spread = left.std(axis=1), right.std(axis=1)
    tells = whole & (np.maximum(*spread) > _TEXTURE)
    if tells.sum() < _LEAST_BLOCKS:
        return None
    correlation = (left * right).mean(axis=1) / np.maximum(spread[0] * spread[1], 1e-3)
    return float((correlation[tells] > _ALIKE).mean())


def laid_over(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Share of the blocks with texture that look alike in two thumbnails (48, 48) laid over each other as they are."""
    left, right = _blocks(one), _blocks(other)
    left -= left.mean(axis=1, keepdims=True)
    right -= right.mean(axis=1, keepdims=True)
    spread = left.std(axis=1), right.std(axis=1)
    tells = np.maximum(*spread) > _TEXTURE
    correlation = (left * right).mean(axis=1) / np.maximum(spread[0] * spread[1], 1e-3)
    return float((correlation[tells] > _ALIKE).mean()) if tells.any() else 0.0


def _blocks(picture: Any) -> NDArray[np.float32]:
    count = THUMB // _BLOCK
    tiles = np.asarray(picture, np.float32).reshape(count, _BLOCK, count, _BLOCK).swapaxes(1, 2)
    return tiles.reshape(count * count, _BLOCK * _BLOCK)
