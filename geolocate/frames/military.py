"""Does a picture, or a part of it, show something military?

A second stage, for detectors know no tank: an ImageNet classifier (EfficientNet-Lite0; weights: see NOTICE), whose
classes of weapons, armour and uniforms are summed. On whole frames it also speaks for columns whose vehicles the
detector misses.
"""

from functools import cache
from importlib import resources

import numpy as np

from geolocate.frames.opencv import cv2
from geolocate.frames.runtime import Network
from geolocate.frames.vehicles import Box, Image

#: ImageNet's military classes by their number among the 1,000: amphibian, assault rifle, bulletproof vest, cannon,
#: half track, military uniform, missile, projectile, tank
CLASSES = (408, 413, 465, 471, 586, 652, 657, 744, 847)
_SIDE = 224
#: a crop shows some of what is around the box, as the pictures that the classifier learned from do
_MARGIN = 0.15


class MilitaryScorer:
    """The shipped classifier."""

    def __init__(self) -> None:
        self._network = _network()

    def frame(self, image: Image) -> float:
        """Of a whole BGR picture (height, width, 3): 0 to 1."""
        return self._score(_middle(image))

    def part(self, image: Image, box: Box) -> float:
        """Of a box in it (left, top, width, height as fractions): 0 to 1; 0 for a box of no pixels."""
        cut = _cut(image, box)
        return self._score(cut) if cut.size else 0.0

    def _score(self, image: Image) -> float:
        small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        blob = np.asarray((small[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) - 127) / 128, np.float32)
        probabilities = self._network.run(["probabilities"], blob)[0][0]
        return min(1.0, float(probabilities[list(CLASSES)].sum()))


@cache
def _network() -> Network:
    return Network(resources.files("geolocate.data").joinpath("imagenet.onnx").read_bytes())


def _middle(image: Image) -> Image:
    """The largest square about the middle."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _cut(image: Image, box: Box) -> Image:
    height, width = image.shape[:2]
    left, top, wide, high = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    # square where the picture allows it: squeezed vehicles look like other things
    half = max(wide, high) / 2 * (1 + 2 * _MARGIN)
    x, y = left + wide / 2, top + high / 2
    rows = slice(max(0, round(y - half)), max(0, round(y + half)))
    return image[rows, max(0, round(x - half)) : max(0, round(x + half))]
