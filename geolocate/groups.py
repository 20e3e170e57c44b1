"""Which sightings are held together as one convoy? Groups that are kept as long as nothing about them changes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.affinity import Affinity
from geolocate.link_params import LinkParams
from geolocate.membership import Standing, count_events, prune, standing
from geolocate.partition import chains, partition
from geolocate.reports import Reports
from geolocate.roads import Ints

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What changed: numbers of groups that are gone and that are new, and slots that stand otherwise than before."""

    ended: list[int]
    begun: list[int]
    restood: Ints


class Groups:
    """`members` of each group that holds, slots by rank; for every slot its group (`home`, -1) and how it stands."""

    def __init__(self, params: LinkParams) -> None:
        self._params = params
        nobody = np.zeros(0, dtype=np.int64)
        self.members: dict[int, Ints] = {}
        self.home: Ints = nobody
        self.standing = Standing(np.zeros(0), np.zeros(0), nobody, np.zeros(0), np.zeros(0), np.zeros(0))
        self._part: Ints = nobody
        # of every group there ever was, by its number
        self._size: Ints = nobody
        self._events: Ints = nobody
        self._founder: Ints = nobody

    def change(
        self, reports: Reports, listed: Affinity, event: Ints, others: tuple[Ints, Ints], recounted: Ints
    ) -> Regrouped:
        """Divide again what has changed: pairs `others` have another weight, `recounted` slots another event."""
        nobody = np.full(len(reports) - len(self.home), -1)
        self.home, self._part = np.concatenate([self.home, nobody]), np.concatenate([self._part, nobody])
        part = chains(len(reports), listed.i, listed.j, listed.weight)
        part[~reports.alive] = -1
        dirty = self._dirty(part, others, recounted)
        old = {g for g in np.unique(self.home[dirty | ~reports.alive]).tolist() if g >= 0}
        found = list(self._divide(reports, part, listed, event, dirty))
        self._part = part
        ended, begun, left = self._replace(old, found, event)
        counted = [self.members[g] for g in np.unique(self.home[recounted]).tolist() if g >= 0]
        for m in counted:
            self._events[self.home[m[0]]] = count_events(event, m)
        seeds = np.concatenate([*others, recounted, *left, *counted, *(self.members[g] for g in begun)])
        return Regrouped(ended, begun, self._restand(reports, listed, seeds))

    def _dirty(self, part: Ints, others: tuple[Ints, Ints], recounted: Ints) -> Flags:
        """Slots in parts whose members or weights are not what they were."""
        a, b = others
        within = part[a] == part[b]
        seeds = np.concatenate([a[within], recounted])
        alive = part >= 0
        count = np.bincount(part[alive], minlength=1) if alive.any() else np.zeros(1, np.int64)
        was = self._part
        before = np.bincount(was[was >= 0], minlength=1) if (was >= 0).any() else np.zeros(1, np.int64)
        bad = np.zeros(len(count), dtype=bool)
        moved = alive & ((was < 0) | (before[np.maximum(was, 0)] != count[np.maximum(part, 0)]))
        bad[part[moved]] = True
        low, high = np.full(len(count), np.iinfo(np.int64).max), np.full(len(count), -1)
        np.minimum.at(low, part[alive], was[alive])
        np.maximum.at(high, part[alive], was[alive])
        bad |= low != high
        bad[part[seeds[alive[seeds]]]] = True
        return alive & bad[np.maximum(part, 0)]

    def _divide(self, reports: Reports, part: Ints, listed: Affinity, event: Ints, dirty: Flags) -> Iterable[Ints]:
        """The groups that hold in the dirty parts."""
        slots = np.flatnonzero(dirty)
        slots = slots[np.lexsort((reports.rank[slots], part[slots]))]
        inside = listed.take(dirty[listed.i] & (part[listed.i] == part[listed.j]))
        inside = inside.take(np.argsort(part[inside.i], kind="stable"))
        parts, begin = np.unique(part[slots], return_index=True)
        cuts = np.append(begin, len(slots))
        pair_cuts = np.searchsorted(part[inside.i], np.append(parts, np.iinfo(np.int64).max))
        number = np.zeros(len(reports), dtype=np.int64)
        for k in range(len(parts)):
            members = slots[cuts[k] : cuts[k + 1]]
            if len(members) < 2:
                continue
            number[members] = np.arange(len(members))
            mine = inside.take(np.arange(pair_cuts[k], pair_cuts[k + 1]))
            a, b = number[mine.i], number[mine.j]
            local = Affinity(np.minimum(a, b), np.maximum(a, b), mine.evidence, mine.weight)
            local = local.take(np.lexsort((local.j, local.i)))
            group = partition(len(members), local.i, local.j, local.weight, self._params.apart)
            for held in _held(group, local, event[members], self._params):
                yield members[held]

    def _replace(self, old: set[int], found: list[Ints], event: Ints) -> tuple[list[int], list[int], list[Ints]]:
        """Put the found groups in place of the old; those that were there before keep their numbers."""
        known = {tuple(self.members[g].tolist()): g for g in old}
        fresh = [m for m in found if tuple(m.tolist()) not in known]
        stay = {known[t] for m in found if (t := tuple(m.tolist())) in known}
        ended = sorted(old - stay)
        left = [self.members.pop(g) for g in ended]
        for m in left:
            self.home[m] = -1
        begun = list(range(len(self._size), len(self._size) + len(fresh)))
        for g, m in zip(begun, fresh, strict=True):
            self.members[g], self.home[m] = m, g
        self._size = np.concatenate([self._size, np.array([len(m) for m in fresh], dtype=np.int64)])
        events = np.array([count_events(event, m) for m in fresh], dtype=np.int64)
        self._events = np.concatenate([self._events, events])
        self._founder = np.concatenate([self._founder, np.array([m[0] for m in fresh], dtype=np.int64)])
        return ended, begun, left

    def _restand(self, reports: Reports, listed: Affinity, seeds: Ints) -> Ints:
        """Judge again who is in a pair with these slots; returns the slots that stand otherwise than before."""
        touched = np.zeros(len(reports), dtype=bool)
        touched[seeds] = True
        both = touched[listed.i] | touched[listed.j]
        touched[listed.i[both]] = touched[listed.j[both]] = True
        slots = np.flatnonzero(touched & reports.alive)
        near = listed.take(touched[listed.i] | touched[listed.j])
        founder = reports.rank[self._founder]
        judged = standing(slots, self.home, self._size, self._events, founder, near, self._params.apart)
        before = self.standing
        grown = len(reports) - len(before.mean)
        fields, changed = {}, np.zeros(len(slots), dtype=bool)
        for name in ("mean", "rival", "other", "here", "there", "nowhere"):
            was, now = getattr(before, name), getattr(judged, name)
            fields[name] = np.concatenate([was, np.full(grown, -1, dtype=was.dtype)])
            changed |= fields[name][slots] != now
            fields[name][slots] = now
        self.standing = Standing(**fields)
        return slots[changed]


def _held(group: Ints, pairs: Affinity, event: Ints, params: LinkParams) -> list[Ints]:
    """The groups (members ascending) that hold, after leaving out the weak."""
    order = np.argsort(group, kind="stable")
    same = pairs.take(group[pairs.i] == group[pairs.j])
    same = same.take(np.argsort(group[same.i], kind="stable"))
    names, begin = np.unique(group[order], return_index=True)
    cuts, pair_cuts = np.append(begin, len(order)), np.searchsorted(group[same.i], np.append(names, len(group)))
    found = []
    for k in range(len(names)):
        members = order[cuts[k] : cuts[k + 1]]
        if len(members) > 1:
            held = prune(members, same.take(np.arange(pair_cuts[k], pair_cuts[k + 1])), event, params)
            found.extend([held] if len(held) else [])
    return found
