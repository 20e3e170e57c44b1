"""How strongly does everything known speak for or against two sightings being one convoy? Log-odds of near pairs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geolocate.belief import Beliefs
from geolocate.likeness import describe, likeness
from geolocate.link_params import LinkParams
from geolocate.movement import Moves, moves
from geolocate.roads import Ints, RoadGraph
from geolocate.sphere import Floats, distance_km
from geolocate.types import Sighting

_BLOCK = 200
#: one kind of evidence alone may not decide: places and times on one side, words on the other, are cut to this
_LOWEST, _HIGHEST = -6.0, 6.0


@dataclass(frozen=True, slots=True)
class Affinity:
    """Pairs of sightings i < j that could be one convoy, and their log-odds of being one."""

    i: Ints
    j: Ints
    weight: Floats


def affinity(
    sightings: Sequence[Sighting],
    event: Ints,
    beliefs: Beliefs,
    roads: RoadGraph,
    priors: Mapping[str, float],
    params: LinkParams,
) -> Affinity:
    """Log-odds of every pair within the maximal gap and reach. A pair of places counts by its probability."""
    n = len(sightings)
    bearings = stated_bearings(sightings)
    firsts, seconds, ratios = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for a, b, road_km in _near_places(beliefs, roads, params):
        one = moves(beliefs, bearings, a, b, road_km, params).either + beliefs.log_p[a] + beliefs.log_p[b]
        i, j = beliefs.owner[a], beliefs.owner[b]
        pair, where = np.unique(np.minimum(i, j) * n + np.maximum(i, j), return_inverse=True)
        total = np.full(len(pair), -np.inf)
        np.logaddexp.at(total, where, one)
        firsts.append(pair // n)
        seconds.append(pair % n)
        ratios.append(total)
    i, j = np.concatenate(firsts), np.concatenate(seconds)
    words = np.clip(likeness(describe(sightings, priors), i, j, params), _LOWEST, _HIGHEST)
    moved = np.clip(np.concatenate(ratios), _LOWEST, _HIGHEST)
    return Affinity(i, j, moved + words + _prior(event, i, j, params))


def stated_bearings(sightings: Sequence[Sighting]) -> Floats:
    """The stated directions of travel, NaN where none was said."""
    return np.array([np.nan if s.bearing_deg is None else s.bearing_deg for s in sightings], dtype=np.float64)


def moves_within(
    sightings: Sequence[Sighting], beliefs: Beliefs, a: Ints, b: Ints, roads: RoadGraph, params: LinkParams
) -> Moves:
    """The moves between every place in rows `a` and every one in rows `b`, as matrices of shape (a, b)."""
    km = _road_km(beliefs, a, b, roads, params)
    rows, columns = np.repeat(a, len(b)), np.tile(b, len(a))
    flat = moves(beliefs, stated_bearings(sightings), rows, columns, km.ravel(), params)
    onward, backward, either = (part.reshape(km.shape) for part in (flat.onward, flat.backward, flat.either))
    return Moves(onward, backward, either, km)


def _near_places(beliefs: Beliefs, roads: RoadGraph, params: LinkParams) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Pairs of places of two sightings within gap and reach, and their road distance; blocks follow the clock."""
    order = np.argsort(beliefs.mean_hours, kind="stable")
    hours = beliefs.mean_hours[order]
    for at in range(0, len(order), _BLOCK):
        block = order[at : at + _BLOCK]
        last = int(np.searchsorted(hours, hours[min(at + _BLOCK, len(hours)) - 1] + params.max_gap_hours, "right"))
        a, b = _rows(beliefs, block), _rows(beliefs, order[at:last])
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        later = rank[beliefs.owner[b]][None, :] > rank[beliefs.owner[a]][:, None]
        gap = beliefs.mean_hours[beliefs.owner[b]][None, :] - beliefs.mean_hours[beliefs.owner[a]][:, None]
        km = distance_km(beliefs.lat[a][:, None], beliefs.lon[a][:, None], beliefs.lat[b], beliefs.lon[b])
        x, y = np.nonzero(later & (gap <= params.max_gap_hours) & (km <= params.max_reach_km))
        yield a[x], b[y], _road_km(beliefs, a, b, roads, params)[x, y]


def _road_km(beliefs: Beliefs, a: Ints, b: Ints, roads: RoadGraph, params: LinkParams) -> Floats:
    """Road km between rows of places; farther than any route is as good as its length, and quicker to find."""
    longest = 2.0 * params.route_km
    return np.minimum(roads.matrix_km(beliefs.snapped.take(a), beliefs.snapped.take(b), longest), longest)


def _rows(beliefs: Beliefs, members: Ints) -> Ints:
    return np.concatenate([np.arange(beliefs.first[k], beliefs.first[k + 1]) for k in members])


def _prior(event: Ints, i: Ints, j: Ints, params: LinkParams) -> Floats:
    """Log-odds before looking: the company a convoy keeps over the number of events around each of the two."""
    share = 1.0 / np.bincount(event, minlength=1)[event]
    around = np.bincount(i, share[j], len(event)) + np.bincount(j, share[i], len(event))
    crowd = np.maximum((around[i] + around[j]) / 2.0, 1.0)
    return np.asarray(np.log(params.company / np.maximum(crowd, params.company / 2.0)), dtype=np.float64)
