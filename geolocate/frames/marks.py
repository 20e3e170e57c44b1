"""Which letters are painted on a vehicle: Z, V or O, as Russian columns carried?

Paint is a bright, colourless stroke on a plain darker ground. Strokes are cut out of the vehicle's crop and compared
with drawn letters of many slants and widths; they must be like Z, V or O, clearly less like every other letter and
digit, on a ground that is the same inside and outside (a wheel is a ring on a dark tyre), and alone (a letter in a row
is writing). Rather too few than too many: a wrong mark is a wrong accusation. `bench/vehicles.md` has the figures.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Box, Detection, Image

MARKS = "ZVO"
#: what a detection of a mark is labelled
LABEL = "mark {}"
#: marks that are kept, and how much less like any other sign they must be
LEAST_SCORE, _MARGIN = 0.84, 0.06
#: pixels of a vehicle's side from which a letter on it can be told; the crop is brought to this size
_LEAST_SIDE, _CROP = 56, 240
#: pixels of the picture that a letter must be high: what is smaller is guessing
_LEAST_HIGH = 18
#: of the crop's height
_SMALLEST, _LARGEST = 0.12, 0.75
_NARROWEST, _WIDEST = 0.45, 1.7
#: grey levels by which paint is brighter than the ground; most saturation of paint; least brightness of it
_CONTRASTS, _MOST_COLOUR, _LEAST_BRIGHT = (45, 70, 95, 120), 90, 120
#: grey levels that the ground inside and outside a letter may differ, and vary
_UNLIKE, _UNEVEN = 36.0, 45.0
#: from here down, as a share of the crop's height, a ring is a wheel
_WHEELS = 0.62
_SIDE = 24
_OTHERS = "ABCDEFGHIJKLMNPQRSTUWXY123456789+<>/"
Mask = NDArray[np.uint8]


def marks(image: Image, vehicles: Sequence[Box]) -> tuple[Detection, ...]:
    """The marks on vehicles in a BGR picture (height, width, 3), boxes as fractions; best first."""
    found: list[Detection] = []
    for box in vehicles:
        found += _on(image, box)
    return tuple(sorted(found, key=lambda d: -d.score))


def _on(image: Image, box: Box) -> Iterator[Detection]:
    height, width = image.shape[:2]
    left, top = max(0, round(box[0] * width)), max(0, round(box[1] * height))
    crop = image[top : top + round(box[3] * height), left : left + round(box[2] * width)]
    if min(crop.shape[:2]) < _LEAST_SIDE:
        return
    scale = _CROP / max(crop.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    view = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=method), np.uint8)
    for letter, score, (x, y, wide, high) in _letters(view):
        if high / scale < _LEAST_HIGH:
            continue
        edges = ((left + x / scale) / width, (top + y / scale) / height, wide / scale / width, high / scale / height)
        yield Detection(LABEL.format(letter), round(score, 3), edges)


def _letters(view: Image) -> Iterator[tuple[str, float, tuple[int, int, int, int]]]:
    """Each place once, by its best reading."""
    grey = np.asarray(cv2.cvtColor(view, cv2.COLOR_BGR2GRAY), np.uint8)
    found = [each for paint in _paints(view, grey) for each in _in_paint(grey, paint)]
    kept: list[tuple[str, float, tuple[int, int, int, int]]] = []
    for letter, score, box in sorted(found, key=lambda f: -f[1]):
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        if not any(b[0] < x < b[0] + b[2] and b[1] < y < b[1] + b[3] for _, _, b in kept):
            kept.append((letter, score, box))
    return iter(kept)


def _in_paint(grey: Mask, paint: Mask) -> Iterator[tuple[str, float, tuple[int, int, int, int]]]:
    count, names, stats, _ = cv2.connectedComponentsWithStats(paint, connectivity=8)
    boxes = [tuple(int(v) for v in stats[i][:4]) for i in range(count)]
    for index in range(1, count):
        x, y, wide, high = boxes[index]
        if not _letter_sized(wide, high, int(stats[index][4]), grey.shape) or _in_a_row(index, boxes):
            continue
        stroke = (names[y : y + high, x : x + wide] == index).astype(np.uint8)
        letter, score = read(stroke)
        if not letter or not _on_plain_ground(grey, stroke, x, y, hollow=letter == "O"):
            continue
        if letter != "O" or not _wheel(grey, (x, y, wide, high)):
            yield letter, score, (x, y, wide, high)


def _paints(view: Image, grey: Mask) -> Iterator[Mask]:
    """Where bright strokes are: brighter than what is left when everything thin is taken away, and without colour.

    At several contrasts: where paint touches another bright thing, one of them may part the two.
    """
    side = max(view.shape[:2]) // 5 | 1
    ground = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    thin = cv2.subtract(grey, ground)
    colour = view.max(axis=2).astype(np.int16) - view.min(axis=2)
    for contrast in _CONTRASTS:
        yield ((thin > contrast) & (colour < _MOST_COLOUR) & (grey > _LEAST_BRIGHT)).astype(np.uint8)


def _letter_sized(wide: int, high: int, area: int, shape: tuple[int, ...]) -> bool:
    if not _SMALLEST * shape[0] <= high <= _LARGEST * shape[0] or high < 14:
        return False
    return _NARROWEST <= wide / high <= _WIDEST and 0.12 <= area / (wide * high) <= 0.75


def _in_a_row(index: int, boxes: Sequence[tuple[int, ...]]) -> bool:
    """Whether something as high stands right beside it: a word or a number."""
    x, y, wide, high = boxes[index]
    for other, (left, top, broad, tall) in enumerate(boxes):
        if other in (0, index) or not 0.7 < tall / high < 1.4 or abs(top + tall / 2 - y - high / 2) > 0.4 * high:
            continue
        gap = max(left - x - wide, x - left - broad)
        if gap < 0.8 * wide:
            return True
    return False


def _wheel(grey: Mask, box: tuple[int, int, int, int]) -> bool:
    """Whether a ring stands where wheels are, or on a tyre: what is around it changes at half its size from it."""
    x, y, wide, high = box
    if y + high / 2 > _WHEELS * grey.shape[0]:
        return True

    def around(share: float) -> float:
        pad = round(share * max(wide, high))
        part = grey[max(0, y - pad) : y + high + pad, max(0, x - pad) : x + wide + pad]
        edge = max(2, pad // 4)
        rim = (part[:edge], part[-edge:], part[:, :edge], part[:, -edge:])
        return float(np.median(np.concatenate([side.reshape(-1) for side in rim])))

    return abs(around(0.2) - around(0.6)) > _UNLIKE


def _on_plain_ground(grey: Mask, stroke: Mask, x: int, y: int, hollow: bool) -> bool:
    high, wide = stroke.shape
    pad = max(3, high // 6)
    top, left = max(0, y - pad), max(0, x - pad)
    around = grey[top : y + high + pad, left : x + wide + pad]
    whole = np.zeros(around.shape, np.uint8)
    whole[y - top : y - top + high, x - left : x - left + wide] = stroke
    clear = cv2.dilate(whole, np.ones((5, 5), np.uint8)) == 0
    inner = np.zeros(around.shape, bool)
    inner[y - top : y - top + high, x - left : x - left + wide] = True
    if hollow:
        hull = np.zeros(around.shape, np.uint8)
        outline, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(hull, outline, -1, (1,), -1)
        inner = hull.astype(bool)
    inside, outside = around[clear & inner], around[clear & ~inner]
    if inside.size < 12 or outside.size < 12:
        return False
    return bool(abs(float(np.median(inside)) - float(np.median(outside))) <= _UNLIKE and inside.std() <= _UNEVEN)


def read(stroke: Mask) -> tuple[str, float]:
    """Which mark a stroke (0 or 1, height x width) is, "" for none, and how like it is, 0 to 1."""
    names, patterns = _patterns()
    likeness = patterns @ _unit(_fitted(stroke))
    best = {name: float(likeness[names == name].max()) for name in np.unique(names)}
    letter = max(MARKS, key=lambda name: best[name])
    rival = max(score for name, score in best.items() if name != letter)
    if best[letter] < LEAST_SCORE or best[letter] - rival < _MARGIN:
        return "", 0.0
    return letter, min(1.0, best[letter])


def _fitted(stroke: Mask) -> NDArray[np.float32]:
    """In a square, blurred a little: strokes a pixel apart are alike."""
    small = cv2.resize(stroke.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (5, 5), 0), np.float32)


def _unit(square: NDArray[np.float32]) -> NDArray[np.float32]:
    flat = square.reshape(-1) - square.mean()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), np.float32)


@cache
def _patterns() -> tuple[NDArray[np.str_], NDArray[np.float32]]:
    """Names, and drawn letters as unit vectors: print and hand, several widths of the stroke and slants."""
    names, rows = [], []
    for name in MARKS + _OTHERS:
        for plain in (*(_printed(name, weight) for weight in (200, 500, 900)), *_by_hand(name)):
            for slant in (-0.25, 0.0, 0.25):
                for turn in (-10.0, 0.0, 10.0):
                    names.append(name)
                    rows.append(_unit(_fitted(_turned(plain, slant, turn))))
    return np.array(names), np.array(rows, np.float32)


def _printed(name: str, weight: int) -> Mask:
    canvas = np.zeros((240, 240), np.uint8)
    cv2.putText(canvas, name, (70, 170), (1,), cv2.FontFace("sans"), 130, weight)
    return canvas


def _by_hand(name: str) -> Iterator[Mask]:
    for thick in (10, 18, 28) if name in MARKS else ():
        canvas = np.zeros((240, 240), np.uint8)
        if name == "O":
            cv2.ellipse(canvas, (120, 120), (42, 50), 0, 0, 360, (1,), thick)
        else:
            bends = {"Z": [(80, 70), (160, 70), (80, 170), (160, 170)], "V": [(75, 70), (120, 170), (165, 70)]}[name]
            cv2.polylines(canvas, [np.array(bends, np.int32)], False, (1,), thick)
        yield canvas


def _turned(canvas: Mask, slant: float, turn: float) -> Mask:
    move = cv2.getRotationMatrix2D((120, 120), turn, 1.0)
    move[0] += np.array([0.0, slant, -120 * slant])
    turned = np.asarray(cv2.warpAffine(canvas, move, (240, 240), flags=cv2.INTER_NEAREST), np.uint8)
    rows, columns = np.nonzero(turned)
    return turned[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
