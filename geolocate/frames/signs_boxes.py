"""Where in a picture is something written?

The network marks, pixel by pixel, what is the core of a line of text (DB: Liao et al. 2020, arXiv 1911.08947; weights
of PP-OCR: see NOTICE). Each patch of it becomes the smallest upright or leaning rectangle around it, grown back to the
size of the line. It knows no script: Arabic, Cyrillic and Latin lines are all found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.runtime import Network
from geolocate.frames.vehicles import Box, Image

_ALIGN = 32  # the network halves five times
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: least value of a pixel, least mean value of a rectangle, and how far a core is grown: as PP-OCR sets them
_PIXEL, _RECTANGLE, _GROWN = 0.3, 0.5, 1.6
_MOST_PATCHES = 200
_LEAST_SIDE = 3.0  # pixels of the network's map
#: pieces of one line: their heights' ratio, the gap between them and how far one lies above the other, in heights
_ALIKE, _GAP, _ABOVE, _MOST_HIGH = 0.6, 0.8, 0.35, 1.5


@dataclass(frozen=True, slots=True)
class Written:
    """A line of writing: its corners from the top left clockwise, as pixels of the picture, and how sure that is."""

    corners: tuple[tuple[float, float], ...]
    score: float

    def box(self, width: int, height: int) -> Box:
        """The upright box around it: left, top, width, height as fractions of a picture of this size."""
        xs = [min(1.0, max(0.0, x / width)) for x, _ in self.corners]
        ys = [min(1.0, max(0.0, y / height)) for _, y in self.corners]
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def written(image: Image, long_side: int) -> tuple[Written, ...]:
    """The lines in a BGR picture (height, width, 3), from the top down; `long_side`: pixels the longer side gets."""
    height, width = image.shape[:2]
    scale = min(1.0, long_side / max(height, width))
    size = [max(_ALIGN, round(side * scale / _ALIGN) * _ALIGN) for side in (width, height)]
    small = cv2.resize(image, (size[0], size[1]), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    blob = ((small - np.array(_MEAN, np.float32)) / np.array(_SPREAD, np.float32)).transpose(2, 0, 1)[None]
    heat = _network().run([_network().outputs[0]], np.ascontiguousarray(blob, np.float32))[0][0, 0]
    found = [w for w in _rectangles(heat, width / size[0], height / size[1]) if w is not None]
    return tuple(sorted(joined(found), key=lambda w: min(y for _, y in w.corners)))


@cache
def _network() -> Network:
    return Network(resources.files("geolocate.data").joinpath("text_boxes.onnx").read_bytes())


def _rectangles(heat: NDArray[np.float32], across: float, down: float) -> list[Written | None]:
    mask = cv2.dilate((heat > _PIXEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    patches, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    largest = sorted(patches, key=cv2.contourArea, reverse=True)[:_MOST_PATCHES]
    return [_rectangle(heat, np.asarray(patch), across, down) for patch in largest]


def _rectangle(heat: NDArray[np.float32], patch: NDArray[np.int32], across: float, down: float) -> Written | None:
    middle, (wide, high), angle = cv2.minAreaRect(patch)
    if min(wide, high) < _LEAST_SIDE:
        return None
    score = _mean_inside(heat, np.asarray(cv2.boxPoints((middle, (wide, high), angle)), np.float32))
    if score < _RECTANGLE:
        return None
    grow = 2 * _GROWN * wide * high / (2 * (wide + high))
    corners = cv2.boxPoints((middle, (wide + grow, high + grow), angle))
    return Written(_ordered(np.asarray(corners, np.float64) * (across, down)), score)


def _mean_inside(heat: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = heat[top:bottom, left:right]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])


def _ordered(corners: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """From the top left clockwise."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return tuple((float(x), float(y)) for x, y in (left[0], right[0], right[1], left[1]))


def joined(found: Sequence[Written]) -> list[Written]:
    """The lines with pieces that follow each other closely made one: wide gaps between words part a line."""
    lines = list(found)
    while (pair := _pieces(lines)) is not None:
        one, other = pair
        middle, size, angle = cv2.minAreaRect(np.array([*one.corners, *other.corners], np.float32))
        corners = np.asarray(cv2.boxPoints((middle, size, angle)), np.float64)
        lines = [line for line in lines if line is not one and line is not other]
        lines.append(Written(_ordered(corners), min(one.score, other.score)))
    return lines


def _pieces(lines: Sequence[Written]) -> tuple[Written, Written] | None:
    """Two that are one line, the left one first."""
    shapes = [_shape(line) for line in lines]
    for one, (corners, along, high) in zip(lines, shapes, strict=True):
        for other, (others, beside, higher) in zip(lines, shapes, strict=True):
            if one is other or not _ALIKE < high / higher < 1 / _ALIKE:
                continue
            way = along if np.linalg.norm(along) > np.linalg.norm(beside) else beside
            way = way / max(float(np.linalg.norm(way)), 1e-9)
            step = others[[0, 3]].mean(axis=0) - corners[[1, 2]].mean(axis=0)
            apart = others.mean(axis=0) - corners.mean(axis=0)
            tall = max(high, higher)
            above = abs(float(apart @ (-way[1], way[0])))
            if -0.6 * high < float(step @ way) < _GAP * tall and above < _ABOVE * tall and _flat(corners, others, tall):
                return one, other
    return None


def _shape(line: Written) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """The corners, the way along the line, and its height in pixels."""
    corners = np.array(line.corners)
    along = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    down = (corners[3] - corners[0] + corners[2] - corners[1]) / 2
    return corners, along, max(1e-9, float(np.linalg.norm(down)))


def _flat(corners: NDArray[np.float64], others: NDArray[np.float64], tall: float) -> bool:
    _, size, _ = cv2.minAreaRect(np.concatenate([corners, others]).astype(np.float32))
    return min(size) <= _MOST_HIGH * tall
