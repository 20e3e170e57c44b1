"""Where are vehicles in a picture, by a detector that the operator brought? ONNX files of the YOLOX family.

YOLOX (Ge et al. 2021, arXiv 2107.08430): one output [1, N, 5 + classes], cells of strides 8, 16 and 32 in row-major
order, middle and size relative to the cell, then how likely anything is there and of which class. It is fed as its
authors do: scaled to the top left of a square filled with 114, BGR, 0 to 255.
"""

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.model_file import BadModel, ModelFile
from geolocate.frames.opencv import cv2
from geolocate.frames.runtime import ERRORS, Network
from geolocate.frames.vehicles import VEHICLES, Detection, Image, distinct

_STRIDES = (8, 16, 32)
_FILL = 114
_OVERLAP = 0.55
_COCO = 80


class YoloX:
    """As `geolocate.frames.vehicles.Detector`. Raises `BadModel` for a file that does not answer as YOLOX does."""

    def __init__(self, model: ModelFile, least_score: float = 0.3) -> None:
        try:
            self._network = Network(model.path.read_bytes())
        except OSError as error:
            raise BadModel(f"it cannot be read: {error.strerror}") from error
        except ERRORS as error:
            raise BadModel(f"it cannot be loaded: {error}") from error
        self._labels = {n: label for n, label in enumerate(model.classes) if label} if model.classes else VEHICLES
        self._side, self._least = _side(self._network.shape), least_score
        cells = [np.argwhere(np.ones((self._side // s, self._side // s)))[:, ::-1] for s in _STRIDES]
        self._grid = np.concatenate(cells)
        self._strides = np.concatenate([np.full((len(c), 1), s) for c, s in zip(cells, _STRIDES, strict=True)])
        self._check(len(model.classes) or _COCO)

    def detect(self, image: Image) -> tuple[Detection, ...]:
        """As `Detector.detect`."""
        height, width = image.shape[:2]
        scale = self._side / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = np.full((self._side, self._side, 3), _FILL, np.uint8)
        canvas[: size[1], : size[0]] = cv2.resize(image, size)
        out = self._run(canvas)
        middle = (out[:, :2] + self._grid) * self._strides / scale
        extent = np.exp(np.minimum(out[:, 2:4], 20.0)) * self._strides / scale
        frame = (width, height)
        start = np.clip((middle - extent / 2) / frame, 0, 1)
        extent = np.clip((middle + extent / 2) / frame, 0, 1) - start
        scores = out[:, 4:5] * out[:, 5:]
        found = [
            Detection(label, float(scores[i, n]), (*map(float, start[i]), *map(float, extent[i])))  # type: ignore[arg-type]
            for n, label in self._labels.items() for i in np.nonzero(scores[:, n] >= self._least)[0]
            if extent[i].min() > 0
        ]  # fmt: skip
        return distinct(found, _OVERLAP, most_inside=1.0)

    def _run(self, canvas: Image) -> NDArray[np.float32]:
        blob = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], np.float32)
        answer = np.asarray(self._network.run(self._network.outputs[:1], blob)[0], np.float32)
        return answer[0] if answer.ndim == 3 else answer

    def _check(self, classes: int) -> None:
        try:
            answer = self._run(np.full((self._side, self._side, 3), _FILL, np.uint8))
        except ERRORS as error:
            raise BadModel(f"it cannot be run: {error}") from error
        wanted = (len(self._grid), 5 + classes)
        if answer.shape != wanted:
            raise BadModel(f"it answers {answer.shape}; YOLOX with {classes} classes would answer {wanted}")


def _side(shape: tuple[int | str | None, ...]) -> int:
    side = shape[-1] if len(shape) == 4 else 0
    if not isinstance(side, int):
        return 640  # free in the file: the size that the family was trained at
    if side < _STRIDES[-1] or side % _STRIDES[-1] or shape[-2] != side:
        raise BadModel(f"its input is {shape}; a square of a multiple of {_STRIDES[-1]} pixels is wanted")
    return side
