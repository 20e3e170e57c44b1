"""What does a whole clip show of vehicles? How many, which way, how military, how likely a convoy."""

from collections import Counter as Counted
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geolocate.frames.convoy import Seen, convoy_probability, military_share
from geolocate.frames.counting import Count, Counter
from geolocate.frames.errors import Undecodable
from geolocate.frames.look import look_with, reported
from geolocate.frames.model_file import ModelFile
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.vehicles import Detection, Image
from geolocate.types import Frame

#: stills close enough together to follow a vehicle that drives by; of longer clips the sampler takes fewer
CLOSE = SamplerParams(every_s=0.25, max_frames=120)
#: a still this near to one that was looked at shows nothing new
_SAME_MS = 60


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one clip: `vehicles` that may be part of a column on a road, each counted once; `direction` where most of
    them go in the picture; `military`: the score of the frames that speak for the clip; `probability` that it shows a
    convoy; `marks`: letters painted on vehicles, in a clip those that were read more than once."""

    vehicles: Count
    direction: str | None
    military: float
    probability: float
    marks: tuple[str, ...] = ()


class Watcher:
    """Add what was seen frame by frame, in order, then ask."""

    def __init__(self) -> None:
        self._counter, self._seen = Counter(), list[Seen]()

    def add(self, at_s: float, image: Image, seen: Seen) -> None:
        """One BGR frame, seconds from the start, and what was seen in it."""
        self._counter.add(at_s, image, [v.detection for v in seen.vehicles if v.on_road])
        self._seen.append(seen)

    def summary(self) -> Summary:
        """Of what was added so far."""
        counter, seen = self._counter, self._seen
        return Summary(
            counter.count(), counter.direction(), military_share(seen), convoy_probability(seen), _marks(seen)
        )


def _marks(seen: Sequence[Seen]) -> tuple[str, ...]:
    read = Counted(mark.label for one in seen for mark in one.marks)
    return tuple(sorted(label.split()[-1] for label, times in read.items() if times > 1 or len(seen) == 1))


@dataclass(frozen=True, slots=True)
class Watched:
    """`frames`: what was detected in each of the stills, in their order; `looked`: at how many pictures in all."""

    frames: tuple[tuple[Detection, ...], ...]
    summary: Summary
    looked: int


def watch_file(path: Path, stills: Sequence[Frame], model: ModelFile | None = None) -> Watched:
    """Look at the stills of a file, and closer at the file itself where they show a vehicle on a road.

    `stills` as the sampler kept them, in order of time: too far apart to follow what drives by. For a process that may
    die. Raises `BadModel`.
    """
    look = look_with(model)
    seen = {still.at_ms: look.at(picture_of(still)) for still in stills}
    moving = len(stills) > 1 and any(v.on_road for one in seen.values() for v in one.vehicles)
    between = _between(path, stills) if moving else ()
    watcher = Watcher()
    for frame in sorted((*stills, *between), key=lambda f: f.at_ms):
        image = picture_of(frame)
        watcher.add(frame.at_ms / 1000, image, seen.get(frame.at_ms) or look.at(image))
    frames = tuple(reported(seen[still.at_ms]) for still in stills)
    return Watched(frames, watcher.summary(), len(stills) + len(between))


def _between(path: Path, stills: Sequence[Frame]) -> Sequence[Frame]:
    try:
        closer = sample(path, CLOSE).frames
    except Undecodable:
        return ()  # it was decoded before: what was kept of it must do
    known = sorted(still.at_ms for still in stills)
    return [frame for frame in closer if min(abs(frame.at_ms - at) for at in known) > _SAME_MS]
