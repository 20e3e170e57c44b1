"""Which detector did the operator bring? Its file and its classes; nothing here loads it."""

from dataclasses import dataclass
from pathlib import Path


class BadModel(ValueError):
    """The file is no detector that can be run; the message says why."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """An ONNX file and its classes by number (label; empty for those that are no vehicles). No classes: COCO's 80."""

    name: str
    path: Path
    classes: tuple[str, ...] = ()
