"""Which local features does a picture have, in a form small enough to store and to look up?

SIFT points (Lowe 2004) with the square-root normalisation of Arandjelovic and Zisserman (2012), each descriptor cut
down to the signs of 128 projections (Charikar 2002; the projections have entries of +1 and -1, Achlioptas 2003). They
come in pairs, of which one is the other seen in a mirror, so that the signature of the mirrored picture is the
signature with neighbouring bits exchanged: mirrored copies are found without computing anything again.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Image = NDArray[np.uint8]
#: points kept of one picture
MAX_POINTS = 128
_MAX_FOUND = 512
#: points are taken in turns from squares of this side (in widths of the picture): lettering must not take all
_CELL = 1 / 8
_TURN = 3
#: width in pixels to which pictures are brought before features are looked for
WIDTH = 448
BITS = 128
_CONTRAST = 0.01  # a quarter of Lowe's default: night, haze and bare walls have features too
#: the average of square-rooted SIFT descriptors over frames of street and military footage and its mirror image, in
#: thousandths; the upper two rows of cells, the lower two being their mirror image. Signs are taken relative to it
_MEAN = (
    70, 49, 42, 45, 60, 36, 28, 36, 147, 78, 46, 42, 53, 36, 36, 73,
    138, 69, 41, 38, 49, 40, 49, 83, 64, 39, 34, 35, 46, 41, 48, 56,
    89, 49, 44, 53, 73, 47, 34, 45, 185, 89, 51, 55, 68, 48, 46, 101,
    176, 90, 50, 50, 64, 55, 60, 99, 80, 48, 40, 44, 58, 50, 53, 57,
)  # fmt: skip
_EVEN = np.uint64(0x5555555555555555)


@dataclass(frozen=True, slots=True)
class Points:
    """`at`: (n, 2) float32, x and y in widths of the picture; `signs`: (n, 2) uint64, 128 bits each."""

    at: NDArray[np.float32]
    signs: NDArray[np.uint64]

    def mirrored(self) -> "Points":
        """The points of the picture seen in a mirror."""
        at = self.at.copy()
        at[:, 0] = 1 - at[:, 0]
        return Points(
            at,
            ((self.signs & _EVEN) << np.uint64(1)) | ((self.signs >> np.uint64(1)) & _EVEN),
        )


def points_of(grey: Image, shown: NDArray[np.bool_]) -> Points:
    """The strongest local features of a grey picture of any size, where the grid over it, `shown`, is true."""
    at, values = features_of(grey, shown, WIDTH, _MAX_FOUND, MAX_POINTS)
    return Points(at, signs_of(values))


def features_of(
    grey: Image, shown: NDArray[np.bool_], width: int, found_at_most: int, most: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places (n, 2) of the strongest features, in widths of the picture, and the values (n, 128) of which a signature
    keeps the signs. `width`: in pixels, to which the picture is brought; `shown`: as in `points_of`, any grid."""
    height, wide = grey.shape
    size = (width, min(2 * width, max(16, round(height * width / wide))))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    found, descriptors = _detector(found_at_most).detectAndCompute(small, None)
    if not found:
        return np.zeros((0, 2), np.float32), np.zeros((0, BITS), np.float32)
    at = np.clip(np.array([k.pt for k in found], np.float32) / np.float32(width), 0, None)
    order = _spread(at, np.array([k.response for k in found]))
    rows, columns = np.clip((at[order] * (1, width / size[1]) * shown.shape[::-1]).astype(int), 0, 10_000).T[::-1]
    rows, columns = np.minimum(rows, shown.shape[0] - 1), np.minimum(columns, shown.shape[1] - 1)
    order = order[shown[rows, columns]][:most]
    return at[order], _values(np.asarray(descriptors, np.float32)[order])


def signs_of(values: NDArray[np.float32]) -> NDArray[np.uint64]:
    """The signatures, (n, 2) uint64, of features' values."""
    return np.packbits(values > 0, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _spread(at: NDArray[np.float32], response: NDArray[np.float64]) -> NDArray[np.intp]:
    """The order in which to take points: the strongest few of every square, then the next few, and so on."""
    cell = (at // _CELL).astype(int) @ (1, 1000)
    order = np.lexsort((-response, cell))
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff([*starts, len(order)]))
    return np.lexsort((-response, rank // _TURN))


@cache
def _detector(found_at_most: int) -> cv2.SIFT:
    return cv2.SIFT.create(nfeatures=found_at_most, contrastThreshold=_CONTRAST)


def _values(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    total = descriptors.sum(axis=1, keepdims=True)
    rooted = np.sqrt(descriptors / np.maximum(total, 1e-6))
    return np.asarray((rooted - _mean()) @ _projections().T, np.float32)


def _in_mirror(descriptor: NDArray[np.float32]) -> NDArray[np.float32]:
    """A SIFT descriptor (4 rows x 4 columns x 8 directions) of the same point in a mirrored picture."""
    cells = descriptor.reshape(-1, 4, 4, 8)[:, ::-1]
    return np.concatenate([cells[..., :1], cells[..., :0:-1]], axis=-1).reshape(descriptor.shape)


@cache
def _mean() -> NDArray[np.float32]:
    upper = np.array([_MEAN + (0,) * 64], np.float32) / np.float32(1000)
    return upper + _in_mirror(upper)


@cache
def _projections() -> NDArray[np.float32]:
    """(128, 128): rows of as many +1 as -1, drawn from SHA-256 so that they are the same everywhere and for ever."""
    rows = []
    for row in range(BITS // 2):
        keys = [sha256(b"%d %d" % (row, column)).digest() for column in range(128)]
        signs = np.full((1, 128), -1, np.float32)
        signs[0, np.argsort(np.array(keys, dtype="S32"))[:64]] = 1
        rows += [signs, _in_mirror(signs)]
    return np.concatenate(rows)
