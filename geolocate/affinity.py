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
#: no pair starts better than this: see `_prior`
_MOST_PRIOR = float(np.log(2.0))


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
    """Log-odds of the pairs within the maximal gap and reach, those above `params.listed`; the rest weighs `apart`.

    `event` is the number of the event that each report tells of. A pair of places counts by its probability.
    """
    n = len(sightings)
    said, share = describe(sightings, priors), 1.0 / np.bincount(event, minlength=1)[event]
    firsts, seconds, ratios = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    around = np.zeros(n)
    for a, b, road_km in _near_places(beliefs, roads, params):
        one = moves(beliefs, a, b, road_km, params).either + beliefs.log_p[a] + beliefs.log_p[b]
        i, j = beliefs.owner[a], beliefs.owner[b]
        pair, where = np.unique(np.minimum(i, j) * n + np.maximum(i, j), return_inverse=True)
        i, j = pair // n, pair % n
        around += np.bincount(i, share[j], n) + np.bincount(j, share[i], n)
        moved = np.log(np.bincount(where, np.exp(np.minimum(one, 2 * _HIGHEST)), len(pair)))
        words = np.clip(likeness(said, i, j, params), _LOWEST, _HIGHEST)
        ratio = np.clip(moved, _LOWEST, _HIGHEST) + words
        kept = ratio + _MOST_PRIOR > params.listed
        firsts.append(i[kept])
        seconds.append(j[kept])
        ratios.append(ratio[kept])
    i, j = np.concatenate(firsts), np.concatenate(seconds)
    weight = np.concatenate(ratios) + _prior(around, i, j, params)
    kept = weight > params.listed
    return Affinity(i[kept], j[kept], weight[kept])


def moves_within(beliefs: Beliefs, a: Ints, b: Ints, roads: RoadGraph, params: LinkParams) -> Moves:
    """The moves between every place in rows `a` and every one in rows `b`, as matrices of shape (a, b)."""
    km = _road_km(beliefs, a, b, roads, params)
    rows, columns = np.repeat(a, len(b)), np.tile(b, len(a))
    flat = moves(beliefs, rows, columns, km.ravel(), params)
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


def _prior(around: Floats, i: Ints, j: Ints, params: LinkParams) -> Floats:
    """Log-odds before looking: the company a convoy keeps over the number of events around each of the two."""
    crowd = np.maximum((around[i] + around[j]) / 2.0, 1.0)
    return np.asarray(np.log(params.company / np.maximum(crowd, params.company / 2.0)), dtype=np.float64)
