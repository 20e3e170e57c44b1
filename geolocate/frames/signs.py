"""What is written in a clip: on signs, in captions, in watermarks; where on the screen, and when?

Finding writing in a frame takes a tenth of a second and reading a line half that, so some frames are looked at (the
sharpest of each stretch of time), and a line that was read is known again by its looks, not read again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from geolocate.frames.captions import Appearance, kind_of, small
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.script import Script
from geolocate.frames.signs_boxes import Written, written
from geolocate.frames.signs_lines import Reading, read_line
from geolocate.frames.signs_views import upright
from geolocate.frames.vehicles import Box, Image, overlap
from geolocate.types import Frame, Sign, WritingKind

#: pixels that the longer side gets when writing is searched: single pictures get a closer look than frames of a clip
STILL_SIDE, CLIP_SIDE = 960, 800
#: how alike two pictures of one line look (correlation), at one place of the screen and anywhere
_SAME_LOOKS, _SAME_ANYWHERE = 0.75, 0.85
_OVERLAP = 0.5
#: share of a short line that lies where a caption was, for it to be one
_SUBTITLE = 0.7
_LOOKS = (128, 16)
#: a line read less surely is tried again when it is seen again, so often in all
_SURE, _TRIES = 0.88, 3
#: lines this alike (of 100) are one
_ALIKE = 85.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A line in one frame: `box` left, top, width, height as fractions; `score` 0 to 1, how sure the reading is."""

    text: str
    script: Script
    kind: WritingKind
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much work a clip may be: frames looked at, lines read, seconds of the processor."""

    frames: int = 32
    lines: int = 150
    seconds: float = 30.0


@dataclass(slots=True)
class _Line:
    """A line followed through the clip; its best reading and when that was."""

    looks: NDArray[np.float32]
    at: list[int] = field(default_factory=list)
    seen: list[Appearance] = field(default_factory=list)
    best: Reading | None = None
    best_at: int = 0  # which of the appearances
    tries: int = 0


class SignReader:
    """Offer frames in order of time, then ask. One reader a clip."""

    def __init__(self, single: bool = False, bounds: Bounds = Bounds()) -> None:
        self._single, self._bounds = single, bounds
        self._lines: list[_Line] = []
        self._frames = self._read = 0
        self._spent = 0.0

    def add(self, at_ms: int, image: Image) -> None:
        """Look at one BGR frame; when the work is done that the bounds allow, nothing happens."""
        if self.exhausted:
            return
        began = time.process_time()
        self._frames += 1
        height, width = image.shape[:2]
        frame = small(image)
        for found in written(image, STILL_SIDE if self._single else CLIP_SIDE):
            box = found.box(width, height)
            line = self._known(_looks(image, found), box)
            line.at.append(at_ms)
            line.seen.append(Appearance(box, frame))
            self._try(line, image, found)
        self._spent += time.process_time() - began

    @property
    def exhausted(self) -> bool:
        """Whether one of the bounds is reached."""
        bounds = self._bounds
        return self._frames >= bounds.frames or self._read >= bounds.lines or self._spent >= bounds.seconds

    def signs(self) -> tuple[Sign, ...]:
        """Each line once, in order of first appearance."""
        found: list[Sign] = []
        for line in self._lines:
            if line.best is not None:
                reading, best = line.best, line.best_at
                when = (None, None, None) if self._single else (line.at[best], line.at[0], line.at[-1])
                sign = Sign(reading.text, reading.script, self._kind(line), line.seen[best].box, reading.score, *when)
                _put(found, sign)
        return tuple(sorted(found, key=lambda s: (s.first_ms or 0, s.box[1])))

    def frame(self, at_ms: int) -> tuple[Seen, ...]:
        """What is written in the frame of that time."""
        found = []
        for line in self._lines:
            if line.best is not None and at_ms in line.at:
                box = line.seen[line.at.index(at_ms)].box
                found.append(Seen(line.best.text, line.best.script, self._kind(line), box, line.best.score))
        return tuple(found)

    def _kind(self, line: _Line) -> WritingKind:
        """A line that shows too shortly to tell is a caption where another caption was: subtitles keep their place."""
        kind = self._own_kind(line)
        if kind == "scene" and any(
            _inside(line.seen[-1].box, other.seen[-1].box) >= _SUBTITLE and self._own_kind(other) == "caption"
            for other in self._lines
        ):
            return "caption"
        return kind

    def _own_kind(self, line: _Line) -> WritingKind:
        return kind_of(line.best.text if line.best else "", line.seen, self._frames)

    def _known(self, looks: NDArray[np.float32], box: Box) -> _Line:
        """The line that looks the same, or a new one."""
        for line in reversed(self._lines):
            alike = float((line.looks * looks).mean())
            near = overlap(line.seen[-1].box, box) >= _OVERLAP
            if alike >= (_SAME_LOOKS if near else _SAME_ANYWHERE):
                line.looks = looks
                return line
        self._lines.append(_Line(looks))
        return self._lines[-1]

    def _try(self, line: _Line, image: Image, found: Written) -> None:
        if line.tries >= _TRIES or (line.best is not None and line.best.score >= _SURE):
            return
        line.tries += 1
        self._read += 1
        reading = read_line(image, found)
        if reading is not None and (line.best is None or reading.score > line.best.score):
            line.best, line.best_at = reading, len(line.seen) - 1


def read_signs(frames: Sequence[Frame], bounds: Bounds = Bounds()) -> tuple[Sign, ...]:
    """What is written in the stills of a clip, or in the one of a picture."""
    reader = SignReader(len(frames) == 1, bounds)
    for frame in chosen(frames, bounds.frames):
        reader.add(frame.at_ms, picture_of(frame))
    return reader.signs()


def chosen(frames: Sequence[Frame], most: int) -> list[Frame]:
    """At most so many of the frames, spread over the clip: the sharpest of each stretch of as many frames."""
    if len(frames) <= most:
        return list(frames)
    edges = [round(i * len(frames) / most) for i in range(most + 1)]
    return [max(frames[start:end], key=lambda f: f.sharpness) for start, end in pairwise(edges)]


def _inside(box: Box, other: Box) -> float:
    """Which share of a box lies in another of about its height; 0 for one of another height."""
    if not 0.7 < box[3] / max(other[3], 1e-9) < 1.4:
        return 0.0
    across = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
    down = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
    return max(0.0, across) * max(0.0, down) / max(box[2] * box[3], 1e-9)


def _looks(image: Image, line: Written) -> NDArray[np.float32]:
    """A line as a small picture of mean 0 and spread 1."""
    cut = cv2.cvtColor(upright(image, line, 0.0, 2 * _LOOKS[1]), cv2.COLOR_BGR2GRAY)
    tiny = cv2.resize(cut, _LOOKS, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray((tiny - tiny.mean()) / max(float(tiny.std()), 1.0), np.float32)


def _put(found: list[Sign], sign: Sign) -> None:
    """Add a sign, or let it lengthen the one that says the same."""
    for index, other in enumerate(found):
        if other.kind == sign.kind and ratio(other.text.casefold(), sign.text.casefold()) >= _ALIKE:
            best = max(other, sign, key=lambda s: s.score)
            if other.first_ms is not None and sign.last_ms is not None:
                best = replace(best, first_ms=other.first_ms, last_ms=max(other.last_ms or 0, sign.last_ms))
            found[index] = best
            return
    found.append(sign)
