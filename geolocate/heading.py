"""Toward which airbase? The probability of each destination, and of none of them, from the road already driven.

Inverse planning (Baker, Saxe, Tenenbaum 2009): people take short ways to their goals, so the smaller the detour that
the track would be on the way to a goal, the likelier that goal. "Elsewhere" is the mean over goals all around.
Destinations named in reports count by their reliability, and the destinations' weights are priors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from geolocate.link_params import LinkParams
from geolocate.roads import RoadGraph
from geolocate.sphere import Floats, distance_km, offset
from geolocate.types import Destination, Interval

ELSEWHERE = "elsewhere"
#: km of detour, and of road still ahead at the last sighting, that make a goal e times less likely
DETOUR_KM, AHEAD_KM = 35.0, 150.0
#: where goals elsewhere are tried: km from the first point, and directions; and how near a road they must be
_RINGS, _DIRECTIONS = (100.0, 180.0, 260.0, 340.0, 420.0), 16
GOALS_WITHIN_KM = 450.0
#: speeds over a whole way, halts left out and included, that bound nine arrivals in ten, km/h
_FAST_KMH, _SLOW_KMH = 50.0, 12.0


@dataclass(frozen=True, slots=True)
class Heading:
    """`destinations` sums to 1 and has the key "elsewhere"; `eta` is for the most probable one when it lies ahead."""

    destinations: dict[str, float]
    eta: Interval | None


@dataclass(frozen=True, slots=True)
class Way:
    """A track to judge: points in order, the last hour (since 1970), the chance of this order, the hints in reports."""

    lat: Floats
    lon: Floats
    radius_km: Floats
    last_hour: float
    forward: float
    hints: Sequence[str]


def priors(destinations: Sequence[Destination]) -> dict[str, float]:
    """The destinations' weights, made to sum to 1."""
    total = sum(d.weight for d in destinations)
    return {d.id: d.weight / total if total > 0 else 1 / len(destinations) for d in destinations}


def head(way: Way, destinations: Sequence[Destination], roads: RoadGraph, params: LinkParams) -> Heading:
    """Where a track is heading. Without destinations all probability is elsewhere."""
    if not destinations:
        return Heading({ELSEWHERE: 1.0}, None)
    ahead, scores, elsewhere = _goals(way, destinations, roads)
    shares = priors(destinations)
    log_p = {d.id: float(s) + np.log(max(shares[d.id], 1e-6)) for d, s in zip(destinations, scores, strict=True)}
    log_p = {name: p + np.log1p(-params.elsewhere) for name, p in log_p.items()}
    log_p[ELSEWHERE] = elsewhere + np.log(params.elsewhere)
    for hint in way.hints:
        _hear(log_p, hint, shares, params)
    highest = max(log_p.values())
    odds = {name: float(np.exp(p - highest)) for name, p in log_p.items()}
    total = sum(odds.values())
    before = {name: share * (1.0 - params.elsewhere) for name, share in shares.items()} | {ELSEWHERE: params.elsewhere}
    probability = {
        name: (1.0 - params.mistaken) * value / total + params.mistaken * before[name] for name, value in odds.items()
    }
    best = max(destinations, key=lambda d: (probability[d.id], d.id))
    watched = probability[best.id] > probability[ELSEWHERE]
    return Heading(probability, _eta(way, best, ahead[best.id]) if watched else None)


def _goals(
    way: Way, destinations: Sequence[Destination], roads: RoadGraph
) -> tuple[Mapping[str, float], Floats, float]:
    """Road km from the last point to each destination, log-likelihoods of each, and of "elsewhere"."""
    spokes = [(km, 360.0 * k / _DIRECTIONS) for km in _RINGS for k in range(_DIRECTIONS)]
    lengths, bearings = np.array(spokes).T
    around_lat, around_lon = offset(way.lat[0], way.lon[0], bearings, lengths)
    lat = np.concatenate([[d.lat for d in destinations], around_lat])
    lon = np.concatenate([[d.lon for d in destinations], around_lon])
    goals, points = roads.snap(lat, lon), roads.snap(way.lat[[0, -1]], way.lon[[0, -1]])
    to_first, to_last = roads.matrix_km(points, goals)
    driven = float(roads.matrix_km(points, points)[0, 1])
    onward = _log_likelihood(driven, to_first, to_last)
    backward = _log_likelihood(driven, to_last, to_first)
    scores = np.logaddexp(np.log(way.forward) + onward, np.log(max(1.0 - way.forward, 1e-6)) + backward)
    n = len(destinations)
    on_road = np.isfinite(goals.off_km[n:, 0])
    area = lengths[on_road]
    elsewhere = float(np.log((np.exp(scores[n:][on_road]) * area).sum() / area.sum())) if on_road.any() else -3.0
    return {d.id: float(km) for d, km in zip(destinations, to_last, strict=False)}, scores[:n], elsewhere


def _log_likelihood(driven: float, from_first: Floats, ahead: Floats) -> Floats:
    detour = np.maximum(driven + ahead - from_first, 0.0)
    return -np.minimum(detour / DETOUR_KM, 6.0) - np.minimum(ahead / AHEAD_KM, 6.0)


def _hear(log_p: dict[str, float], hint: str, shares: Mapping[str, float], params: LinkParams) -> None:
    """Take in one report that names a destination: true ones are named more, any may be named wrongly."""
    by_chance = shares.get(hint, 0.0)
    if by_chance:
        for name in log_p:
            told = params.hint_reliability * (name == hint) if name != ELSEWHERE else 0.0
            wrong = 1.0 - params.hint_reliability if name != ELSEWHERE else 0.67
            log_p[name] += float(np.log(told + wrong * by_chance))


def _eta(way: Way, destination: Destination, ahead_km: float) -> Interval | None:
    """When it gets there; None when it was last seen there."""
    left = distance_km(float(way.lat[-1]), float(way.lon[-1]), destination.lat, destination.lon)
    if left <= destination.radius_km + min(float(way.radius_km[-1]), 5.0):
        return None
    seen = datetime.fromtimestamp(way.last_hour * 3600.0, UTC)
    soonest, latest = timedelta(hours=ahead_km / _FAST_KMH), timedelta(hours=ahead_km / _SLOW_KMH + 2.0)
    return Interval((seen + soonest).replace(microsecond=0), (seen + latest).replace(microsecond=0))
