"""How far is it between crossroads? Exact shortest ways out of a small table, however many are asked for.

Crossroads that few roads meet at are contracted one after the other (contraction hierarchies, Geisberger et al. 2008):
each is replaced by shortcuts between its neighbours, which for up to five of them hardly adds roads. What is left, the
core, is a tenth of the crossroads; distances inside it are searched once (E. W. Dijkstra 1959; scipy) and kept. A way
leads up from both ends, and meets below the core or through it.
Lengths are whole steps of 1/1024 km: sums of those are exact, so that no answer depends on the order of adding.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geolocate.sphere import Floats

Ints = NDArray[np.int64]
Singles = NDArray[np.float32]

#: neighbours and height up to which a crossroad is contracted: higher ones cost more on the way up than they save
_NEIGHBOURS, _HEIGHT = 5, 12
#: no table is larger than this, in bytes; ways longer than this are not searched, km
_TABLE_BYTES, _LONGEST_KM = 64_000_000, 4000.0
_STEPS = 1024.0


def stepped(km: Floats) -> Floats:
    """Lengths as whole steps of 1/1024 km, none zero (a sparse matrix reads that as "no way"); inf stays."""
    return np.maximum(np.rint(km * _STEPS), 1.0) / _STEPS


@dataclass(frozen=True, slots=True)
class _Labels:
    """The ways up from places: row of the place, crossroad (one way each), km. Sorted by row and crossroad."""

    row: Ints
    node: Ints
    km: Singles


class Core:
    """Distances between crossroads numbered from 0 to n - 1, joined by ways `start`, `end`, `km` in both directions."""

    def __init__(self, n: int, start: Ints, end: Ints, km: Floats) -> None:
        near, up, order = _contract(n, start, end, stepped(km))
        self._first, self._above, self._climb = _ways_up(n, up, order)
        core = np.array([v for v in range(n) if v not in up], dtype=np.int64)
        self._number = np.full(n, -1, dtype=np.int64)
        self._number[core] = np.arange(len(core))
        rows = [(a, b, d) for a in core.tolist() for b, d in near[a].items()]
        tail, head, length = np.array(rows, dtype=np.float64).reshape(-1, 3).T
        where = (self._number[tail.astype(np.int64)], self._number[head.astype(np.int64)])
        self._ways = csr_array((length, where), shape=(len(core), len(core)))
        self._room = min(len(core), max(64, _TABLE_BYTES // (4 * max(len(core), 1))))
        self._table = np.zeros((0, len(core)), dtype=np.float32)
        self._slot = np.full(len(core), -1, dtype=np.int64)
        self._used = 0

    def matrix(self, origins: Ints, from_km: Floats, targets: Ints, to_km: Floats) -> Floats:
        """Km from every origin to every target, inf where there is no way. A place leads to several crossroads: the
        arrays are (places, ways), with the km to each, inf where there are fewer."""
        above, below = self._labels(origins, from_km), self._labels(targets, to_km)
        nodes, where = np.unique(below.node, return_inverse=True)
        reached = self._reached(len(origins), above, nodes)
        best = np.full((len(origins), len(targets)), np.inf, dtype=np.float32)
        for at in _turns(below.row):
            rows = below.row[at]
            best[:, rows] = np.minimum(best[:, rows], reached[:, where[at]] + below.km[at])
        return best.astype(np.float64)

    def _labels(self, ends: Ints, legs: Floats) -> _Labels:
        """Every crossroad that is reached by going up from places, by the shortest way up."""
        rows, k = np.nonzero(np.isfinite(legs))
        node, leg = ends[rows, k], stepped(legs[rows, k])
        count = self._first[node + 1] - self._first[node]
        at = np.repeat(self._first[node] - (np.cumsum(count) - count), count) + np.arange(count.sum())
        row, km = np.repeat(rows, count), np.repeat(leg, count) + self._climb[at]
        order = np.lexsort((km, self._above[at], row))
        row, above, km = row[order], self._above[at][order], km[order]
        kept = np.ones(len(row), dtype=bool)
        kept[1:] = (row[1:] != row[:-1]) | (above[1:] != above[:-1])
        return _Labels(row[kept], above[kept], km[kept].astype(np.float32))

    def _reached(self, places: int, above: _Labels, nodes: Ints) -> Singles:
        """Km from every place to every one of these crossroads: up only, and through the core."""
        reached = np.full((places, len(nodes)), np.inf, dtype=np.float32)
        if not len(nodes):
            return reached
        at = np.minimum(np.searchsorted(nodes, above.node), len(nodes) - 1)
        met = nodes[at] == above.node
        reached[above.row[met], at[met]] = above.km[met]
        columns = np.flatnonzero(self._number[nodes] >= 0)
        into = self._number[nodes[columns]]
        entry = self._number[above.node]
        cored = np.flatnonzero(entry >= 0)
        through = reached[:, columns]
        step = max(1, self._room // 2)
        for begin in range(0, len(cored), step):  # a table that is full is emptied between the parts
            part = cored[begin : begin + step]
            slots = self._rows(entry[part])
            for turn in _turns(above.row[part]):
                rows, km = above.row[part[turn]], above.km[part[turn]]
                through[rows] = np.minimum(through[rows], self._table[np.ix_(slots[turn], into)] + km[:, None])
        reached[:, columns] = through
        return reached

    def _rows(self, entries: Ints) -> Ints:
        """Where in the table the distances from these core crossroads stand; searched when they are not there yet."""
        missing = np.unique(entries[self._slot[entries] < 0])
        if self._used + len(missing) > self._room:
            self._slot[:], self._used = -1, 0
            missing = np.unique(entries)
        if len(missing):
            if self._used + len(missing) > len(self._table):
                more = min(self._room, max(2 * len(self._table), self._used + len(missing)))
                self._table = np.concatenate(
                    [self._table, np.zeros((more - len(self._table), len(self._slot)), np.float32)]
                )
            km = dijkstra(self._ways, indices=missing, limit=_LONGEST_KM)
            self._table[self._used : self._used + len(missing)] = km
            self._slot[missing] = np.arange(self._used, self._used + len(missing))
            self._used += len(missing)
        return self._slot[entries]


def _turns(rows: Ints) -> list[Ints]:
    """Positions in sorted `rows`, in turns that name no row twice: first of each, second of each, ..."""
    if not len(rows):
        return []
    first = np.searchsorted(rows, rows)
    turn = np.arange(len(rows)) - first
    order = np.argsort(turn, kind="stable")
    return np.split(order, np.cumsum(np.bincount(turn))[:-1])


def _contract(
    n: int, start: Ints, end: Ints, km: Floats
) -> tuple[list[dict[int, float]], dict[int, list[tuple[int, float]]], list[int]]:
    """The core's neighbours; for each contracted crossroad the ways up from it; and the order of contraction."""
    near: list[dict[int, float]] = [{} for _ in range(n)]
    for a, b, d in zip(start.tolist(), end.tolist(), km.tolist(), strict=True):
        if a != b and d < near[a].get(b, np.inf):
            near[a][b] = near[b][a] = d
    height = [0] * n
    up: dict[int, list[tuple[int, float]]] = {}
    order: list[int] = []
    queue = [(0, len(near[v]), v) for v in range(n) if len(near[v]) <= _NEIGHBOURS]
    heapq.heapify(queue)
    while queue:
        h, degree, v = heapq.heappop(queue)
        if v in up or h != height[v] or degree != len(near[v]):
            continue
        ways = up[v] = list(near[v].items())
        order.append(v)
        for a, _ in ways:
            del near[a][v]
            height[a] = max(height[a], h + 1)
        _shortcut(near, ways)
        near[v] = {}
        for a, _ in ways:
            if height[a] <= _HEIGHT and len(near[a]) <= _NEIGHBOURS:
                heapq.heappush(queue, (height[a], len(near[a]), a))
    return near, up, order


def _shortcut(near: list[dict[int, float]], ways: list[tuple[int, float]]) -> None:
    for k, (a, to_a) in enumerate(ways):
        for b, to_b in ways[k + 1 :]:
            if to_a + to_b < near[a].get(b, np.inf):
                near[a][b] = near[b][a] = to_a + to_b


def _ways_up(n: int, up: dict[int, list[tuple[int, float]]], order: list[int]) -> tuple[Ints, Ints, Floats]:
    """All that is reached by going up from each crossroad, itself first: where its part begins, crossroads, km."""
    reached: list[dict[int, float]] = [{v: 0.0} for v in range(n)]
    for v in reversed(order):
        mine = reached[v]
        for a, leg in up[v]:
            for top, km in reached[a].items():
                if leg + km < mine.get(top, np.inf):
                    mine[top] = leg + km
    first = np.concatenate([[0], np.cumsum([len(r) for r in reached])]).astype(np.int64)
    above = np.fromiter((top for r in reached for top in r), dtype=np.int64, count=int(first[-1]))
    climb = np.fromiter((km for r in reached for km in r.values()), dtype=np.float64, count=int(first[-1]))
    return first, above, climb
