"""Which fingerprint of a clip is small enough to travel in a line of JSON? Fewer stills, and fewer points of each."""

from dataclasses import replace

from geolocate.frames.fingerprint import FramePrint, fingerprint, pack
from geolocate.frames.keypoints import Points
from geolocate.types import Sampled

#: stills of a clip, evenly chosen, and points of each: some 50 kB compressed for a long clip
STILLS, POINTS = 24, 64


def compact_print(sha256: str, sampled: Sampled) -> bytes:
    """The packed fingerprint of what was sampled from the file of that hash, cut down."""
    step = max(1, -(-len(sampled.frames) // STILLS))
    whole = fingerprint(sha256, replace(sampled, frames=sampled.frames[::step]))
    return pack(replace(whole, frames=tuple(_cut_down(frame) for frame in whole.frames)))


def _cut_down(frame: FramePrint) -> FramePrint:
    return replace(frame, points=Points(frame.points.at[:POINTS], frame.points.signs[:POINTS]))
