"""How strongly does everything known speak for or against two sightings being one convoy? Log-odds of near pairs.

Weights are whole steps of 1/65536, so that sums of them are exact: no answer depends on the order of the pairs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.belief import Beliefs
from geolocate.likeness import Described, likeness
from geolocate.link_params import LinkParams
from geolocate.movement import Moves, moves
from geolocate.roads import Ints, RoadGraph
from geolocate.sphere import Floats, distance_km

#: one kind of evidence alone may not decide: places and times on one side, words on the other, are cut to this
_LOWEST, _HIGHEST = -6.0, 6.0
#: no pair starts better than this: see `prior`
_MOST_PRIOR = float(np.log(2.0))
_STEPS = 65536.0
#: the crowd around a sighting is known to about this share: one sighting more does not change every pair nearby
_CROWD_STEP = 0.2


@dataclass(frozen=True, slots=True)
class Affinity:
    """Pairs of sightings, each once, and their log-odds of being one convoy; `evidence` leaves the prior out."""

    i: Ints
    j: Ints
    evidence: Floats
    weight: Floats

    def take(self, rows: Ints | NDArray[np.bool_]) -> "Affinity":
        """Only these pairs (row numbers, or a mask)."""
        return Affinity(self.i[rows], self.j[rows], self.evidence[rows], self.weight[rows])


def near_places(beliefs: Beliefs, a: Ints, b: Ints, params: LinkParams) -> tuple[Ints, Ints]:
    """Rows of places, one of a sighting in `a` and one of another in `b`, that are within the maximal gap and reach."""
    rows, others = beliefs.rows(a), beliefs.rows(b)
    gap = beliefs.mean_hours[beliefs.owner[rows]][:, None] - beliefs.mean_hours[beliefs.owner[others]]
    x, y = np.nonzero(np.abs(gap) <= params.max_gap_hours)
    p, q = rows[x], others[y]
    km = distance_km(beliefs.lat[p], beliefs.lon[p], beliefs.lat[q], beliefs.lon[q])
    kept = (km <= params.max_reach_km) & (beliefs.owner[p] != beliefs.owner[q])
    return p[kept], q[kept]


def pairs(beliefs: Beliefs, p: Ints, q: Ints) -> tuple[Ints, Ints, Ints]:
    """The pairs of sightings (i, j) that these pairs of places belong to, and which of them each belongs to."""
    n = len(beliefs.mean_hours)
    pair, where = np.unique(beliefs.owner[p] * n + beliefs.owner[q], return_inverse=True)
    return pair // n, pair % n, where


def evidence(
    beliefs: Beliefs, said: Described, p: Ints, q: Ints, rank: Ints, roads: RoadGraph, params: LinkParams
) -> tuple[Ints, Ints, Floats]:
    """Log-odds, without the prior, of the pairs of sightings that these pairs of places belong to.

    A pair of places counts by its probability. `rank` says which of two sightings is looked at first. Pairs that no
    prior can lift above `params.listed` are left out.
    """
    i, j, where = pairs(beliefs, p, q)
    at, from_row = np.unique(p, return_inverse=True)
    to, to_row = np.unique(q, return_inverse=True)
    km = _road_km(beliefs, at, to, roads, params)[from_row, to_row]
    swapped = rank[beliefs.owner[p]] > rank[beliefs.owner[q]]
    p, q = np.where(swapped, q, p), np.where(swapped, p, q)
    one = moves(beliefs, p, q, km, params).either + beliefs.log_p[p] + beliefs.log_p[q]
    moved = np.log(np.bincount(where, np.exp(np.minimum(one, 2 * _HIGHEST)), len(i)))
    ratio = np.clip(moved, _LOWEST, _HIGHEST) + np.clip(likeness(said, i, j, params), _LOWEST, _HIGHEST)
    kept = ratio + _MOST_PRIOR > params.listed
    return i[kept], j[kept], stepped(ratio[kept])


def prior(around: Floats, i: Ints, j: Ints, params: LinkParams) -> Floats:
    """Log-odds before looking: the company a convoy keeps over the number of events around each of the two."""
    level = np.rint(np.log(np.maximum(around, 1.0)) / _CROWD_STEP).astype(np.int64)
    crowd = np.exp(np.arange(level.max(initial=0) + 1) * _CROWD_STEP)
    both = (crowd[:, None] + crowd) / 2.0
    odds = params.crowd_counts * np.log(params.company / np.maximum(both, params.company / 2.0))
    return stepped(odds)[level[i], level[j]]


def moves_within(beliefs: Beliefs, a: Ints, b: Ints, roads: RoadGraph, params: LinkParams) -> Moves:
    """The moves between every place in rows `a` and every one in rows `b`, as matrices of shape (a, b)."""
    km = _road_km(beliefs, a, b, roads, params)
    rows, columns = np.repeat(a, len(b)), np.tile(b, len(a))
    flat = moves(beliefs, rows, columns, km.ravel(), params)
    onward, backward, either = (part.reshape(km.shape) for part in (flat.onward, flat.backward, flat.either))
    return Moves(onward, backward, either, km)


def stepped(odds: Floats) -> Floats:
    """Log-odds as whole steps, so that sums are exact."""
    return np.asarray(np.rint(odds * _STEPS) / _STEPS, dtype=np.float64)


def _road_km(beliefs: Beliefs, a: Ints, b: Ints, roads: RoadGraph, params: LinkParams) -> Floats:
    """Road km between rows of places; farther than any route is as good as its length."""
    longest = 2.0 * params.route_km
    return np.minimum(roads.matrix_km(beliefs.snapped.take(a), beliefs.snapped.take(b), longest), longest)
