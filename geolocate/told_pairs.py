"""Which of the known reports may be one convoy, and how strongly does everything speak for it? Kept up to date."""

import numpy as np

from geolocate.affinity import Affinity, evidence, near_places, pairs, prior
from geolocate.link_params import LinkParams
from geolocate.reports import Reports
from geolocate.roads import Ints, RoadGraph
from geolocate.sphere import Floats

#: pairs of places that are looked at together: what bounds the memory
_TOGETHER = 60_000


class ToldPairs:
    """`affinity` has the pairs that may matter; `around` is the number of events about each report."""

    def __init__(self, roads: RoadGraph, params: LinkParams) -> None:
        self._roads, self._params = roads, params
        nothing = np.zeros(0, dtype=np.int64)
        self.affinity = Affinity(nothing, nothing, np.zeros(0), np.zeros(0))
        self.around: Floats = np.zeros(0)

    def change(self, reports: Reports, fresh: Ints, gone: Ints, share: Floats, before: Floats) -> tuple[Ints, Ints]:
        """Bring pairs and weights up to date; pairs of slots (as two arrays) whose weight is another than before.

        `share` is what each report counts in the crowd around others, `before` what it counted until now.
        """
        self.around = np.concatenate([self.around, np.zeros(len(fresh))])
        self._recount(reports, fresh, share, before)
        old = self.affinity
        lost = ~(reports.alive[old.i] & reports.alive[old.j])
        kept = old.take(~lost) if lost.any() else old
        i, j, odds = self._meet(reports, fresh, share)
        i, j, odds = np.concatenate([kept.i, i]), np.concatenate([kept.j, j]), np.concatenate([kept.evidence, odds])
        weight = odds + prior(self.around, i, j, self._params)
        self.affinity = Affinity(i, j, odds, weight)
        was = np.concatenate([kept.weight, np.full(len(i) - len(kept.i), -np.inf)])
        other = (weight != was) & (np.maximum(weight, was) > self._params.listed)
        return np.concatenate([old.i[lost], i[other]]), np.concatenate([old.j[lost], j[other]])

    def _recount(self, reports: Reports, fresh: Ints, share: Floats, before: Floats) -> None:
        """Take what other reports count now, or no longer, into the crowds around their old neighbours."""
        more = share - before
        changed = np.setdiff1d(np.flatnonzero(more), fresh)
        old = reports.alive.copy()
        old[fresh] = False
        for block, others in self._blocks(reports, changed, np.flatnonzero(old)):
            i, j, _ = pairs(reports.beliefs, *near_places(reports.beliefs, block, others, self._params))
            self.around += np.bincount(j, more[i], len(self.around))

    def _meet(self, reports: Reports, fresh: Ints, share: Floats) -> tuple[Ints, Ints, Floats]:
        """Evidence of all pairs that a fresh report is in, and their crowds."""
        order = fresh[np.lexsort((reports.rank[fresh], reports.beliefs.mean_hours[fresh]))]
        turn = np.full(len(reports), -1, dtype=np.int64)
        turn[order] = np.arange(len(order))
        found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
        for block, others in self._blocks(reports, order, np.flatnonzero(reports.alive)):
            others = others[(turn[others] < 0) | (turn[others] > turn[block[0]])]
            p, q = near_places(reports.beliefs, block, others, self._params)
            a, b = turn[reports.beliefs.owner[p]], turn[reports.beliefs.owner[q]]
            p, q = p[(b < 0) | (b > a)], q[(b < 0) | (b > a)]
            i, j, _ = pairs(reports.beliefs, p, q)
            self.around += np.bincount(i, share[j], len(reports)) + np.bincount(j, share[i], len(reports))
            found.append(evidence(reports.beliefs, reports.said, p, q, reports.rank, self._roads, self._params))
        i, j, odds = (np.concatenate(part) for part in zip(*found, strict=True))
        return i, j, odds

    def _blocks(self, reports: Reports, slots: Ints, others: Ints) -> list[tuple[Ints, Ints]]:
        """These slots in blocks, each with the others that are near enough in time, in few enough pairs."""
        hours = reports.beliefs.mean_hours
        slots = slots[np.argsort(hours[slots], kind="stable")]
        others = others[np.argsort(hours[others], kind="stable")]
        gap, blocks, at = self._params.max_gap_hours, [], 0
        while at < len(slots):
            first = int(np.searchsorted(hours[others], hours[slots[at]] - gap))
            last = int(np.searchsorted(hours[others], hours[slots[at]] + gap, "right"))
            end = at + max(1, _TOGETHER // (2 * max(1, last - first)))
            last = int(np.searchsorted(hours[others], hours[slots[min(end, len(slots)) - 1]] + gap, "right"))
            blocks.append((slots[at:end], others[first:last]))
            at = end
        return blocks
