"""What does a decoder give to the sampler? Shots in order of time, and what went wrong on the way.

Two decoders keep to this, under one suite of tests: PyAV (`decode_av`), and OpenCV (`decode_opencv`) for what PyAV
does not open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


class Shot(Protocol):
    """One decoded frame, good for as long as it is kept once `grey` was asked for. Raises `Undecodable` when it cannot
    be shown."""

    @property
    def at_ms(self) -> float:
        """Milliseconds from the start of the show."""

    @property
    def held(self) -> int:
        """Bytes of memory that keeping it takes."""

    @property
    def turns(self) -> int:
        """Quarter turns (counter-clockwise) that bring `grey` upright."""

    def grey(self) -> Image:
        """The picture in grey (height, width), at full size, perhaps not yet turned upright."""

    def picture(self, max_width: int) -> Image:
        """The picture upright in BGR (height, width, 3), at most `max_width` wide and twice that high."""


@dataclass(slots=True)
class Bounds:
    """`gap_s`: every scene that lasts so long must be seen; what lies between may go by undecoded."""

    gap_s: float
    max_pixels: int


class Reader(Protocol):
    """An open file. `announced` frames are stated by its header (0: none), `passed` went by, decoded or left out."""

    fps: float
    announced: int
    passed: int
    failed: int
    size: tuple[int, int]
    end_ms: float

    def shots(self) -> Iterator[Shot]:
        """Every shot, in order of time."""

    def close(self) -> None:
        """Let go of the file."""


def fitting(width: int, height: int, max_width: int) -> tuple[int, int]:
    """The size of a picture at most `max_width` wide and twice that high, its shape kept."""
    scale = min(1.0, max_width / width, 2 * max_width / height)
    return max(1, round(width * scale)), max(1, round(height * scale))
