"""Which stills stand for a video? A grid in time, and scene changes; the sharpest of each; no two alike.

Pictures are videos of one frame. Decoding is bounded in frames kept, pixels, footage and working time, but a decoder
can still hang or crash on a hostile file: run this in a process that may die.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geolocate.frames.errors import Undecodable
from geolocate.frames.magic import HEAD_BYTES, media_type
from geolocate.frames.mp4 import movie_seconds
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import PICTURES, read_picture
from geolocate.frames.select import Limits, Selector
from geolocate.types import Sampled

#: containers whose frame count is a table of frames, not an estimate from the duration
_COUNTED = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "video/3gpp2", "video/x-msvideo"})
_PROBES_PER_CELL = 4


@dataclass(frozen=True, slots=True)
class SamplerParams:
    """How to sample. Times in seconds; differences in grey levels, see `geolocate.frames.select.Limits`.

    `max_duration_s` bounds the footage read, `max_work_s` the time spent on it, `max_pixels` one decoded frame.
    """

    every_s: float = 1.0
    scene_mean: float = 30.0
    same_mean: float = 2.0
    same_max: float = 24.0
    max_frames: int = 60
    max_width: int = 1280
    jpeg_quality: int = 85
    max_pixels: int = 50_000_000
    max_duration_s: float = 3600.0
    max_work_s: float = 90.0


def sample(path: Path, params: SamplerParams = SamplerParams()) -> Sampled:
    """The stills of a video or picture file.

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
    return _Reading(path, kind, params).run()


class _Reading:
    """One pass through a video file."""

    def __init__(self, path: Path, kind: str, params: SamplerParams) -> None:
        self._path, self._kind, self._params = path, kind, params
        self._decoded = self._unshown = 0
        self._end_ms = 0.0
        self._size = (0, 0)
        self._warnings: list[str] = []
        self._selector = Selector(
            Limits(
                params.every_s * 1000, params.scene_mean, params.same_mean, params.same_max,
                params.max_frames, params.max_width, params.jpeg_quality,
            )
        )  # fmt: skip

    def run(self) -> Sampled:
        try:
            capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        except cv2.error as error:
            raise Undecodable(f"the {self._kind} cannot be opened ({error.err or error})") from error
        try:
            self._check(capture)
            fps = _plausible(capture.get(cv2.CAP_PROP_FPS), 1000.0) or 25.0
            announced = int(_plausible(capture.get(cv2.CAP_PROP_FRAME_COUNT), 1e9))
            whole = self._read(capture, fps)
        finally:
            capture.release()
        return self._result(whole, announced, fps)

    def _check(self, capture: cv2.VideoCapture) -> None:
        if not capture.isOpened():
            raise Undecodable(f"the {self._kind} has no video stream that can be decoded, or was cut off")
        width, height = (int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if width * height > self._params.max_pixels:
            raise Undecodable(f"frames of {width}x{height} pixels are over the limit of {self._params.max_pixels}")

    def _read(self, capture: cv2.VideoCapture, fps: float) -> bool:
        """Whether the file was read to its end."""
        params, began = self._params, time.monotonic()
        probe_ms = params.every_s * 1000 / _PROBES_PER_CELL
        next_probe, at_ms = 0.0, -math.inf
        while capture.grab():
            stated = capture.get(cv2.CAP_PROP_POS_MSEC)
            # some files have no timestamps, or ones that jump back: count frames instead
            at_ms = stated if at_ms < stated < math.inf else max(at_ms, 0.0) + 1000 / fps
            self._decoded += 1
            self._end_ms = at_ms + 1000 / fps
            if at_ms > params.max_duration_s * 1000:
                self._warnings.append(f"only the first {params.max_duration_s:.0f} s were read")
                return False
            if at_ms >= next_probe:
                self._show(capture, at_ms)
                next_probe = at_ms + probe_ms - 500 / fps
                if time.monotonic() - began > params.max_work_s:
                    self._warnings.append(f"stopped at {at_ms / 1000:.0f} s of footage: no time left")
                    return False
        return True

    def _show(self, capture: cv2.VideoCapture, at_ms: float) -> None:
        try:
            ok, image = capture.retrieve()
        except cv2.error:
            ok, image = False, None
        if not ok or image is None or image.ndim != 3:
            self._unshown += 1
            return
        self._size = (image.shape[1], image.shape[0])
        self._selector.offer(at_ms, np.asarray(image, np.uint8))

    def _result(self, whole: bool, announced: int, fps: float) -> Sampled:
        frames = self._selector.frames()
        if not frames:
            raise Undecodable(f"no frame of the {self._kind} can be decoded")
        lost = self._lost(announced, fps) if whole else 0
        if lost:
            self._warnings.append(f"{announced} frames announced, {self._decoded} decoded")
        duration = self._end_ms / 1000 if whole or not announced else announced / fps
        return Sampled(
            *self._size,
            duration_s=round(duration, 3),
            frames=frames,
            decode_failures=self._unshown + lost,
            warnings=tuple(self._warnings),
        )

    def _lost(self, announced: int, fps: float) -> int:
        """How many frames should have been decoded and were not."""
        if self._kind not in _COUNTED:
            return 0
        seconds = movie_seconds(self._path)
        due = announced if seconds is None else min(announced, round(seconds * fps))
        # one more or less is rounding, or a last frame that is an end mark
        return due - self._decoded if due - self._decoded > 1 else 0


def _plausible(value: float, limit: float) -> float:
    return value if math.isfinite(value) and 0 < value <= limit else 0.0
