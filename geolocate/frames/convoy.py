"""How likely does a clip show military vehicles moving or gathered?

A logistic model on three figures of the clip. The weights were set from what `bench/vehicles.md` measured and are few
on purpose: there is little footage to learn from, and weights that a handful of clips decide would not carry over.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geolocate.frames.vehicles import ROAD, VEHICLES, Detection

#: from here on a vehicle's crop counts as military
MILITARY = 0.5
_STRONGEST = 0.34  # share of the frames that speaks for the clip: a column may pass in a third of it
_BIAS, _SCENE, _ARMED, _CIVIL = -4.2, 5.0, 1.9, -0.4


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle and what the second stage says of its crop."""

    detection: Detection
    military: float

    @property
    def on_road(self) -> bool:
        """Whether it may be part of a column on a road: trains and ships are not, but what is taken for them may be."""
        label = self.detection.label
        # a class that COCO does not know is one that the operator's own detector was given for columns
        return label in ROAD or label not in VEHICLES.values() or self.military >= MILITARY


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame shows: the military score of the whole, the vehicles, and marks painted on them."""

    military: float
    vehicles: tuple[Vehicle, ...]
    marks: tuple[Detection, ...] = ()


def convoy_probability(frames: Sequence[Seen]) -> float:
    """0 to 1, for the frames of one clip; 0 for none."""
    if not frames:
        return 0.0
    scene, armed, civil = evidence(frames)
    return _logistic(_BIAS + _SCENE * scene + _ARMED * armed + _CIVIL * civil)


def evidence(frames: Sequence[Seen]) -> tuple[float, float, float]:
    """What speaks for and against: the military score of the clip, and (logarithms of) military and other vehicles."""
    scene = military_share(frames)
    armed = _strongest([sum(v.military for v in f.vehicles if v.military >= MILITARY) for f in frames])
    civil = _strongest([float(sum(v.on_road and v.military < MILITARY for v in f.vehicles)) for f in frames])
    return scene, math.log1p(armed), math.log1p(civil)


def military_share(frames: Sequence[Seen]) -> float:
    """The military score of the frames that speak for the clip, 0 to 1; 0 for none."""
    return _strongest([f.military for f in frames]) if frames else 0.0


def _strongest(values: list[float]) -> float:
    """The mean of the highest third: some frames of a clip that shows a column do not show it."""
    kept = sorted(values, reverse=True)[: max(1, round(len(values) * _STRONGEST))]
    return sum(kept) / len(kept)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
