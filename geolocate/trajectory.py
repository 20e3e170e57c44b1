"""In which order, where and when did one convoy pass its sightings? Places together, order by road, then times.

The farthest two members by road are the ends; the others follow by their distance from one end; the times, and the
directions that were stated, say which end came first. Times are then made to rise no faster than a convoy drives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from geolocate.affinity import moves_within
from geolocate.belief import Beliefs
from geolocate.link_params import LinkParams
from geolocate.movement import Moves
from geolocate.roads import Ints, RoadGraph
from geolocate.sphere import Floats
from geolocate.types import Sighting

#: pairs of one track are not independent: their summed log-odds of the order, and of places, are tempered by this
_TEMPER = 0.5


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A track's members in order: sighting numbers, rows of their places, hours since 1970, road km between them.

    `forward` is the probability that the order is this one and not the reverse; `shares` has for each member the
    probabilities of its places (all of them, in their order), given the other members.
    """

    members: Ints
    places: Ints
    hours: Floats
    step_km: Floats
    forward: float
    shares: tuple[Floats, ...]


def trace(
    sightings: Sequence[Sighting], beliefs: Beliefs, members: Ints, roads: RoadGraph, params: LinkParams
) -> Trajectory:
    """The trajectory of the sightings numbered `members` (two or more); their order decides between equals."""
    rows = beliefs.rows(members)
    every = moves_within(beliefs, rows, rows, roads, params)
    chosen, shares = _choose(every.either, beliefs, rows, members)
    places = rows[chosen]
    pick = np.ix_(chosen, chosen)
    km = (every.road_km[pick] + every.road_km[pick].T) / 2.0
    order, forward = _order(km, Moves(every.onward[pick], every.backward[pick], every.either[pick], km))
    km, places, members = km[np.ix_(order, order)], places[order], members[order]
    hours = _times(beliefs.hours[members], km, [sightings[k] for k in members.tolist()], params)
    told = tuple(shares[k] for k in order.tolist())
    return Trajectory(members, places, hours, np.diagonal(km, 1).copy(), forward, told)


def _choose(either: Floats, beliefs: Beliefs, rows: Ints, members: Ints) -> tuple[Ints, list[Floats]]:
    """For each member the place that the others support best: at first with any of theirs, then with the chosen.

    And the probabilities of each member's places, given those of the others.
    """
    last = np.cumsum(beliefs.first[members + 1] - beliefs.first[members])
    first = np.append(0, last[:-1])
    owner = np.repeat(np.arange(len(members)), last - first)
    support = np.zeros((len(rows), len(members)))
    for k in range(len(members)):
        support[:, k] = np.max(either[:, first[k] : last[k]] + beliefs.log_p[rows[first[k] : last[k]]], axis=1)
    support[np.arange(len(rows)), owner] = 0.0
    score = support.sum(axis=1) + beliefs.log_p[rows]
    chosen = np.array([f + int(np.argmax(score[f:t])) for f, t in zip(first, last, strict=True)])
    for k, (f, t) in enumerate(zip(first, last, strict=True)):
        others = np.delete(chosen, k)
        chosen[k] = f + int(np.argmax(either[f:t][:, others].sum(axis=1) + beliefs.log_p[rows[f:t]]))
    shares = []
    for k, (f, t) in enumerate(zip(first, last, strict=True)):
        mean = either[f:t][:, np.delete(chosen, k)].sum(axis=1) * _TEMPER
        shares.append(softmax(mean + beliefs.log_p[rows[f:t]]))
    return chosen, shares


def _order(km: Floats, between: Moves) -> tuple[Ints, float]:
    """The order along the way from the end that was passed first, and how sure that direction is."""
    start = int(np.argmax(np.max(km, axis=1)))
    order = np.argsort(km[start], kind="stable")
    x, y = np.triu_indices(len(order), 1)
    gain = between.onward[order[x], order[y]] - between.backward[order[x], order[y]]
    sure = float(expit(_TEMPER * np.clip(gain, -4.0, 4.0).sum() / max(1.0, np.sqrt(len(order) - 1))))
    return (order, sure) if sure >= 0.5 else (order[::-1].copy(), 1.0 - sure)


def _times(samples: Floats, km: Floats, sightings: Sequence[Sighting], params: LinkParams) -> Floats:
    """Times in order: each the mean of its samples as the others allow, then rising, at a convoy's speed at most."""
    n = len(samples)
    hours = samples.mean(axis=1)
    from scipy.optimize import isotonic_regression  # a tenth of a second to load, which a first poll need not wait for

    along = km[0]
    for _ in range(3):
        expected = hours[None, :] + (along[:, None] - along[None, :]) / params.speed_kmh
        others = np.where(np.eye(n, dtype=bool), np.nan, expected)
        centre = np.nanmedian(others, axis=1)
        fit = np.exp(-0.5 * ((samples - centre[:, None]) / params.halt_hours) ** 2) + 1e-3
        hours = (fit * samples).sum(axis=1) / fit.sum(axis=1)
    drive = np.maximum.accumulate(along) / params.max_speed_kmh
    rising = isotonic_regression(hours - drive).x
    posted = np.array([s.posted_at.timestamp() / 3600.0 for s in sightings]) - drive
    return np.asarray(np.minimum(rising, np.minimum.accumulate(posted[::-1])[::-1]) + drive, dtype=np.float64)
