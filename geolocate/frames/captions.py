"""Is a line of writing part of what was filmed, or was it burnt in afterwards?

What is burnt in stays at one place of the screen while the scene behind it moves; a sign moves with its scene. Where
nothing moves (one picture, a camera on a tripod) the two cannot be told apart, and a line counts as scene unless it is
an address (@name, t.me/name), which hardly any sign shows. A watermark is burnt in for good, in a corner or as an
address: it says whose footage it is, not where.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Box, Image, overlap
from geolocate.types import WritingKind

#: frames are compared as small grey pictures of this size
_SMALL = (160, 90)
_ADDRESS = re.compile(
    r"@\w{3,}|\bt\.me\b|\bwww\.|\w\.(?:com|ru|org|net|tv|ua|sy|info|me)\b|telegram|tiktok|youtube", re.I
)
#: overlap of boxes that are at one place; grey levels by which what is around must have changed, and to be sure of it
_SAME_PLACE, _CHANGED, _SURELY_CHANGED = 0.7, 10.0, 25.0
#: how far around a line one looks, in its heights
_AROUND = 2.5
#: a watermark shows in this share of the frames, is this narrow, and lies this near an edge (fractions of the frame)
_LASTING, _NARROW, _NEAR_EDGE = 0.8, 0.35, 0.25
_FEWEST_FRAMES = 4


@dataclass(frozen=True, slots=True)
class Appearance:
    """A line in one frame: where, and the frame as `small` made it."""

    box: Box
    small: NDArray[np.uint8]


def small(image: Image) -> NDArray[np.uint8]:
    """A BGR picture as what `kind_of` compares."""
    grey = cv2.cvtColor(cv2.resize(image, _SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return np.asarray(grey, np.uint8)


def kind_of(text: str, seen: Sequence[Appearance], frames_read: int) -> WritingKind:
    """The kind of a line from its appearances, in order of time; `frames_read`: in how many frames one looked."""
    if _ADDRESS.search(text):
        return "watermark"
    if not _stays_while_scene_moves(seen):
        return "scene"
    lasting = frames_read >= _FEWEST_FRAMES and len(seen) >= _LASTING * frames_read
    return "watermark" if lasting and _in_corner(seen[-1].box) else "caption"


def _stays_while_scene_moves(seen: Sequence[Appearance]) -> bool:
    pairs = list(pairwise(seen))
    if not pairs or sum(overlap(a.box, b.box) >= _SAME_PLACE for a, b in pairs) < 0.8 * len(pairs):
        return False
    changes = [_change_around(a, b) for a, b in pairs]
    return sum(c >= _CHANGED for c in changes) >= max(2, 0.5 * len(changes)) or max(changes) >= _SURELY_CHANGED


def _change_around(one: Appearance, other: Appearance) -> float:
    """Mean difference, in grey levels, of what is around the line."""
    difference = cv2.absdiff(one.small, other.small)
    left, top, wide, high = one.box
    across, down = high * _SMALL[1] / _SMALL[0] * _AROUND, high * _AROUND
    rows = slice(_at(top - down, 1), _at(top + high + down, 1))
    columns = slice(_at(left - across, 0), _at(left + wide + across, 0))
    mask = np.zeros(difference.shape, bool)
    mask[rows, columns] = True
    edge = high * 0.4
    mask[_at(top - edge, 1) : _at(top + high + edge, 1) + 1, _at(left - edge, 0) : _at(left + wide + edge, 0) + 1] = (
        False
    )
    return float(difference[mask].mean()) if mask.any() else 0.0


def _at(fraction: float, axis: int) -> int:
    return round(min(1.0, max(0.0, fraction)) * _SMALL[axis])


def _in_corner(box: Box) -> bool:
    left, top, wide, high = box
    aside = min(left, 1 - left - wide) <= _NEAR_EDGE and wide <= _NARROW
    return aside and min(top, 1 - top - high) <= _NEAR_EDGE
