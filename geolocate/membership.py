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
    near = _Near(len(group), pairs, params.apart)
    kept = [
        members for one in np.unique(group) for members in [_prune(np.flatnonzero(group == one), event, near, params)]
    ]
    groups = [members for members in kept if _events(event, members) > 1]
    mean = np.full((len(group), max(len(groups), 1)), -np.inf)
    home, others_of = np.full(len(group), -1), [_events(event, members) - 1 for members in groups]
    for g, members in enumerate(groups):
        home[members] = g
        mean[:, g] = near.means(members)
    own: list[float] = []
    rival: list[float | None] = []
    probability: list[float] = []
    for k, g in enumerate(home.tolist()):
        others = np.delete(mean[k], g) if g >= 0 else mean[k]
        best = float(others.max(initial=-np.inf))
        judged = g if g >= 0 else int(np.argmax(mean[k]))
        mine = float(mean[k, judged])
        offset = OFFSET if g >= 0 else OFFSET + LEFT_OUT
        belongs = float(expit(SLOPE * mine + offset - FEW / others_of[judged])) if groups else 0.0
        own.append(mine)
        rival.append(best if best > params.apart + 1 else None)
        probability.append(belongs if g >= 0 else 1.0 - belongs)
    return Support(groups, own, rival, probability)


class _Near:
    """Pair weights by member, for means over any group."""

    def __init__(self, n: int, pairs: Affinity, apart: float) -> None:
        self.n, self.apart = n, apart
        ends = np.concatenate([pairs.i, pairs.j])
        order = np.argsort(ends, kind="stable")
        self.other = np.concatenate([pairs.j, pairs.i])[order]
        self.weight = np.concatenate([pairs.weight, pairs.weight])[order]
        self.first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=n))])

    def means(self, members: Ints) -> Floats:
        """Mean log-odds of every sighting with these members (itself not counted), shape (n,)."""
        total, listed = np.zeros(self.n), np.zeros(self.n)
        for m in members.tolist():
            at = slice(self.first[m], self.first[m + 1])
            total[self.other[at]] += self.weight[at]
            listed[self.other[at]] += 1
        size = np.full(self.n, float(len(members)))
        size[members] -= 1
        return np.asarray((total + self.apart * (size - listed)) / np.maximum(size, 1), dtype=np.float64)


def _prune(members: Ints, event: Ints, near: _Near, params: LinkParams) -> Ints:
    while (events := _events(event, members)) > 1:
        mean = near.means(members)[members]
        weakest = int(np.argmin(mean))
        if mean[weakest] >= params.support + params.few / (events - 1):
            break
        members = np.delete(members, weakest)
    return members


def _events(event: Ints, members: Ints) -> int:
    return len(np.unique(event[members]))
