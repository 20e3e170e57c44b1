"""What does a frame look like as a whole, in 64 bits and in a thumbnail?

The hash is the signs of the lowest frequencies of the cosine transform (after Zauner 2010, "pHash"; signs instead of a
median make the hash of the mirrored picture a bit mask away). Borders of one colour are cut off first.
"""

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Image = NDArray[np.uint8]
#: side in pixels of the square grey thumbnail that candidates are checked with
THUMB = 48
#: hash bits whose sign turns in a mirror: the odd horizontal frequencies (columns 1 to 8 of each row of eight)
MIRROR_MASK = 0x5555555555555555
#: cells a side in which overlays are told from footage
GRID = 12
_LEAST_STILLS = 4
#: grey levels (standard deviation over the stills) from which on a clip as a whole changes
_MOVING = 8.0
#: a cell that changes less than this share of what most do is an overlay
_STILL = 0.2
_SIDE = 32
#: a row or column whose grey levels spread less than this is border, however the encoder ripples it
_FLAT = 8.0
#: borders are cut off only where at least this share of a side remains
_LEAST = 0.3


def thumb_of(grey: Image) -> Image:
    """The picture squeezed into a (48, 48) square, averaged over area."""
    return np.asarray(cv2.resize(grey, (THUMB, THUMB), interpolation=cv2.INTER_AREA), np.uint8)


def hash_of(grey: Image) -> int:
    """64 bits of the picture within its borders."""
    x, y, width, height = inside(grey)
    small = cv2.resize(grey[y : y + height, x : x + width], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    waves = cv2.dct(small.astype(np.float32))[:8, 1:9]
    return int(np.packbits((waves > 0).reshape(-1), bitorder="little").view("<u8")[0])


def shown_of(thumbs: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where thumbnails (n, 48, 48) of a clip show footage, on a (12, 12) grid; False where a caption or badge is.

    What stays as it is while most of the picture changes is laid over it; in a clip that hardly moves none is told.
    """
    side = THUMB // GRID
    change = thumbs.astype(np.float32).std(axis=0).reshape(GRID, side, GRID, side).mean(axis=(1, 3))
    if len(thumbs) < _LEAST_STILLS or np.median(change) < _MOVING:
        return np.ones((GRID, GRID), bool)
    return np.asarray(change > _STILL * float(np.median(change)))


def inside(grey: Image) -> tuple[int, int, int, int]:
    """x, y, width and height of what is left without borders of one colour; everything, if little would be."""
    top, bottom = _edges(np.ptp(np.percentile(grey, (5, 95), axis=1), axis=0))
    left, right = _edges(np.ptp(np.percentile(grey, (5, 95), axis=0), axis=0))
    return left, top, right - left, bottom - top


def _edges(spread: NDArray[np.float64]) -> tuple[int, int]:
    busy = np.flatnonzero(spread > _FLAT)
    if len(busy) == 0 or busy[-1] + 1 - busy[0] < _LEAST * len(spread):
        return 0, len(spread)
    return int(busy[0]), int(busy[-1]) + 1
