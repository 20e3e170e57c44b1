"""Who stays in a track? Weak members are left out one by one, and every sighting gets the probability of its place."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from geolocate.affinity import Affinity
from geolocate.link_params import LinkParams
from geolocate.roads import Ints
from geolocate.sphere import Floats

#: probability of belonging = expit(SLOPE * mean log-odds with the members + OFFSET - FEW / other events of the group),
#: fitted on simulated worlds
SLOPE, OFFSET, FEW = 0.85, 0.6, 3.0
#: added for those outside: tracks are kept pure, so that more of these belong to a convoy than their log-odds say
LEFT_OUT = 1.4


@dataclass(frozen=True, slots=True)
class Support:
    """`groups` of two or more sighting numbers; and, a sighting: its mean log-odds with its group, with the best other
    group (None when there is none near), and the probability of where it was put (in its group, or in none)."""

    groups: list[Ints]
    mean: list[float]
    rival: list[float | None]
    probability: list[float]


def support(group: Ints, event: Ints, pairs: Affinity, params: LinkParams) -> Support:
    """Groups that hold, given the numbers of each sighting's group and event: a track is two events at least.

    Leave out who is held by too little (see `params.support`, `params.few`), the weakest first; then judge all.
    """
    inside = _inside(group, pairs, params.apart)
    kept = [_prune(members, weight, event, params) for members, weight in inside]
    groups = [members for members in kept if _events(event, members) > 1]
    home = np.full(len(group), -1)
    for g, members in enumerate(groups):
        home[members] = g
    own, other, nearest = _means(home, groups, pairs, params.apart)
    others_of = np.array([_events(event, members) - 1 for members in groups] + [1])
    judged = np.where(home >= 0, home, nearest)
    mine = np.where(home >= 0, own, other)
    offset = np.where(home >= 0, OFFSET, OFFSET + LEFT_OUT)
    belongs = expit(SLOPE * mine + offset - FEW / others_of[judged]) if groups else np.zeros(len(group))
    probability = np.where(home >= 0, belongs, 1.0 - belongs)
    rival = [float(r) if r > params.apart + 1 else None for r in other]
    return Support(groups, mine.tolist(), rival, probability.tolist())


def _inside(group: Ints, pairs: Affinity, apart: float) -> list[tuple[Ints, Floats]]:
    """Every group's members (ascending) and the log-odds of each two of them, `apart` where not listed."""
    order = np.argsort(group, kind="stable")
    number = np.unique(group, return_inverse=True)[1]
    groups = np.split(order, np.cumsum(np.bincount(number))[:-1]) if len(group) else []
    place = np.empty(len(group), dtype=np.int64)
    for members in groups:
        place[members] = np.arange(len(members))
    same = np.flatnonzero(number[pairs.i] == number[pairs.j])
    same = same[np.argsort(number[pairs.i[same]], kind="stable")]
    cuts = np.searchsorted(number[pairs.i[same]], np.arange(len(groups) + 1))
    found = []
    for k, members in enumerate(groups):
        rows = same[cuts[k] : cuts[k + 1]]
        weight = np.full((len(members), len(members)), apart)
        weight[place[pairs.i[rows]], place[pairs.j[rows]]] = pairs.weight[rows]
        weight[place[pairs.j[rows]], place[pairs.i[rows]]] = pairs.weight[rows]
        np.fill_diagonal(weight, 0.0)
        found.append((members, weight))
    return found


def _means(home: Ints, groups: list[Ints], pairs: Affinity, apart: float) -> tuple[Floats, Floats, Ints]:
    """Mean log-odds of every sighting with its group, with the best other group, and which that is (ties: lower)."""
    n, size = len(home), np.array([len(members) for members in groups] + [1])
    one, two = np.concatenate([pairs.i, pairs.j]), home[np.concatenate([pairs.j, pairs.i])]
    listed = two >= 0
    key, where = np.unique(one[listed] * len(size) + two[listed], return_inverse=True)
    extra = np.bincount(where, np.concatenate([pairs.weight, pairs.weight])[listed] - apart, len(key))
    sighting, group = key // len(size), key % len(size)
    mine = home[sighting] == group
    own, other = np.full(n, apart), np.full(n, apart if groups else -np.inf)
    own[sighting[mine]] += extra[mine] / np.maximum(size[group[mine]] - 1, 1)
    mean = apart + extra[~mine] / size[group[~mine]]
    nearest = np.zeros(n, dtype=np.int64)
    order = np.lexsort((group[~mine], -mean, sighting[~mine]))
    first, rows = np.unique(sighting[~mine][order], return_index=True)
    other[first], nearest[first] = mean[order][rows], group[~mine][order][rows]
    return own, other, nearest


def _prune(members: Ints, weight: Floats, event: Ints, params: LinkParams) -> Ints:
    while (events := _events(event, members)) > 1:
        mean = weight.sum(axis=1) / (len(members) - 1)
        weakest = int(np.argmin(mean))
        if mean[weakest] >= params.support + params.few / (events - 1):
            break
        members = np.delete(members, weakest)
        weight = np.delete(np.delete(weight, weakest, axis=0), weakest, axis=1)
    return members


def _events(event: Ints, members: Ints) -> int:
    return len(np.unique(event[members]))
