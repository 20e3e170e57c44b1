"""Which of the known reports tell of one event? Kept up to date as reports come and go.

Reports that no chain of clear pairs joins cannot become one event, so only the chains that changed are looked at.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geolocate.cluster import are_clear, candidates, clocks, same_event, spots
from geolocate.reports import Reports
from geolocate.roads import Ints
from geolocate.sphere import Floats

#: so many fresh reports at once are looked for with a tree, fewer one by one
_MANY = 50
_STEPS = float(1 << 20)


class ToldEvents:
    """`label` is the slot of the first report of each report's event; `share` is one over the event's reports."""

    def __init__(self) -> None:
        self.label: Ints = np.zeros(0, dtype=np.int64)
        self.share: Floats = np.zeros(0)
        self._i: Ints = np.zeros(0, dtype=np.int64)
        self._j: Ints = np.zeros(0, dtype=np.int64)
        self._owner: Ints = np.zeros(0, dtype=np.int64)
        self._where: Floats = np.zeros((0, 5))
        self._hours: Floats = np.zeros((0, 3))

    def change(self, reports: Reports, fresh: Ints, gone: Ints) -> Ints:
        """Look again at what the fresh and the gone can touch; the slots whose event has other reports than before."""
        touched = self._pair(reports, fresh, gone)
        before = np.concatenate([self.label, np.full(len(fresh), -1)])
        sizes_before = self._sizes(before)
        self.label = before.copy()
        self.label[gone] = -1
        n = len(reports)
        edges = coo_array((np.ones(len(self._i)), (self._i, self._j)), shape=(n, n))
        chain = connected_components(edges, directed=False)[1]
        wanted = np.unique(chain[touched[reports.alive[touched]]])
        looked = np.flatnonzero(np.isin(chain, wanted) & reports.alive)
        order = looked[np.lexsort((reports.rank[looked], chain[looked]))]
        for members in np.split(order, np.flatnonzero(np.diff(chain[order])) + 1) if len(order) else []:
            number = (
                same_event([reports.sightings[k] for k in members.tolist()]) if len(members) > 1 else np.zeros(1, int)
            )
            self.label[members] = members[number]
        sizes = self._sizes(self.label)
        self.share = np.where(self.label >= 0, np.rint(_STEPS / np.maximum(sizes, 1)) / _STEPS, 0.0)
        other = (self.label != before) | (sizes != sizes_before)
        return np.flatnonzero(other)

    def _pair(self, reports: Reports, fresh: Ints, gone: Ints) -> Ints:
        """Bring the candidate pairs up to date; the slots that got or lost one, and the fresh."""
        new = [reports.sightings[k] for k in fresh.tolist()]
        owner, where = spots(new)
        self._owner = np.concatenate([self._owner, fresh[owner]])
        self._where = np.concatenate([self._where, where])
        self._hours = np.concatenate([self._hours, clocks(new)])
        lost = np.isin(self._i, gone) | np.isin(self._j, gone)
        ends = np.concatenate([self._i[lost], self._j[lost]])
        live = reports.alive[self._owner]
        everything = len(fresh) >= _MANY
        i, j = candidates(self._owner[live], self._where[live], self._hours, None if everything else fresh)
        clear = are_clear(reports.sightings, i, j)
        i, j = i[clear], j[clear]
        if everything:
            self._i, self._j = i, j
        else:
            self._i, self._j = np.concatenate([self._i[~lost], i]), np.concatenate([self._j[~lost], j])
        return np.unique(np.concatenate([ends, fresh]))

    @staticmethod
    def _sizes(label: Ints) -> Ints:
        """How many reports the event of each report has; 0 for the forgotten."""
        known = label >= 0
        count = np.bincount(label[known], minlength=len(label)) if known.any() else np.zeros(len(label), np.int64)
        return np.where(known, count[np.maximum(label, 0)], 0)
