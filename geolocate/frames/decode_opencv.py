"""How does OpenCV read a video? Every frame from the first to the last, turned upright by itself."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import cv2, reason
from geolocate.frames.select import shrink
from geolocate.frames.shots import Bounds, Image


class OpenCVReader:
    """As `geolocate.frames.shots.Reader`. Raises `Undecodable` for what has no video in it."""

    def __init__(self, path: Path, kind: str, bounds: Bounds) -> None:
        try:
            self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        except cv2.error as error:
            raise Undecodable(f"the {kind} cannot be opened ({reason(error)})") from error
        if not self._capture.isOpened():
            raise Undecodable(f"the {kind} has no video stream that can be decoded, or was cut off")
        width, height = (int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self.size = (width, height)
        if width * height > bounds.max_pixels:
            self.close()
            raise Undecodable(f"frames of {width}x{height} pixels are over the limit of {bounds.max_pixels}")
        self.fps = _plausible(self._capture.get(cv2.CAP_PROP_FPS), 1000.0) or 25.0
        self.announced = int(_plausible(self._capture.get(cv2.CAP_PROP_FRAME_COUNT), 1e9))
        self.passed = self.failed = 0
        self.end_ms = 0.0

    def shots(self) -> Iterator["_Shot"]:
        """As `Reader.shots`."""
        at_ms = -math.inf
        while self._capture.grab():
            stated = self._capture.get(cv2.CAP_PROP_POS_MSEC)
            # some files have no timestamps, or ones that jump back: count frames instead
            at_ms = stated if at_ms < stated < math.inf else max(at_ms, 0.0) + 1000 / self.fps
            self.passed += 1
            self.end_ms = at_ms + 1000 / self.fps
            yield _Shot(self._capture, at_ms)

    def close(self) -> None:
        """As `Reader.close`."""
        self._capture.release()


class _Shot:
    def __init__(self, capture: cv2.VideoCapture, at_ms: float) -> None:
        self.at_ms, self._capture = at_ms, capture
        self._image: Image | None = None

    @property
    def turns(self) -> int:
        return 0

    @property
    def held(self) -> int:
        return 0 if self._image is None else self._image.nbytes

    def grey(self) -> Image:
        return np.asarray(cv2.cvtColor(self._shown(), cv2.COLOR_BGR2GRAY), np.uint8)

    def picture(self, max_width: int) -> Image:
        return shrink(self._shown(), max_width)

    def _shown(self) -> Image:
        if self._image is None:
            try:
                ok, image = self._capture.retrieve()
            except cv2.error as error:
                raise Undecodable(f"a frame cannot be shown ({reason(error)})") from error
            if not ok or image is None or image.ndim != 3:
                raise Undecodable("a frame cannot be shown")
            self._image = np.asarray(image, np.uint8)
        return self._image


def _plausible(value: float, limit: float) -> float:
    return value if math.isfinite(value) and 0 < value <= limit else 0.0
