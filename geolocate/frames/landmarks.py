"""By what is a place known again in a still? Local features of what stands there, without what moves or was burnt in.

More and finer features than those by which copies are known (`keypoints`): another view of a place shares few of them.
Points inside boxes of vehicles and of writing that was burnt in are left out: an eight-wheeler or a channel's badge is
the same everywhere.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.hashes import GRID, THUMB, thumb_of
from geolocate.frames.keypoints import features_of, signs_of
from geolocate.frames.opencv import cv2

#: raise it whenever scenes of the same still come out differently: scenes of two versions are not compared
VERSION = 1
#: pixels to which a still's width is brought, features that are looked for, and those kept
WIDTH, _MOST_FOUND, MOST_POINTS = 640, 1200, 300
#: bits by which features are looked up, in either half of a signature, and how many of them are called doubtful
WORD_BITS, DOUBTFUL = 20, 7
#: cells a side in which hidden parts are told
_CELLS = 48
_HEAD = struct.Struct("<BIfH")

#: left, top, width, height as fractions of the frame
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scene:
    """One still as a place is known by: at `at_ms`, `shape` height over width, `thumb` (48, 48) grey, n points.

    `at`: (n, 2) float32 in widths of the picture; `signs`: (n, 2) uint64, see `keypoints`; `doubt`: (n,) uint64, of the
    first WORD_BITS bits of either half which DOUBTFUL are the least sure, the second half's above the first's.
    """

    at_ms: int
    shape: float
    thumb: NDArray[np.uint8]
    at: NDArray[np.float32]
    signs: NDArray[np.uint64]
    doubt: NDArray[np.uint64]


def scene_of(
    at_ms: int, grey: NDArray[np.uint8], hidden: Sequence[Box] = (), shown: NDArray[np.bool_] | None = None
) -> Scene:
    """A grey picture of any size as a place is known by. `hidden`: boxes to leave out; `shown`: `hashes.shown_of`."""
    mask = np.ones((_CELLS, _CELLS), bool)
    if shown is not None:
        mask &= np.kron(shown, np.ones((_CELLS // GRID, _CELLS // GRID), bool))
    for left, top, width, height in hidden:
        # a cell more on each side: a feature reaches beyond its middle
        x, y = int(left * _CELLS) - 1, int(top * _CELLS) - 1
        mask[max(0, y) : int((top + height) * _CELLS) + 2, max(0, x) : int((left + width) * _CELLS) + 2] = False
    at, values = features_of(grey, mask, WIDTH, _MOST_FOUND, MOST_POINTS)
    shape = grey.shape[0] / grey.shape[1]
    return Scene(at_ms, shape, thumb_of(grey), at, signs_of(values), _doubt(values))


def _doubt(values: NDArray[np.float32]) -> NDArray[np.uint64]:
    found = np.zeros(len(values), np.uint64)
    for half in range(2):
        sure = np.abs(values[:, 64 * half : 64 * half + WORD_BITS])
        for bit in np.argsort(sure, axis=1)[:, :DOUBTFUL].T:
            found |= np.uint64(1) << (bit + WORD_BITS * half).astype(np.uint64)
    return found


def grey_of(jpeg: bytes) -> NDArray[np.uint8]:
    """A stored still as `scene_of` takes it."""
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def pack(scenes: Sequence[Scene]) -> bytes:
    """Scenes as bytes, up to 10.8 kB each."""
    parts = []
    for one in scenes:
        at = np.round(np.clip(one.at, 0, 3) * 16384).astype("<u2")
        parts += [
            _HEAD.pack(VERSION, one.at_ms, one.shape, len(at)), one.thumb.tobytes(), at.tobytes(),
            one.signs.astype("<u8").tobytes(), one.doubt.astype("<u8").tobytes(),
        ]  # fmt: skip
    return b"".join(parts)


def unpack(data: bytes) -> list[Scene]:
    """The scenes in bytes of `pack`. Raises `ValueError` for other bytes and for those of another version."""
    scenes, start = [], 0
    while start < len(data):
        try:
            version, at_ms, shape, count = _HEAD.unpack_from(data, start)
        except struct.error as error:
            raise ValueError("not scenes, or cut off") from error
        if version != VERSION:
            raise ValueError(f"scenes of version {version}; this is version {VERSION}")
        start += _HEAD.size
        thumb = np.frombuffer(data, np.uint8, THUMB * THUMB, start).reshape(THUMB, THUMB)
        start += THUMB * THUMB
        at = np.frombuffer(data, "<u2", count * 2, start).reshape(count, 2).astype(np.float32) / np.float32(16384)
        start += count * 4
        signs = np.frombuffer(data, "<u8", count * 2, start).reshape(count, 2).astype(np.uint64)
        doubt = np.frombuffer(data, "<u8", count, start + count * 16).astype(np.uint64)
        start += count * 24
        scenes.append(Scene(at_ms, shape, thumb, at, signs, doubt))
    return scenes
