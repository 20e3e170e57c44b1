"""Where are vehicles in a picture?

A detector is anything that gives labelled, scored boxes for one picture. The one that is shipped is CenterNet on
MobileNetV3 (Zhou et al. 2019, arXiv 1904.07850; weights: see NOTICE): it marks the middle of each thing on a grid,
and how far the thing reaches from there. Its classes are COCO's, which has no tank and no armoured carrier: those come
out as truck, car or even boat, or not at all, and the second stage (`geolocate.frames.military`) must help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.runtime import Network

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]

#: COCO's vehicles, by their number among its 80 classes
VEHICLES = {2: "car", 3: "motorcycle", 4: "airplane", 5: "bus", 6: "train", 7: "truck", 8: "boat"}
#: what may be part of a column on a road
ROAD = frozenset({"car", "bus", "truck"})
_CELL = 4  # pixels of the input a cell of the heat map
_ALIGN = 32  # the network halves five times


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing seen: `label` is the detector's own class name, `box` left, top, width, height as fractions."""

    label: str
    score: float
    box: Box


class Detector(Protocol):
    """What every vehicle detector does."""

    def detect(self, image: Image) -> tuple[Detection, ...]:
        """The vehicles in a BGR picture (height, width, 3), best first."""


class CenterNet:
    """The shipped detector.

    It looks several times: `long_sides` are how many pixels the longer side of the picture gets. What fills the picture
    is only seen in the small one, distant columns only in the large one (which does what tiles would, at their cost but
    without seams). The default is what `bench/vehicles.md` found best for its time.
    """

    def __init__(
        self, long_sides: Sequence[int] = (256, 640), least_score: float = 0.3, same_overlap: float = 0.55
    ) -> None:
        self._network = _network()
        self._long_sides, self._least, self._overlap = tuple(long_sides), least_score, same_overlap

    def detect(self, image: Image) -> tuple[Detection, ...]:
        """As `Detector.detect`."""
        return distinct([d for side in self._long_sides for d in self._look(image, side)], self._overlap)

    def _look(self, image: Image, long_side: int) -> list[Detection]:
        blob, share = _prepared(image, long_side)
        heat, reach = (values[0] for values in self._network.run(["heat", "reach"], blob))
        return _decoded(heat, reach, self._least, share, (blob.shape[3], blob.shape[2]))


@cache
def _network() -> Network:
    return Network(resources.files("geolocate.data").joinpath("vehicles.onnx").read_bytes())


def _prepared(image: Image, long_side: int) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """The picture as the network wants it, padded to the right and below; which share of the sides is picture."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    padded = [-(-side // _ALIGN) * _ALIGN for side in size]
    canvas = np.zeros((padded[1], padded[0], 3), np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(image, size, interpolation=method)
    blob = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
    return blob, (size[0] / padded[0], size[1] / padded[1])


def _decoded(
    heat: NDArray[Any], reach: NDArray[Any], least: float, share: tuple[float, float], size: tuple[int, int]
) -> list[Detection]:
    found = []
    for number, label in VEHICLES.items():
        layer = np.ascontiguousarray(heat[number])
        peaks = (layer >= least) & (layer >= cv2.dilate(layer, np.ones((3, 3), np.uint8)))
        for row, column in zip(*np.nonzero(peaks), strict=True):
            left, top, right, bottom = reach[:, row, column]
            edges = (
                (column * _CELL - left) / size[0] / share[0], (row * _CELL - top) / size[1] / share[1],
                (column * _CELL + right) / size[0] / share[0], (row * _CELL + bottom) / size[1] / share[1],
            )  # fmt: skip
            x0, y0, x1, y1 = (min(1.0, max(0.0, float(e))) for e in edges)
            if x1 > x0 and y1 > y0:
                found.append(Detection(label, float(layer[row, column]), (x0, y0, x1 - x0, y1 - y0)))
    return found


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    shared = _shared(one, other)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared) if shared else 0.0


def distinct(found: list[Detection], most_overlap: float, most_inside: float = 0.85) -> tuple[Detection, ...]:
    """The best of those that are one thing, whatever their labels; best first.

    Two are one when they overlap by more than `most_overlap` (intersection over union), or when more than
    `most_inside` of one lies in the other: the small view and the large one find a vehicle and parts of it.
    """
    kept: list[Detection] = []
    for each in sorted(found, key=lambda d: -d.score):
        if not any(
            overlap(each.box, o.box) > most_overlap or _inside(each.box, o.box) > most_inside for o in kept
        ):  # fmt: skip
            kept.append(each)
    return tuple(kept)


def _shared(one: Box, other: Box) -> float:
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return width * height if width > 0 and height > 0 else 0.0


def _inside(one: Box, other: Box) -> float:
    """Which share of the smaller box lies in the larger."""
    return _shared(one, other) / min(one[2] * one[3], other[2] * other[3])
