"""What is a convoy doing where it was last seen? Arrived at a watched place, departing from one, halted, or moving."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chndtr

from geolocate.movement import SD_OF_RADIUS
from geolocate.sphere import distance_km
from geolocate.types import Destination

MOVING, HALTED, ARRIVED, DEPARTING = "moving", "halted", "arrived", "departing"
#: who was seen twice this many hours apart and came no farther than this (km, and km/h) has halted
_HALT_HOURS, _HALT_KM, _HALT_KMH = 2.0, 5.0, 4.0
#: from which probability on a state beside "moving" is stated
_STATED = 0.5
#: sites are drawn as circles, and gates lie at their edge: km beyond the radius that still count
_EDGE_KM = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One point of a track: degrees, 90 % radius in km, hours since 1970, probability of belonging to the track."""

    lat: float
    lon: float
    radius_km: float
    hour: float
    probability: float


@dataclass(frozen=True, slots=True)
class State:
    """`state` with its probability; `destination` is the id of the watched place that it arrived at or departs from."""

    state: str
    probability: float
    destination: str | None = None


def state(points: Sequence[Seen], forward: float, destinations: Sequence[Destination]) -> State:
    """What the convoy with these points (in order, two or more) does; `forward`: the chance that this is the order."""
    first, last = points[0], points[-1]
    away, there = _nearest(first, destinations), _nearest(last, destinations)
    if there is not None and there[1] * last.probability * forward >= _STATED:
        return State(ARRIVED, there[1] * last.probability * forward, there[0].id)
    if (
        away is not None
        and (chance := away[1] * first.probability * forward * (1.0 - _within(last, away[0]))) >= _STATED
    ):
        return State(DEPARTING, chance, away[0].id)
    halted = _halted(points[-2], last)
    return State(HALTED, halted) if halted >= _STATED else State(MOVING, 1.0 - halted)


def _nearest(point: Seen, destinations: Sequence[Destination]) -> tuple[Destination, float] | None:
    """The destination that the point most probably lies in, and how probably."""
    found = [(d, _within(point, d)) for d in destinations]
    return max(found, key=lambda pair: (pair[1], pair[0].id)) if found else None


def _within(point: Seen, destination: Destination) -> float:
    """Chance that the point lies in the destination's radius: a round Gaussian about the point (Rice distribution)."""
    sd = max(SD_OF_RADIUS * point.radius_km, 0.3)
    km = distance_km(point.lat, point.lon, destination.lat, destination.lon)
    reach = destination.radius_km + _EDGE_KM
    if km > reach + 6.0 * sd:
        return 0.0
    return float(np.clip(chndtr((reach / sd) ** 2, 2.0, (km / sd) ** 2), 0.0, 1.0))


def _halted(before: Seen, last: Seen) -> float:
    """Chance that it stood between its last two points: seen again hours later at what may be the same place."""
    hours = last.hour - before.hour
    if hours < _HALT_HOURS:
        return 0.0
    km = distance_km(before.lat, before.lon, last.lat, last.lon)
    sd = max(SD_OF_RADIUS * float(np.hypot(before.radius_km, last.radius_km)), 0.3)
    reach = max(_HALT_KM, _HALT_KMH * hours / 4.0)
    same = float(np.clip(chndtr((reach / sd) ** 2, 2.0, (km / sd) ** 2), 0.0, 1.0))
    return same * before.probability * last.probability
