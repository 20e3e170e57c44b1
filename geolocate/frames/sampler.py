"""Which stills stand for a video? A grid in time, and scene changes; the sharpest of each; no two alike.

Pictures are videos of one frame. Decoding is bounded in frames kept, pixels, footage and working time, but a decoder
can still hang or crash on a hostile file: run this in a process that may die.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geolocate.frames.decode_av import AvReader
from geolocate.frames.decode_opencv import OpenCVReader
from geolocate.frames.errors import Undecodable
from geolocate.frames.magic import HEAD_BYTES, media_type
from geolocate.frames.mp4 import movie_seconds
from geolocate.frames.picture import PICTURES, read_picture
from geolocate.frames.select import Limits, Selector, Watcher
from geolocate.frames.shots import Bounds, Reader, Shot
from geolocate.types import Frame, Sampled

#: containers whose frame count is a table of frames, not an estimate from the duration
_COUNTED = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "video/3gpp2", "video/x-msvideo"})
_PROBES_PER_CELL = 4
#: a key frame every second comes every 30 frames of 1001/30000 s
_ROUNDING_S = 0.01


@dataclass(frozen=True, slots=True)
class SamplerParams:
    """How to sample. Times in seconds; differences in grey levels, see `geolocate.frames.select.Limits`.

    `max_frames` stills are kept, and up to `max_scenes` when each shows a scene of its own. `max_duration_s` bounds
    the footage read, `max_work_s` the time spent on it, `max_pixels` one decoded frame.
    """

    every_s: float = 1.0
    scene_mean: float = 30.0
    same_mean: float = 2.0
    same_max: float = 24.0
    max_frames: int = 60
    max_scenes: int = 120
    max_width: int = 1280
    jpeg_quality: int = 85
    max_pixels: int = 50_000_000
    max_duration_s: float = 3600.0
    max_work_s: float = 90.0


def sample(path: Path, params: SamplerParams = SamplerParams(), watch: Callable[[], Watcher] | None = None) -> Sampled:
    """The stills of a video or picture file. `watch` is asked for a watcher at every start of reading a video.

    Raises `Undecodable` for anything without pictures in it: empty, text, audio, truncated beyond use, too large.
    """
    try:
        with path.open("rb") as file:
            kind = media_type(file.read(HEAD_BYTES))
        if path.stat().st_size == 0:
            raise Undecodable("the file is empty")
        if kind in PICTURES:
            return read_picture(path, kind, params.max_pixels, params.max_width, params.jpeg_quality)
    except OSError as error:
        raise Undecodable(f"the file cannot be read: {error.strerror}") from error
    if kind.startswith("audio/"):
        raise Undecodable(f"{kind} holds no pictures")
    if not kind.startswith("video/") and kind not in ("image/gif", "application/ogg"):
        raise Undecodable(f"{kind} is not a kind of video or picture that is read")
    return _video(path, kind, params, watch or (lambda: None))


def _video(path: Path, kind: str, params: SamplerParams, watch: Callable[[], Watcher | None]) -> Sampled:
    bounds = Bounds(params.every_s + _ROUNDING_S, params.max_pixels)
    try:
        reader = AvReader(path, kind, bounds)
        found = _Reading(reader, path, kind, params, watch()).run()
        if reader.trusted:
            return found
        # key frames that are none, or damage that is to be counted: read all of it
        return _Reading(AvReader(path, kind, bounds, everything=True), path, kind, params, watch()).run()
    except Undecodable:
        return _Reading(OpenCVReader(path, kind, bounds), path, kind, params, watch()).run()


class _Reading:
    """One pass through a video file."""

    def __init__(self, reader: Reader, path: Path, kind: str, params: SamplerParams, watch: Watcher | None) -> None:
        self._reader, self._path, self._kind, self._params = reader, path, kind, params
        self._unshown = 0
        self._warnings: list[str] = []
        self._selector = Selector(
            Limits(
                params.every_s * 1000, params.scene_mean, params.same_mean, params.same_max,
                params.max_frames, params.max_scenes, params.max_width, params.jpeg_quality,
            ), watch,
        )  # fmt: skip

    def run(self) -> Sampled:
        """Raises `Undecodable` when no frame can be had."""
        try:
            whole = self._read()
            frames = self._selector.frames()
        finally:
            self._reader.close()
        if not frames:
            raise Undecodable(f"no frame of the {self._kind} can be decoded")
        reader, unshown = self._reader, self._unshown + self._selector.unshown
        lost = self._lost() if whole else 0
        if lost:
            self._warnings.append(f"{reader.announced} frames announced, {reader.passed} there")
        if reader.failed + unshown:
            self._warnings.append(f"{reader.failed + unshown} frames damaged")
        end_s = reader.end_ms / 1000
        return Sampled(
            *_upright(reader.size, frames[0]),
            duration_s=round(end_s if whole or not reader.announced else reader.announced / reader.fps, 3),
            frames=frames,
            decode_failures=unshown + reader.failed + lost,
            warnings=tuple(self._warnings),
        )

    def _read(self) -> bool:
        """Whether the file was read to its end."""
        params, began = self._params, time.monotonic()
        probe_ms = params.every_s * 1000 / _PROBES_PER_CELL
        next_probe, passed = -math.inf, None
        for shot in self._reader.shots():
            if shot.at_ms > params.max_duration_s * 1000:
                self._warnings.append(f"only the first {params.max_duration_s:.0f} s were read")
                return False
            if passed is not None and shot.at_ms - passed.at_ms > probe_ms:
                self._show(passed)  # the last before frames that were left out: the only one for a scene there
            passed = shot
            if shot.at_ms >= next_probe:
                self._show(shot)
                next_probe, passed = shot.at_ms + probe_ms - 500 / self._reader.fps, None
            if time.monotonic() - began > params.max_work_s:
                self._warnings.append(f"stopped at {shot.at_ms / 1000:.0f} s of footage: no time left")
                return False
        return True

    def _show(self, shot: Shot) -> None:
        try:
            self._selector.offer(shot)
        except Undecodable:
            self._unshown += 1

    def _lost(self) -> int:
        """How many frames should have been there and were not."""
        if self._kind not in _COUNTED:
            return 0
        reader = self._reader
        seconds = movie_seconds(self._path)
        due = reader.announced if seconds is None else min(reader.announced, round(seconds * reader.fps))
        # one more or less is rounding, or a last frame that is an end mark
        return due - reader.passed if due - reader.passed > 1 else 0


def _upright(size: tuple[int, int], frame: Frame) -> tuple[int, int]:
    """Width and height as people see them: those of the file, turned as its stills are."""
    turned = (size[0] > size[1]) != (frame.width > frame.height) and frame.width != frame.height
    return (size[1], size[0]) if turned else size
