"""Which of the frames that pass by are worth keeping?

Time is cut into cells, at the grid and at scene changes. The sharpest frame of a cell stands for it, unless it looks
like one already kept. When there are too many, every second is let go and the cells become twice as long.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.types import Frame

Image = NDArray[np.uint8]
#: pictures are compared as grey thumbnails of this size, averaged over area so that noise and coding artefacts vanish
_THUMB = (96, 54)


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as new. Differences are in grey levels (0-255) between thumbnails.

    Two frames are near-identical when they differ by less than `same_mean` on average *and* by less than `same_max`
    anywhere: a small vehicle that enters a still picture changes the second, not the first.
    """

    every_ms: float
    scene_mean: float
    same_mean: float
    same_max: float
    max_frames: int
    max_width: int
    jpeg_quality: int


@dataclass(slots=True)
class _Candidate:
    at_ms: int
    image: Image
    thumb: Image
    sharpness: float


class Selector:
    """Offer frames in order of time, then take `frames()`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._every_ms = limits.every_ms
        self._kept: list[tuple[Frame, Image]] = []
        self._best: _Candidate | None = None
        self._last_thumb: Image | None = None
        self._cell_ms = 0.0

    def offer(self, at_ms: float, image: Image) -> None:
        """Consider one BGR frame at full size."""
        small = shrink(image, self._limits.max_width)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        thumb = np.asarray(cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
        changed = self._last_thumb is not None and _mean(thumb, self._last_thumb) > self._limits.scene_mean
        if self._best is None or changed or at_ms - self._cell_ms >= self._every_ms:
            self._close_cell()
            self._cell_ms = at_ms
        sharpness = sharpness_of(grey)
        if self._best is None or sharpness > self._best.sharpness:
            self._best = _Candidate(round(at_ms), small, thumb, sharpness)
        self._last_thumb = thumb

    def frames(self) -> tuple[Frame, ...]:
        """What was kept, in order of time."""
        self._close_cell()
        return tuple(frame for frame, _ in self._kept)

    def _close_cell(self) -> None:
        best, self._best = self._best, None
        if best is None or any(self._same(best.thumb, thumb) for _, thumb in self._kept):
            return
        frame = encode(best.at_ms, best.image, best.sharpness, self._limits.jpeg_quality)
        self._kept.append((frame, best.thumb))
        if len(self._kept) > self._limits.max_frames:
            self._kept = self._kept[::2]
            self._every_ms *= 2

    def _same(self, one: Image, other: Image) -> bool:
        difference = cv2.absdiff(one, other)
        return bool(difference.mean() < self._limits.same_mean and difference.max() < self._limits.same_max)


def _mean(one: Image, other: Image) -> float:
    return float(cv2.absdiff(one, other).mean())


def shrink(image: Image, max_width: int) -> Image:
    """The picture at most `max_width` wide and twice that high, its shape kept."""
    height, width = image.shape[:2]
    scale = min(1.0, max_width / width, 2 * max_width / height)
    if scale == 1.0:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def sharpness_of(grey: Image) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000): higher is sharper; comparable at one size only."""
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def encode(at_ms: int, image: Image, sharpness: float, quality: int) -> Frame:
    """The picture as a JPEG still."""
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Frame(at_ms, image.shape[1], image.shape[0], jpeg.tobytes(), sharpness)
