"""Which of the frames that pass by are worth keeping?

Time is cut into cells, at the grid and at scene changes. The sharpest frame of a cell stands for it, unless it looks
like one already kept. When there are too many, every second of a scene is let go and the cells become twice as long.
"""

from dataclasses import dataclass

import numpy as np

from geolocate.frames.opencv import cv2
from geolocate.frames.shots import Image, Shot, fitting
from geolocate.types import Frame

#: pictures are compared as grey thumbnails of this size, averaged over area so that noise and coding artefacts vanish
_THUMB = (96, 54)
#: so many times what is usual, and what is steady (grey levels), makes a cut between scenes of one brightness, too
_UNUSUAL, _STEADY = 3.0, 5.0
_SHARP_WIDTH = 640


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
    max_scenes: int
    max_width: int
    jpeg_quality: int


@dataclass(slots=True)
class _Candidate:
    at_ms: int
    shot: Shot
    thumb: Image
    sharpness: float


@dataclass(frozen=True, slots=True)
class _Kept:
    """`scene` is the number of the scene that the frame is of."""

    frame: Frame
    thumb: Image
    scene: int


class Selector:
    """Offer shots in order of time, then take `frames()`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._every_ms = limits.every_ms
        self._kept: list[_Kept] = []
        self._best: _Candidate | None = None
        self._last_thumb: Image | None = None
        self._cell_ms = 0.0
        self._scene = 0
        self._usual = 0.0  # how far apart thumbnails were of late

    def offer(self, shot: Shot) -> None:
        """Consider one shot. Raises `Undecodable` when it cannot be shown."""
        grey = shrink(shot.grey(), _SHARP_WIDTH)
        thumb = np.asarray(cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
        before = thumb if self._last_thumb is None else self._last_thumb
        changed = self._is_other(float(cv2.absdiff(thumb, before).mean()))
        if self._best is None or changed or shot.at_ms - self._cell_ms >= self._every_ms:
            self._close_cell()
            self._cell_ms = shot.at_ms
            self._scene += changed
        sharpness = sharpness_of(grey)
        if self._best is None or sharpness > self._best.sharpness:
            self._best = _Candidate(round(shot.at_ms), shot, thumb, sharpness)
        self._last_thumb = thumb

    def frames(self) -> tuple[Frame, ...]:
        """What was kept, in order of time."""
        self._close_cell()
        return tuple(kept.frame for kept in self._kept)

    def _close_cell(self) -> None:
        best, self._best = self._best, None
        if best is None or any(self._same(best.thumb, kept.thumb) for kept in self._kept):
            return
        image = best.shot.picture(self._limits.max_width)
        frame = encode(best.at_ms, image, best.sharpness, self._limits.jpeg_quality)
        self._kept.append(_Kept(frame, best.thumb, self._scene))
        if len(self._kept) > self._limits.max_frames:
            self._thin()

    def _thin(self) -> None:
        """Let go of every second frame, of none that alone shows its scene while there are others to let go of."""
        turn, last, kept = 0, -1, []
        for each in self._kept:
            turn = turn + 1 if each.scene == last else 0
            last = each.scene
            if turn % 2 == 0:
                kept.append(each)
        if len(kept) == len(self._kept):
            # nothing but scenes: these alone may be as many as `max_scenes`
            self._kept = kept[::2] if len(kept) > self._limits.max_scenes else kept
            return
        self._kept = kept
        self._every_ms *= 2

    def _is_other(self, mean: float) -> bool:
        """Whether thumbnails that follow each other, `mean` apart, are of two scenes: by far, or by more than usual."""
        # a cut says nothing of what is usual
        usual, self._usual = self._usual, (self._usual + min(mean, self._limits.scene_mean / _UNUSUAL)) / 2
        return mean > self._limits.scene_mean or mean > _UNUSUAL * max(usual, _STEADY)

    def _same(self, one: Image, other: Image) -> bool:
        difference = cv2.absdiff(one, other)
        return bool(difference.mean() < self._limits.same_mean and difference.max() < self._limits.same_max)


def shrink(image: Image, max_width: int) -> Image:
    """The picture at most `max_width` wide and twice that high, its shape kept."""
    size = fitting(image.shape[1], image.shape[0], max_width)
    if size == (image.shape[1], image.shape[0]):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def sharpness_of(grey: Image) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) at one width: higher is sharper."""
    small = shrink(grey, _SHARP_WIDTH)
    return float(cv2.meanStdDev(cv2.Laplacian(small, cv2.CV_16S))[1][0, 0]) ** 2


def encode(at_ms: int, image: Image, sharpness: float, quality: int) -> Frame:
    """The picture as a JPEG still."""
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Frame(at_ms, image.shape[1], image.shape[0], jpeg.tobytes(), sharpness)
