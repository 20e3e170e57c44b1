"""What do the stills of a file show of the places in them? Features without vehicles, people's badges and captions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geolocate.frames.hashes import shown_of, thumb_of
from geolocate.frames.landmarks import Box, Scene, grey_of, pack, scene_of
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.vehicles import CenterNet
from geolocate.types import Frame

#: stills of a file that are looked up; of a reference, all that the sampler kept count, up to so many
MOST_LOOKED_UP, MOST_REFERENCE = 12, 60
#: boxes of vehicles surer than this are left out
_VEHICLE = 0.3


def scenes_of(stills: Sequence[Frame], writing: Sequence[Box], most: int) -> list[Scene]:
    """The features of at most `most` stills, evenly over the time; `writing`: boxes that were burnt in."""
    if not stills:
        return []
    greys = [grey_of(still.jpeg) for still in stills]
    shown = shown_of(np.stack([thumb_of(grey) for grey in greys]))
    detector = CenterNet(least_score=_VEHICLE)
    scenes = []
    for index in evenly(len(stills), most):
        vehicles = [found.box for found in detector.detect(picture_of(stills[index]))]
        scenes.append(scene_of(stills[index].at_ms, greys[index], [*writing, *vehicles], shown))
    return scenes


def evenly(count: int, most: int) -> list[int]:
    """At most `most` of the numbers under `count`, first and last among them."""
    return sorted({round(n) for n in np.linspace(0, count - 1, min(count, most)).tolist()})


def packed_of(stills: Sequence[Frame], writing: Sequence[Box], most: int) -> bytes:
    """`scenes_of`, packed: for a process that may die."""
    return pack(scenes_of(stills, writing, most))


def file_scenes(path: Path, most: int) -> tuple[list[tuple[int, bytes]], bytes]:
    """The stills (at_ms, JPEG) of a video or picture file, and their packed features. Raises `Undecodable`."""
    sampled = sample(path, SamplerParams())
    frames = [sampled.frames[n] for n in evenly(len(sampled.frames), most)]
    return [(f.at_ms, f.jpeg) for f in frames], packed_of(frames, (), most)
