"""How many vehicles does a clip show, each counted once? As an interval: frames cannot tell exactly.

Boxes of neighbouring frames are joined into tracks: optical flow, and the speed so far, say where each box went,
whether the column drives or the camera does; what overlaps there, or looks the same nearby, is the same vehicle
(assigned at once for the whole frame, Kuhn 1955, as in SORT, Bewley et al. 2016, arXiv 1602.00763). A cut ends every
track.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from geolocate.frames.opencv import cv2
from geolocate.frames.stitch import stitched
from geolocate.frames.vehicles import Box, Detection, Image, overlap

_FLOW_WIDTH = 480
_GRID = 5  # points followed along each side of a box
_THUMB = (24, 14)
_CUT_AGREEMENT, _CUT_MEAN = 0.35, 15.0  # correlation; grey levels
_LEAST_LIKENESS = 0.25
_REACH = 2.5  # lengths of a vehicle within which one that looks the same may be the same
_PATIENCE = 2  # frames that a vehicle may go unseen
_SURE_SCORE = 0.45
_ACROSS, _GROWN = 0.15, 1.8  # of the frame's width; times the first area
_STEADY = 2  # sightings that make sure of a vehicle; more of them make a faint box likely one


@dataclass(frozen=True, slots=True)
class Count:
    """At least `least` vehicles and at most `most`."""

    least: int
    most: int


@dataclass(slots=True)
class _Track:
    """`box` is where it was last seen, at `at_s`; `flowed` where its pixels went since; `speed` in frames a second."""

    box: Box
    at_s: float
    look: NDArray[np.float32]
    flowed: Box
    first: Box
    began_s: float
    speed: tuple[float, float] | None = None
    seen: int = 1
    missed: int = 0
    scores: list[float] = field(default_factory=list)

    @property
    def sure(self) -> bool:
        return self.seen >= _STEADY and max(self.scores) >= _SURE_SCORE

    @property
    def likely(self) -> bool:
        return max(self.scores) >= _SURE_SCORE or self.seen > _STEADY


class Counter:
    """Add the frames of one clip in order, each with its vehicles, then ask for the count."""

    def __init__(self) -> None:
        self._grey: Image | None = None
        self._live: list[_Track] = []
        self._done: list[_Track] = []
        self._scenes: list[list[_Track]] = []
        self._most_at_once = 0

    def add(self, at_s: float, image: Image, vehicles: Sequence[Detection]) -> None:
        """One BGR frame (height, width, 3), seconds from the start, and the vehicles in it."""
        grey = _small(image)
        if self._grey is not None and (grey.shape != self._grey.shape or _cut_between(self._grey, grey)):
            self._end_scene()
        if self._grey is not None and self._live:
            self._follow(self._grey, grey)
        looks = [_look(image, v.box) for v in vehicles]
        taken = self._join(at_s, vehicles, looks)
        for index, vehicle in enumerate(vehicles):
            if index not in taken:
                self._live.append(
                    _Track(vehicle.box, at_s, looks[index], vehicle.box, vehicle.box, at_s, scores=[vehicle.score])
                )
        self._most_at_once = max(self._most_at_once, sum(v.score >= _SURE_SCORE for v in vehicles))
        self._grey = grey

    def count(self) -> Count:
        """Of what was added so far.

        Scenes may show the same vehicles again, so only the fullest one counts for `least`; all count for `most`.
        """
        scenes = [_whole(scene) for scene in (*self._scenes, [*self._done, *self._live])]
        least = max(self._most_at_once, *(sum(t.sure for t in scene) for scene in scenes))
        return Count(least, max(least, sum(t.likely for scene in scenes for t in scene)))

    def direction(self) -> str | None:
        """Where most of the sure vehicles go in the frame: left, right, toward, away; None when it cannot be told.

        A camera that moves past them moves them, too: it is the picture's direction, not that of the map.
        """
        tracks = [t for scene in (*self._scenes, [*self._done, *self._live]) for t in _whole(scene) if t.sure]
        ways = [way for way in map(_way, tracks) if way]
        best = max(set(ways), key=ways.count, default=None)
        return best if best and 2 * ways.count(best) > len(tracks) else None

    def _end_scene(self) -> None:
        self._scenes.append([*self._done, *self._live])
        self._done, self._live, self._grey = [], [], None

    def _follow(self, before: Image, now: Image) -> None:
        """Move each track's box as the pixels in it moved."""
        shifts = _shifts(before, now, [t.flowed for t in self._live])
        for track, shift in zip(self._live, shifts, strict=True):
            track.flowed = _moved(track.flowed, shift)

    def _join(self, at_s: float, vehicles: Sequence[Detection], looks: list[NDArray[np.float32]]) -> set[int]:
        """Give vehicles to tracks; which vehicles were given. Tracks unseen for too long end."""
        speeds = [t.speed for t in self._live if t.speed is not None]
        usual = np.median(speeds, axis=0) if speeds else (0.0, 0.0)  # a new vehicle of a column drives as the others
        likeness = np.zeros((len(self._live), len(vehicles)))
        for row, track in enumerate(self._live):
            right, down = ((at_s - track.at_s) * float(v) for v in (track.speed or usual))
            places = (track.flowed, _moved(track.box, (right, down)))
            for column, vehicle in enumerate(vehicles):
                colours = float(np.minimum(track.look, looks[column]).sum())
                likeness[row, column] = max(_likeness(place, vehicle.box, colours) for place in places)
        pairs = [
            (int(t), int(v)) for t, v in zip(*linear_sum_assignment(-likeness), strict=True)
            if likeness[t, v] >= _LEAST_LIKENESS
        ]  # fmt: skip
        for t, v in pairs:
            track = self._live[t]
            track.speed = _speed(track.box, vehicles[v].box, at_s - track.at_s) or track.speed
            track.box, track.flowed, track.at_s = vehicles[v].box, vehicles[v].box, at_s
            track.look, track.missed, track.seen = looks[v], 0, track.seen + 1
            track.scores.append(vehicles[v].score)
        found = {t for t, _ in pairs}
        for t, track in enumerate(self._live):
            track.missed += t not in found
        self._done += [t for t in self._live if t.missed > _PATIENCE]
        self._live = [t for t in self._live if t.missed <= _PATIENCE]
        return {v for _, v in pairs}


def _whole(scene: Sequence[_Track]) -> list[_Track]:
    """One track a vehicle, of all stretches in which it was followed."""
    return [
        replace(
            parts[-1], first=parts[0].first, began_s=parts[0].began_s, seen=sum(p.seen for p in parts),
            scores=[score for p in parts for score in p.scores],
        )
        for parts in stitched(scene)
    ]  # fmt: skip


def _way(track: _Track) -> str | None:
    """Where one vehicle goes: across, or nearer or farther by its size; None where it hardly moves."""
    (left, _, width, height), (then, _, wide, high) = track.first, track.box
    across = then + wide / 2 - left - width / 2
    if abs(across) >= _ACROSS:
        return "right" if across > 0 else "left"
    growth = wide * high / max(width * height, 1e-9)
    if growth >= _GROWN:
        return "toward"
    return "away" if growth <= 1 / _GROWN else None


def _small(image: Image) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    height = max(1, round(_FLOW_WIDTH * grey.shape[0] / grey.shape[1]))
    return np.asarray(cv2.resize(grey, (_FLOW_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def _cut_between(before: Image, now: Image) -> bool:
    """Whether two frames show different places: blurred as they are here, a moving camera changes them less."""
    one, other = (np.asarray(cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA)) for grey in (before, now))
    agreement = cv2.matchTemplate(one, other, cv2.TM_CCOEFF_NORMED)
    # on a plain ground one car is all there is to agree on: most of the picture must have changed, too
    return float(agreement[0, 0]) < _CUT_AGREEMENT and float(cv2.absdiff(one, other).mean()) > _CUT_MEAN


def _shifts(before: Image, now: Image, boxes: Sequence[Box]) -> list[tuple[float, float]]:
    """How far the pixels in each box moved, right and down, in fractions of the frame (Lucas & Kanade, pyramids)."""
    size = np.array([before.shape[1], before.shape[0]], np.float32)
    steps = (np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    starts = np.concatenate([(np.array(b[:2]) + grid * np.array(b[2:])) * size for b in boxes]).astype(np.float32)
    ends, found, _ = cv2.calcOpticalFlowPyrLK(before, now, starts[:, None], np.empty(0), winSize=(15, 15), maxLevel=4)
    moved = (np.asarray(ends).reshape(-1, 2) - starts) / size
    good = np.asarray(found).reshape(-1).astype(bool)
    shifts = []
    for index in range(len(boxes)):
        part = slice(index * _GRID**2, (index + 1) * _GRID**2)
        kept = moved[part][good[part]]
        right, down = np.median(kept, axis=0) if len(kept) else (0.0, 0.0)
        shifts.append((float(right), float(down)))
    return shifts


def _look(image: Image, box: Box) -> NDArray[np.float32]:
    """Colours in the box: a histogram of hue and saturation."""
    height, width = image.shape[:2]
    left, top = int(box[0] * width), int(box[1] * height)
    part = image[top : top + max(1, int(box[3] * height)), left : left + max(1, int(box[2] * width))]
    if not part.size:
        return np.zeros((8, 8), np.float32)
    hsv = cv2.cvtColor(part, cv2.COLOR_BGR2HSV)
    histogram = np.asarray(cv2.calcHist([hsv], [0, 1], None, [8, 8], [0, 180, 0, 256]), np.float32)
    return np.asarray(histogram / histogram.sum(), np.float32)


def _likeness(place: Box, box: Box, colours: float) -> float:
    """0 to 1: by place above all; colours decide among what is near."""
    near = max(0.0, 1.0 - _distance(place, box) / _REACH)
    sizes = sorted((place[2] * place[3], box[2] * box[3]))
    return 0.5 * overlap(place, box) + 0.5 * near * colours * math.sqrt(sizes[0] / max(sizes[1], 1e-9))


def _distance(one: Box, other: Box) -> float:
    """Between the middles, in widths (or heights) of the boxes."""
    across = abs(one[0] + one[2] / 2 - other[0] - other[2] / 2) / max(one[2], other[2], 1e-9)
    down = abs(one[1] + one[3] / 2 - other[1] - other[3] / 2) / max(one[3], other[3], 1e-9)
    return math.hypot(across, down)


def _moved(box: Box, shift: tuple[float, float]) -> Box:
    return (box[0] + shift[0], box[1] + shift[1], box[2], box[3])


def _speed(before: Box, now: Box, seconds: float) -> tuple[float, float] | None:
    """Of the middle; None for two frames of one time."""
    if seconds <= 0:
        return None
    right = now[0] + now[2] / 2 - before[0] - before[2] / 2
    down = now[1] + now[3] / 2 - before[1] - before[3] / 2
    return right / seconds, down / seconds
