"""Who stays in a track? Weak members are left out one by one, and every sighting gets the probability of its place."""

from dataclasses import dataclass

import numpy as np

from geolocate.affinity import Affinity
from geolocate.link_params import LinkParams
from geolocate.roads import Ints
from geolocate.sphere import Floats

#: log-odds of belonging to a group rather than to none = slope * mean log-odds with its members + offset - few / other
#: events of the group. Fitted on simulated worlds, for members (weighed against the best other group as well) and for
#: those outside, of whom more belong to some convoy than their log-odds with the best group say, for tracks are kept
#: pure: `python -m bench.tracks --calibration` shows how well that holds
INSIDE, OUTSIDE = (1.25, 0.0, 3.6), (0.85, 1.3, 3.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How sightings stand with the groups, an entry a sighting: mean log-odds with their own group and with the best
    other one, the number of that one (-1: none is near), and the probabilities of being in their own (0 without one),
    in the other, and in none."""

    mean: Floats
    rival: Floats
    other: Ints
    here: Floats
    there: Floats
    nowhere: Floats


def prune(members: Ints, pairs: Affinity, event: Ints, params: LinkParams) -> Ints:
    """Leave out the weakest members, one by one, until all are held by enough; none when not two events are left.

    `members` ascend; see `params.support` and `params.few` for what is enough. `pairs` are those among the members.
    """
    weight = _matrix(members, pairs, params.apart)
    while (events := count_events(event, members)) > 1:
        mean = weight.sum(axis=1) / (len(members) - 1)
        weakest = int(np.argmin(mean))
        if mean[weakest] >= params.support + params.few / (events - 1):
            return members
        members = np.delete(members, weakest)
        weight = np.delete(np.delete(weight, weakest, axis=0), weakest, axis=1)
    return members[:0]


def _matrix(members: Ints, pairs: Affinity, apart: float) -> Floats:
    """The log-odds of each two members, `apart` where not listed."""
    weight = np.full((len(members), len(members)), apart)
    a, b = np.searchsorted(members, pairs.i), np.searchsorted(members, pairs.j)
    weight[a, b] = weight[b, a] = pairs.weight
    np.fill_diagonal(weight, 0.0)
    return weight


def standing(
    slots: Ints, home: Ints, size: Ints, events: Ints, founder: Ints, pairs: Affinity, apart: float
) -> Standing:
    """How these sightings stand, given all listed pairs that they are in.

    `home` is the group of every sighting (-1: none); `size`, `events` and `founder` (a rank, which decides between
    equals) are of the groups.
    """
    number = np.full(len(home), -1, dtype=np.int64)
    number[slots] = np.arange(len(slots))
    one = np.concatenate([number[pairs.i], number[pairs.j]])
    group = np.concatenate([home[pairs.j], home[pairs.i]])
    known = (one >= 0) & (group >= 0)
    weight = np.concatenate([pairs.weight, pairs.weight])[known] - apart
    key, where = np.unique(one[known] * (len(size) + 1) + group[known], return_inverse=True)
    extra = np.bincount(where, weight, len(key))
    member, group = key // (len(size) + 1), key % (len(size) + 1)
    mine = home[slots][member] == group
    mean = np.full(len(slots), apart)
    mean[member[mine]] += extra[mine] / np.maximum(size[group[mine]] - 1, 1)
    member, group = member[~mine], group[~mine]
    theirs = apart + extra[~mine] / size[group]
    order = np.lexsort((founder[group], -theirs, member))
    first, rows = np.unique(member[order], return_index=True)
    rival, other = np.full(len(slots), apart), np.full(len(slots), -1, dtype=np.int64)
    rival[first], other[first] = theirs[order][rows], group[order][rows]
    return _weighed(mean, rival, other, home[slots], events)


def _weighed(mean: Floats, rival: Floats, other: Ints, home: Ints, events: Ints) -> Standing:
    """Probabilities from mean log-odds: the own group, the other and none each by its odds."""
    inside = home >= 0
    padded = np.append(events, 2)
    own = np.where(inside, _odds(mean, padded[home], INSIDE), -np.inf)
    near = _odds(rival, padded[other], INSIDE), _odds(rival, padded[other], OUTSIDE)
    theirs = np.where(other >= 0, np.where(inside, *near), -np.inf)
    most = np.maximum(np.maximum(own, theirs), 0.0)
    parts = np.exp(np.stack([own, theirs, np.zeros(len(own))]) - most)
    here, there, nowhere = parts / parts.sum(axis=0)
    return Standing(mean, rival, other, here, there, nowhere)


def _odds(mean: Floats, events: Ints, fitted: tuple[float, float, float]) -> Floats:
    slope, offset, few = fitted
    return slope * mean + offset - few / np.maximum(events - 1, 1)


def count_events(event: Ints, members: Ints) -> int:
    """Of how many events these members tell."""
    return len(np.unique(event[members]))
