"""How is a line of writing best shown to a reader of letters?

The reader wants dark letters on light, upright, of a certain height. Which picture of a line it reads best differs:
noise wants blur, coloured boards want the channel that parts letters from board, white captions over footage want all
that is not white removed. So there are several views, in the order in which they are worth trying; `bench/signs.md` has
what they are worth.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.signs_boxes import Written
from geolocate.frames.vehicles import Image

#: a view's grey picture, from the whole BGR picture and a line in it
View = Callable[[Image, Written], Image]
_MOST_LONG = 60  # a line is at most this many times as long as high: what is longer is no line
_WHITE, _SOFT = 60.0, 60.0  # grey levels below the whitest that still count as white, and over which that fades


def soft(margin: float, height: int, blur: float) -> View:
    """Grey, blurred (standard deviation in pixels) against noise, stretched to full contrast."""

    def view(image: Image, line: Written) -> Image:
        grey = _dark_on_light(np.asarray(cv2.cvtColor(upright(image, line, margin, height), cv2.COLOR_BGR2GRAY)))
        return _stretched(np.asarray(cv2.GaussianBlur(grey, (0, 0), blur), np.uint8))

    return view


def plain(margin: float, height: int, squeeze: float = 1.0) -> View:
    """Grey as it is; `squeeze`: width as a part of what it was."""

    def view(image: Image, line: Written) -> Image:
        grey = _dark_on_light(np.asarray(cv2.cvtColor(upright(image, line, margin, height), cv2.COLOR_BGR2GRAY)))
        if squeeze == 1.0:
            return grey
        return np.asarray(cv2.resize(grey, None, fx=squeeze, fy=1, interpolation=cv2.INTER_CUBIC), np.uint8)

    return view


def white(margin: float, height: int, blur: float = 0.0) -> View:
    """What is white becomes ink, all else paper: captions with a dark edge over footage; `blur` against noise."""

    def view(image: Image, line: Written) -> Image:
        cut = upright(image, line, margin, height)
        if blur:
            cut = np.asarray(cv2.GaussianBlur(cut, (0, 0), blur), np.uint8)
        least = cut.min(axis=2).astype(np.float32)
        start = max(150.0, float(np.percentile(least, 97)) - _WHITE)
        return np.asarray(255 - np.clip((least - start) * (255 / _SOFT), 0, 255), np.uint8)

    return view


def coloured(margin: float, height: int, blur: float) -> View:
    """Along the colour in which the line differs most: the first principal component of its pixels."""

    def view(image: Image, line: Written) -> Image:
        cut = upright(image, line, margin, height)
        pixels = cut.reshape(-1, 3).astype(np.float32)
        centred = pixels - pixels.mean(axis=0)
        _, axes = np.linalg.eigh(centred.T @ centred)
        along = _stretched((centred @ axes[:, -1]).reshape(cut.shape[:2]))
        return np.asarray(cv2.GaussianBlur(_dark_on_light(along), (0, 0), blur), np.uint8)

    return view


#: most useful first
VIEWS: tuple[View, ...] = (
    soft(0.06, 36, 1.0), white(0.12, 30), soft(0.06, 48, 1.2), plain(0.06, 48), white(0.12, 36, 0.7), white(0.06, 36),
    plain(0.0, 48, 0.8), soft(0.06, 64, 2.0), coloured(0.0, 48, 1.2),
)  # fmt: skip


def upright(image: Image, line: Written, margin: float, height: int) -> Image:
    """The line turned upright and scaled to `height` pixels, with `margin` times that around it."""
    corners = np.array(line.corners, np.float32)
    wide = float(np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    high = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    width = int(min(_MOST_LONG * height, max(8, round(wide * height / max(high, 1.0)))))
    edge = round(margin * height)
    onto = [(edge, edge), (edge + width, edge), (edge + width, edge + height), (edge, edge + height)]
    matrix = cv2.getPerspectiveTransform(corners, np.array(onto, np.float32))
    size = (width + 2 * edge, height + 2 * edge)
    cut = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _dark_on_light(grey: NDArray[np.uint8]) -> Image:
    """The picture turned around where its edge is dark: around letters there is more ground than ink."""
    _, parted = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    edge = np.concatenate([parted[0], parted[-1], parted[:, 0], parted[:, -1]])
    return np.asarray(255 - grey, np.uint8) if edge.mean() < 128 else np.asarray(grey, np.uint8)


def _stretched(values: NDArray[np.uint8] | NDArray[np.float32]) -> Image:
    low, high = np.percentile(values, (2, 98))
    return np.asarray(np.clip((values.astype(np.float32) - low) * (255 / max(1.0, high - low)), 0, 255), np.uint8)
