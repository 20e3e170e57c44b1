"""By what is a video or picture known again?

Its exact hash; of each distinct still a hash, a thumbnail and points; and glimpses of what moves.

Made from the sampler's stills, so that one pass through the file serves everything.
"""

import struct
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.errors import Undecodable
from geolocate.frames.hashes import THUMB, hash_of, shown_of, thumb_of
from geolocate.frames.keypoints import Points, points_of
from geolocate.frames.motion import NONE, SIDE, Glimpses, Watched, glimpses_of
from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.types import Sampled

#: raise it whenever prints of the same file come out differently: prints of two versions are not compared
VERSION = 2
#: stills for a fingerprint: closer together and smaller than those that people look at
PARAMS = SamplerParams(every_s=0.5, max_frames=240, max_width=640, same_mean=2.0, same_max=24.0)
_HEAD = struct.Struct("<BI?d")
_GLIMPSES = struct.Struct("<H")
_FRAME = struct.Struct("<IIQfH")


@dataclass(frozen=True, slots=True)
class FramePrint:
    """One still, and all of its like: shown from `at_ms` until `until_ms`. `shape` is height over width."""

    at_ms: int
    until_ms: int
    hash: int
    shape: float
    thumb: NDArray[np.uint8]
    points: Points


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`sha256` (hex) is the file's; `duration_s` is None for a picture; frames are in order of time."""

    sha256: str
    duration_s: float | None
    frames: tuple[FramePrint, ...]
    glimpses: Glimpses = NONE


def fingerprint_file(path: Path, params: SamplerParams = PARAMS) -> bytes:
    """The packed fingerprint of a video or picture file. Raises `Undecodable`, also when it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Undecodable(f"the file cannot be read: {error.strerror}") from error
    seen = Watched()
    sampled = sample(path, params, seen.begin)
    return pack(fingerprint(digest, sampled, seen.glimpses()))


def fingerprint(sha256: str, sampled: Sampled, glimpses: Glimpses | None = None) -> Fingerprint:
    """The fingerprint of what was sampled from the file of that hash; without glimpses, its stills serve as such."""
    times = [frame.at_ms for frame in sampled.frames]
    end = times[-1] if sampled.duration_s is None else max(times[-1], round(sampled.duration_s * 1000))
    stills = [cv2.imdecode(np.frombuffer(f.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE) for f in sampled.frames]
    greys = [np.asarray(still, np.uint8) for still in stills]
    thumbs = np.stack([thumb_of(grey) for grey in greys])
    shown = shown_of(thumbs)
    prints = []
    for grey, thumb, at, until in zip(greys, thumbs, times, [*times[1:], end], strict=True):
        shape = grey.shape[0] / grey.shape[1]
        prints.append(FramePrint(at, until, hash_of(grey), shape, thumb, points_of(grey, shown)))
    if glimpses is None:
        glimpses = glimpses_of((at, thumb) for at, thumb in zip(times, thumbs, strict=True))
    return Fingerprint(sha256, sampled.duration_s, tuple(prints), glimpses)


def pack(print_: Fingerprint) -> bytes:
    """The fingerprint as bytes, about 5 kB a still."""
    still = print_.duration_s is None
    parts = [
        _HEAD.pack(VERSION, len(print_.frames), still, print_.duration_s or 0.0),
        bytes.fromhex(print_.sha256),
    ]
    for frame in print_.frames:
        at = np.round(np.clip(frame.points.at, 0, 3) * 16384).astype("<u2")
        parts += [
            _FRAME.pack(frame.at_ms, frame.until_ms, frame.hash, frame.shape, len(at)),
            frame.thumb.tobytes(), at.tobytes(), frame.points.signs.astype("<u8").tobytes(),
        ]  # fmt: skip
    at_ms = np.round(print_.glimpses.at_s * 1000).astype("<u4")
    parts += [
        _GLIMPSES.pack(len(at_ms)),
        at_ms.tobytes(),
        print_.glimpses.pictures.tobytes(),
    ]
    return b"".join(parts)


def is_current(data: bytes) -> bool:
    """Whether a packed fingerprint is of this version."""
    return data[:1] == bytes([VERSION])


def unpack(data: bytes) -> Fingerprint:
    """The fingerprint in bytes of `pack`. Raises `ValueError` for any other bytes."""
    try:
        version, count, still, duration = _HEAD.unpack_from(data)
        if version != VERSION:
            raise ValueError(f"a fingerprint of version {version}; this is version {VERSION}")
        at, frames = _HEAD.size + 32, []
        digest = data[_HEAD.size : at].hex()
        for _ in range(count):
            frame, at = _frame(data, at)
            frames.append(frame)
        glimpses = _glimpses(data, at)
    except struct.error as error:
        raise ValueError("not a fingerprint, or cut off") from error
    return Fingerprint(digest, None if still else duration, tuple(frames), glimpses)


def _glimpses(data: bytes, at: int) -> Glimpses:
    (count,) = _GLIMPSES.unpack_from(data, at)
    at += _GLIMPSES.size
    at_ms = np.frombuffer(data, "<u4", count, at)
    pictures = np.frombuffer(data, np.uint8, count * SIDE * SIDE, at + 4 * count)
    return Glimpses(at_ms / 1000, pictures.reshape(count, SIDE, SIDE))


def _frame(data: bytes, at: int) -> tuple[FramePrint, int]:
    start, until, bits, shape, points = _FRAME.unpack_from(data, at)
    at += _FRAME.size
    thumb = np.frombuffer(data, np.uint8, THUMB * THUMB, at).reshape(THUMB, THUMB)
    at += THUMB * THUMB
    where = np.frombuffer(data, "<u2", points * 2, at).reshape(points, 2).astype(np.float32) / np.float32(16384)
    at += points * 4
    signs = np.frombuffer(data, "<u8", points * 2, at).reshape(points, 2)
    return FramePrint(start, until, bits, shape, thumb, Points(where, signs)), at + points * 16
