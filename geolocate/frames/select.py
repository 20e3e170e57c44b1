"""Which of the frames that pass by are worth keeping?

Time is cut into cells, at the grid and at scene changes. The sharpest frame of a cell stands for it, unless it looks
like one already kept. When there are too many, every second of a scene is let go and the cells become twice as long.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import cv2
from geolocate.frames.shots import Image, Shot, fitting
from geolocate.types import Frame

#: pictures are compared as grey thumbnails of this size, averaged over area so that noise and coding artefacts vanish
_THUMB = (96, 54)
#: so many times what is usual, and what is steady (grey levels), makes a cut between scenes of one brightness, too
_UNUSUAL, _STEADY = 3.0, 5.0
#: and so many times what is usual makes one in a picture that hardly moved
_SUDDEN = 8.0
#: pictures that correlate less than this are of two scenes, however dark; from here on one may be the other, blurred
_LIKE, _ALIKE = 0.5, 0.9
_SHARP_WIDTH = 640
#: decoded pictures may wait for their JPEG up to so many bytes
_HELD_BYTES = 64 << 20


#: is told the time (ms) and a small grey picture, upright, of every shot that is considered
Watcher = Callable[[float, Image], None]


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


class _Candidate:
    """A shot that may stand for its cell. Its sharpness is worked out when another wants its place, or it is kept."""

    def __init__(self, shot: Shot, grey: Image, thumb: Image) -> None:
        self.at_ms, self.shot, self.thumb = round(shot.at_ms), shot, thumb
        self.mean = float(thumb.mean())
        self._grey: Image | None = grey
        self._sharpness = 0.0

    @property
    def sharpness(self) -> float:
        if self._grey is not None:
            self._sharpness, self._grey = sharpness_of(self._grey), None
        return self._sharpness


class _Kept:
    """One that was chosen. `scene` is the number of the scene that it is of; its JPEG is made when there is need."""

    def __init__(self, chosen: _Candidate, scene: int) -> None:
        self.at_ms, self.thumb, self.mean, self.scene = chosen.at_ms, chosen.thumb, chosen.mean, scene
        self.sharpness = chosen.sharpness
        self.shot: Shot | None = chosen.shot
        self._frame: Frame | None = None

    def frame(self, max_width: int, quality: int) -> Frame:
        """Raises `Undecodable` when it cannot be shown."""
        if self._frame is None:
            assert self.shot is not None, "a shot is let go of when its JPEG is made"
            shot, self.shot = self.shot, None
            self._frame = encode(self.at_ms, shot.picture(max_width), self.sharpness, quality)
        return self._frame


class Selector:
    """Offer shots in order of time, then take `frames()`."""

    def __init__(self, limits: Limits, watch: Watcher | None = None) -> None:
        self._limits, self._watch = limits, watch
        self._every_ms = limits.every_ms
        self._kept: list[_Kept] = []
        self._best: _Candidate | None = None
        self._last_thumb: Image | None = None
        self._cell_ms = 0.0
        self._scene = 0
        self._usual = 0.0  # how far apart thumbnails were of late
        self.unshown = 0  # shots that were chosen and could not be shown

    def offer(self, shot: Shot) -> None:
        """Consider one shot. Raises `Undecodable` when it cannot be shown."""
        grey = halved(shot.grey(), _SHARP_WIDTH)
        thumb = np.asarray(cv2.resize(halved(grey, _SHARP_WIDTH // 2), _THUMB, interpolation=cv2.INTER_AREA), np.uint8)
        if self._watch is not None:
            self._watch(shot.at_ms, np.asarray(np.rot90(thumb, shot.turns), np.uint8))
        changed = self._last_thumb is not None and self._is_other(thumb, self._last_thumb)
        candidate = _Candidate(shot, grey, thumb)
        if self._best is None or changed or shot.at_ms - self._cell_ms >= self._every_ms:
            self._close_cell()
            self._cell_ms = shot.at_ms
            self._scene += changed
        if self._best is None or candidate.sharpness > self._best.sharpness:
            self._best = candidate
        self._last_thumb = thumb

    def frames(self) -> tuple[Frame, ...]:
        """What was kept, in order of time."""
        self._close_cell()
        return tuple(frame for kept in self._kept if (frame := self._shown(kept)) is not None)

    def _shown(self, kept: _Kept) -> Frame | None:
        try:
            return kept.frame(self._limits.max_width, self._limits.jpeg_quality)
        except Undecodable:
            self.unshown += 1
            return None

    def _close_cell(self) -> None:
        best, self._best = self._best, None
        if best is None or any(self._same(best, kept) for kept in self._kept):
            return
        self._kept.append(_Kept(best, self._scene))
        if len(self._kept) > self._limits.max_frames:
            self._thin()
        self._make_room()

    def _make_room(self) -> None:
        """Decoded pictures wait, for many are let go of again; those that would take too much memory are made JPEGs."""
        waiting = [kept for kept in self._kept if kept.shot is not None]
        held = sum(kept.shot.held for kept in waiting if kept.shot is not None)
        for kept in waiting:
            if held <= _HELD_BYTES:
                return
            held -= kept.shot.held if kept.shot is not None else 0
            if self._shown(kept) is None:
                self._kept.remove(kept)

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

    def _is_other(self, thumb: Image, before: Image) -> bool:
        """Whether thumbnails that follow each other are of two scenes: far apart, or by more than usual, or unlike."""
        mean = float(cv2.absdiff(thumb, before).mean())
        other = mean > min(self._limits.scene_mean, _UNUSUAL * max(self._usual, _STEADY))
        if not other and mean > self._limits.same_mean:
            like = _correlation(thumb, before)
            other = like < _LIKE or (like < _ALIKE and mean > _SUDDEN * self._usual + self._limits.same_mean)
        if not other:  # a cut says nothing of what is usual
            self._usual = (self._usual + mean) / 2
        return other

    def _same(self, one: _Candidate, other: _Kept) -> bool:
        if abs(one.mean - other.mean) >= self._limits.same_mean:
            return False  # no nearer than their means are
        difference = cv2.absdiff(one.thumb, other.thumb)
        return bool(difference.mean() < self._limits.same_mean and difference.max() < self._limits.same_max)


def _correlation(one: Image, other: Image) -> float:
    left, right = one - np.float32(one.mean()), other - np.float32(other.mean())
    return float((left * right).sum() / np.sqrt(max(float((left * left).sum() * (right * right).sum()), 1.0)))


def halved(image: Image, max_width: int) -> Image:
    """The picture halved until it is at most `max_width` wide: by far the cheapest way to a small one."""
    while image.shape[1] > max_width and image.shape[0] > 1:
        size = (image.shape[1] + 1) // 2, (image.shape[0] + 1) // 2
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return image


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
