"""Columns of known length: vehicles cut from labelled frames drive through a real landscape.

The landscape is the half of a frame that shows no vehicle, and its mirror image; each vehicle is cut out along its
outline (GrabCut, Rother et al. 2004) and gets the shade of a blurred edge. White trucks, buses, a train and a ship are
drawn: no clip at hand shows them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.vehicle_boxes import labelled
from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Image

WIDTH, HEIGHT, FPS = 854, 480, 4
#: where the wheels stand
ROAD = 0.72
Cut = tuple[Image, NDArray[np.float32]]  # a picture, and how much of it is vehicle, 0 to 1


@dataclass(frozen=True, slots=True)
class Column:
    """How a column drives: `length` pixels of a vehicle, `gaps` from front to front in lengths, `pixels_s`."""

    vehicles: int
    length: int
    gaps: tuple[float, float]
    pixels_s: int
    seed: int


def ground() -> Image:
    """A field under a sky, without a vehicle."""
    image = next(image for clip, image, _ in labelled() if clip.startswith("adomvi_apc1"))
    half = cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)[:, : WIDTH * 9 // 25]
    wide = np.hstack([half, half[:, ::-1], half])[:, :WIDTH]
    return np.ascontiguousarray(wide)


def cuts(clip: str) -> list[Cut]:
    """The vehicles of a labelled clip, each whole and alone in its box."""
    found = []
    for name, image, boxes in labelled():
        if not name.startswith(clip):
            continue
        height, width = image.shape[:2]
        for x, y, a, b in boxes:
            if 0.09 < a < 0.4 and x > 0.02 and x + a < 0.98:
                edges = round(x * width), round(y * height), round(a * width), round(b * height)
                found.append(_outlined(image, *edges))
    return found


def _outlined(image: Image, x: int, y: int, wide: int, high: int) -> Cut:
    pad = max(4, wide // 6)
    top, left = max(0, y - pad), max(0, x - pad)
    around = np.ascontiguousarray(image[top : y + high + pad, left : x + wide + pad])
    scale = 240 / around.shape[1]
    around = np.asarray(cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    box = tuple(round(v * scale) for v in (x - left, y - top, wide, high))
    mask = np.zeros(around.shape[:2], np.uint8)
    cv2.grabCut(around, mask, box, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    solid = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    points = np.argwhere(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)))[:, ::-1]
    if len(points):  # wheels are as dark as the ground under them: what lies between what was found belongs to it
        cv2.fillConvexPoly(solid, cv2.convexHull(np.ascontiguousarray(points, np.int32)), (1,))
    soft = np.asarray(cv2.GaussianBlur(solid.astype(np.float32), (5, 5), 0), np.float32)
    rows, columns = slice(box[1], box[1] + box[3]), slice(box[0], box[0] + box[2])
    return around[rows, columns], soft[rows, columns]


def passing(column: Column, kinds: Sequence[Cut], place: Image, to_left: bool = False) -> Iterator[tuple[float, Image]]:
    """Seconds and frames, until the last has driven through."""
    random = np.random.default_rng(column.seed)
    shown = [_sized(kinds[i], column.length) for i in random.integers(0, len(kinds), column.vehicles)]
    lefts = -np.cumsum(random.uniform(*column.gaps, column.vehicles) * column.length)
    frames = int((WIDTH - lefts[-1]) / column.pixels_s * FPS) + 1
    for index in range(frames):
        image = place.astype(np.float32)
        for cut, left in zip(shown, lefts, strict=True):
            _paste(image, cut, int(left + index * column.pixels_s / FPS), int(HEIGHT * ROAD))
        noisy = image + random.normal(0, 3, image.shape)
        frame = np.clip(noisy, 0, 255).astype(np.uint8)
        yield index / FPS, np.ascontiguousarray(frame[:, ::-1]) if to_left else frame


def _sized(cut: Cut, length: int) -> Cut:
    size = (length, max(1, round(length * cut[0].shape[0] / cut[0].shape[1])))
    picture = cv2.resize(cut[0], size, interpolation=cv2.INTER_AREA)
    return np.asarray(picture, np.uint8), np.asarray(cv2.resize(cut[1], size), np.float32)


def _paste(image: NDArray[np.float32], cut: Cut, left: int, bottom: int) -> None:
    picture, share = cut
    first, last = max(0, left), min(image.shape[1], left + picture.shape[1])
    if last <= first:
        return
    top = bottom - picture.shape[0]
    part = slice(first - left, last - left)
    alpha = share[:, part, None]
    under = image[top:bottom, first:last]
    image[top:bottom, first:last] = under * (1 - alpha) + picture[:, part] * alpha


def drawn(kind: str, seed: int) -> Cut:
    """A white truck, a bus, a wagon of a train or a ship, from the side."""
    random = np.random.default_rng(seed)
    canvas = np.full((150, 240, 3), 255, np.uint8)
    mask = np.zeros((150, 240), np.uint8)
    _DRAW[kind](canvas, mask, random)
    share = np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (3, 3), 0), np.float32)
    shaded = canvas * np.linspace(1.0, 0.8, 150)[:, None, None] + random.normal(0, 4, canvas.shape)
    return np.clip(shaded, 0, 255).astype(np.uint8), share


def _box(canvas: Image, mask: Image, at: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    cv2.rectangle(canvas, at[:2], at[2:], colour, -1)
    cv2.rectangle(mask, at[:2], at[2:], (255,), -1)


def _wheels(canvas: Image, mask: Image, at: Sequence[int], radius: int = 13) -> None:
    for x in at:
        cv2.circle(canvas, (x, 136), radius, (25, 25, 25), -1, cv2.LINE_AA)
        cv2.circle(mask, (x, 136), radius, (255,), -1)
        cv2.circle(canvas, (x, 136), radius // 2, (150, 150, 150), -1, cv2.LINE_AA)


def _truck(canvas: Image, mask: Image, random: np.random.Generator) -> None:
    white = tuple(int(v) for v in random.integers(220, 250, 3))
    _box(canvas, mask, (4, 20, 170, 120), white)  # type: ignore[arg-type]
    cv2.rectangle(canvas, (4, 20), (170, 120), (180, 180, 180), 2)
    _box(canvas, mask, (174, 50, 232, 124), white)  # type: ignore[arg-type]
    _box(canvas, mask, (190, 58, 228, 84), (90, 70, 60))
    _box(canvas, mask, (4, 120, 236, 130), (50, 50, 50))
    _wheels(canvas, mask, (36, 66, 200))


def _bus(canvas: Image, mask: Image, random: np.random.Generator) -> None:
    colour = tuple(int(v) for v in random.integers(60, 230, 3))
    _box(canvas, mask, (2, 40, 237, 128), colour)  # type: ignore[arg-type]
    for x in range(12, 220, 36):
        _box(canvas, mask, (x, 50, x + 30, 84), (80, 65, 55))
    cv2.line(canvas, (2, 100), (237, 100), (240, 240, 240), 3)
    _wheels(canvas, mask, (50, 190))


def _train(canvas: Image, mask: Image, random: np.random.Generator) -> None:
    colour = tuple(int(v) for v in random.integers(40, 160, 3))
    _box(canvas, mask, (0, 44, 239, 126), colour)  # type: ignore[arg-type]
    for x in range(8, 232, 28):
        _box(canvas, mask, (x, 58, x + 18, 82), (70, 60, 50))
    _box(canvas, mask, (0, 126, 239, 132), (40, 40, 40))
    _wheels(canvas, mask, (30, 54, 186, 210), 10)
    _box(canvas, mask, (0, 145, 239, 149), (90, 90, 95))


def _ship(canvas: Image, mask: Image, random: np.random.Generator) -> None:
    hull = np.array([(4, 90), (236, 90), (206, 145), (30, 145)], np.int32)
    colour = tuple(int(v) for v in random.integers(30, 160, 3))
    cv2.fillPoly(canvas, [hull], colour)
    cv2.fillPoly(mask, [hull], (255,))
    _box(canvas, mask, (40, 54, 100, 90), (230, 230, 230))
    _box(canvas, mask, (56, 26, 74, 54), (60, 60, 190))
    for x in range(112, 216, 26):
        _box(canvas, mask, (x, 66, x + 22, 90), tuple(int(v) for v in random.integers(40, 220, 3)))  # type: ignore[arg-type]


_DRAW: dict[str, Callable[[Image, Image, np.random.Generator], None]] = {
    "truck": _truck, "bus": _bus, "train": _train, "ship": _ship,
}  # fmt: skip
