"""How far is it by road? A road graph of any region: snapping to road segments and distances from many to many.

The embedded graph covers the world (OpenStreetMap highways, see `data/NOTICE.md`). It has no classes, names or
directions, its edges are chords that carry the true length, and some roads are missing. A distance is therefore never
longer than a stated multiple of the great circle, and a place off the graph falls back to the great circle.
"""

import gzip
import json
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geolocate.sphere import KM_PER_DEGREE, Floats, distance_km, vectors_km

Ints = NDArray[np.int64]

EMBEDDED = Path(__file__).parent / "data" / "roads.npz"
#: road km for a great-circle km where no road is known: rural networks measure 1.2-1.5 (Boscoe et al. 2012: 1.417)
DETOUR = 1.42
#: a shortest path longer than this many times the great circle (plus SLACK_KM) means a road that the graph lacks
MISSING_ROAD, SLACK_KM = 2.0, 10.0
#: km for a km of track between a place and the road it is snapped to
OFF_ROAD = 1.3
#: farther than this from every road a place is off the graph, km
REACH_KM = 30.0
#: roads that one place may lead to: the nearest is often not the one that the convoy drives
ROADS_A_PLACE = 3
#: of two places next to each other, off the road, that slack is no more than this many times the great circle
NEARBY = 3.0
_SAMPLE_KM, _NEAREST, _BLOCK = 4.0, 24, 256
#: a sparse matrix reads a zero as "no edge"
_TINY_KM = 1e-6
#: remembered distances: unit in km, the number that stands for "no way", and the nodes of a graph that has a table
_UNIT_KM, _FAR, _TABLE_NODES = 0.1, 65535, 20_000


@dataclass(frozen=True, slots=True)
class Snapped:
    """Places on their nearest roads: arrays of shape (places, roads a place); `off_km` is inf where there is none."""

    lat: Floats
    lon: Floats
    edge: Ints
    fraction: Floats
    off_km: Floats

    def take(self, rows: Ints | slice) -> "Snapped":
        """Only these places."""
        return Snapped(self.lat[rows], self.lon[rows], self.edge[rows], self.fraction[rows], self.off_km[rows])


class RoadGraph:
    """An undirected road graph. `lat`, `lon` of the nodes in degrees; edges `start`, `end` (node numbers) and `km`."""

    def __init__(self, lat: ArrayLike, lon: ArrayLike, start: ArrayLike, end: ArrayLike, km: ArrayLike) -> None:
        self.lat, self.lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        self.start, self.end = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
        self.km = np.asarray(km, dtype=np.float64)
        self._cuts: dict[tuple[int, int, int, int], RoadGraph] = {}
        self._tree: tuple[cKDTree, Ints] | None = None
        self._part: Ints | None = None
        self._both_ways: csr_array | None = None
        self._table = _no_table()
        self._known = np.zeros(0, dtype=bool)

    @classmethod
    def embedded(cls) -> "RoadGraph":
        """The world's highways that this package ships, read once (about 0.2 s)."""
        return _embedded()

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """A graph from JSON `{"nodes": [[lat, lon], ...], "edges": [[i, j, km], ...]}`, gzipped when it ends in .gz.

        Raises OSError when the file cannot be read and ValueError when it is not such a graph.
        """
        raw = Path(path).read_bytes()
        try:
            data = json.loads(gzip.decompress(raw) if str(path).endswith(".gz") else raw)
            nodes = np.asarray(data["nodes"], dtype=np.float64).reshape(-1, 2)
            edges = np.asarray(data["edges"], dtype=np.float64).reshape(-1, 3)
        except (KeyError, TypeError, ValueError, EOFError, zlib.error) as error:
            shape = '{"nodes": [[lat, lon], ...], "edges": [[i, j, km], ...]}'
            raise ValueError(f"{path}: not a road graph, {shape}: {error}") from error
        start, end = edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64)
        if len(edges) and (min(start.min(), end.min()) < 0 or max(start.max(), end.max()) >= len(nodes)):
            raise ValueError(f"{path}: an edge names a node that is not there")
        if not (np.isfinite(nodes).all() and np.isfinite(edges).all() and (edges[:, 2] >= 0).all()):
            raise ValueError(f"{path}: positions and lengths must be finite, lengths not negative")
        return cls(nodes[:, 0], nodes[:, 1], start, end, edges[:, 2])

    def around(self, lat: ArrayLike, lon: ArrayLike, margin_km: float = 200.0) -> "RoadGraph":
        """The part of the graph in a box around these places, whole degrees outward; kept for the next call."""
        lats, lons = np.atleast_1d(lat), np.atleast_1d(lon)
        dlat = margin_km / KM_PER_DEGREE
        dlon = dlat / max(0.2, float(np.cos(np.radians(np.abs(lats).max()))))
        box = (
            int(np.floor(lats.min() - dlat)), int(np.ceil(lats.max() + dlat)),
            int(np.floor(lons.min() - dlon)), int(np.ceil(lons.max() + dlon)),
        )  # fmt: skip
        if box not in self._cuts:
            if len(self._cuts) >= 8:
                self._cuts.pop(next(iter(self._cuts)))
            for other in self._cuts.values():  # one table at a time is memory enough
                other._table = _no_table()
            self._cuts[box] = self._cut(*box)
        return self._cuts[box]

    def _cut(self, south: int, north: int, west: int, east: int) -> "RoadGraph":
        inside = (self.lat >= south) & (self.lat <= north) & (self.lon >= west) & (self.lon <= east)
        if inside.all():
            return self
        kept = inside[self.start] | inside[self.end]
        nodes = np.unique(np.concatenate([self.start[kept], self.end[kept]]))
        number = np.searchsorted(nodes, [self.start[kept], self.end[kept]])
        return RoadGraph(self.lat[nodes], self.lon[nodes], number[0], number[1], self.km[kept])

    def snap(self, lat: ArrayLike, lon: ArrayLike) -> Snapped:
        """Put places on the nearest road segments (not nodes: highways run far between them)."""
        lats, lons = np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float))
        shape = (len(lats), ROADS_A_PLACE)
        edge, fraction, off = np.zeros(shape, np.int64), np.zeros(shape), np.full(shape, np.inf)
        if len(self.km) and len(lats):
            tree, owner = self._samples()
            _, near = tree.query(vectors_km(lats, lons), k=min(_NEAREST, len(owner)))
            candidates = owner[near.reshape(len(lats), -1)]
            along, away = self._project(lats[:, None], lons[:, None], candidates)
            for row in range(len(lats)):
                order = np.argsort(away[row], kind="stable")
                _, first = np.unique(candidates[row][order], return_index=True)
                best = order[np.sort(first)[:ROADS_A_PLACE]]
                best = best[away[row][best] <= REACH_KM]
                edge[row, : len(best)] = candidates[row][best]
                fraction[row, : len(best)] = along[row][best]
                off[row, : len(best)] = away[row][best]
        return Snapped(lats, lons, edge, fraction, off)

    def _samples(self) -> tuple[cKDTree, Ints]:
        """A tree of points every few km along every edge, and the edge of each."""
        if self._tree is None:
            chord = distance_km(self.lat[self.start], self.lon[self.start], self.lat[self.end], self.lon[self.end])
            parts = np.maximum(1, np.ceil(chord / _SAMPLE_KM).astype(np.int64))
            owner = np.repeat(np.arange(len(parts)), parts)
            step = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
            along = (step + 0.5) / parts[owner]
            lat, lon = self._at(owner, along)
            self._tree = cKDTree(vectors_km(lat, lon)), owner
        return self._tree

    def _at(self, edge: Ints, along: Floats) -> tuple[Floats, Floats]:
        a, b = self.start[edge], self.end[edge]
        return self.lat[a] + along * (self.lat[b] - self.lat[a]), self.lon[a] + along * (self.lon[b] - self.lon[a])

    def _project(self, lat: Floats, lon: Floats, edge: Ints) -> tuple[Floats, Floats]:
        """Where along each edge (0-1) the place is nearest, on a local plane, and how far away that is in km."""
        squeeze = np.cos(np.radians(lat))
        x1, y1 = (self.lon[self.start[edge]] - lon) * squeeze, self.lat[self.start[edge]] - lat
        x2, y2 = (self.lon[self.end[edge]] - lon) * squeeze, self.lat[self.end[edge]] - lat
        dx, dy = x2 - x1, y2 - y1
        length = np.maximum(dx * dx + dy * dy, 1e-18)
        along = np.clip(-(x1 * dx + y1 * dy) / length, 0.0, 1.0)
        return along, np.hypot(x1 + along * dx, y1 + along * dy) * KM_PER_DEGREE

    def matrix_km(self, origins: Snapped, targets: Snapped, limit_km: float = np.inf) -> Floats:
        """Road km from every origin to every target, shape (origins, targets); inf beyond `limit_km`."""
        direct = distance_km(origins.lat[:, None], origins.lon[:, None], targets.lat[None, :], targets.lon[None, :])
        road = np.full(direct.shape, np.inf)
        if len(self.km):
            for at in range(0, len(origins.lat), _BLOCK):
                road[at : at + _BLOCK] = self._block(origins.take(slice(at, at + _BLOCK)), targets, limit_km)
        apart = ~self._same_part(origins, targets)
        longest = MISSING_ROAD * direct + np.minimum(SLACK_KM, NEARBY * direct)
        road = np.where(apart, DETOUR * direct, np.minimum(road, longest))
        road = np.maximum(road, direct)
        return np.where(road > limit_km, np.inf, road)

    def _block(self, origins: Snapped, targets: Snapped, limit_km: float) -> Floats:
        """Shortest paths (E. W. Dijkstra 1959; scipy) to the ends of the targets' roads, and on along them."""
        reached = self._from_nodes(origins) if len(self._table) else self._search(origins, limit_km)
        to_start, to_end = self._legs(targets)
        best = np.full((len(origins.lat), len(targets.lat)), np.inf)
        for k in range(ROADS_A_PLACE):
            edge = targets.edge[:, k]
            best = np.minimum(best, reached[:, self.start[edge]] + to_start[:, k])
            best = np.minimum(best, reached[:, self.end[edge]] + to_end[:, k])
        return np.asarray(np.minimum(best, self._along_one_edge(origins, targets)), dtype=np.float64)

    def remember(self) -> None:
        """Keep the distances between nodes from now on: worth it for thousands of places. No effect on large graphs."""
        n = len(self.lat)
        if not len(self._table) and n <= _TABLE_NODES:
            self._table = np.zeros((n, n), dtype=np.uint16)
            self._known = np.zeros(n, dtype=bool)

    def _from_nodes(self, origins: Snapped) -> Floats:
        """Km from every origin to every node, from the remembered distances between nodes."""
        legs = np.stack(self._legs(origins), axis=-1).reshape(len(origins.lat), -1).astype(np.float32)
        ends = np.stack([self.start[origins.edge], self.end[origins.edge]], axis=-1).reshape(len(origins.lat), -1)
        needed = np.unique(ends[np.isfinite(legs)])
        missing = needed[~self._known[needed]]
        for at in range(0, len(missing), _BLOCK):
            rows = missing[at : at + _BLOCK]
            km = dijkstra(self._adjacency(), indices=rows)
            self._table[rows] = np.minimum(np.rint(km / _UNIT_KM), _FAR)
            self._known[rows] = True
        reached = np.full((len(origins.lat), len(self.lat)), np.inf, dtype=np.float32)
        for row, (leg, end) in enumerate(zip(legs, ends, strict=True)):
            usable = np.isfinite(leg)
            if usable.any():
                np.min(self._table[end[usable]] * np.float32(_UNIT_KM) + leg[usable, None], axis=0, out=reached[row])
        reached[reached >= _FAR * _UNIT_KM] = np.inf
        return reached.astype(np.float64)

    def _search(self, origins: Snapped, limit_km: float) -> Floats:
        """Km from every origin to every node: Dijkstra from each as an extra node tied to its roads' ends."""
        n, rows = len(self.lat), len(origins.lat)
        from_start, from_end = self._legs(origins)
        legs = np.concatenate([from_start, from_end], axis=1)
        ends = np.concatenate([self.start[origins.edge], self.end[origins.edge]], axis=1)
        usable = np.isfinite(legs)
        base = self._adjacency()
        graph = csr_array(
            (
                np.concatenate([base.data, np.maximum(legs[usable], _TINY_KM)]),
                np.concatenate([base.indices, ends[usable]]),
                np.concatenate([base.indptr, base.indptr[-1] + np.cumsum(usable.sum(axis=1))]),
            ),
            shape=(n + rows, n + rows),
        )
        return np.asarray(dijkstra(graph, indices=n + np.arange(rows), limit=limit_km), dtype=np.float64)

    def _adjacency(self) -> csr_array:
        """Both directions of every edge, the lightest of parallel ones (plain construction would add them up)."""
        if self._both_ways is None:
            tail, head = np.concatenate([self.start, self.end]), np.concatenate([self.end, self.start])
            km = np.maximum(np.concatenate([self.km, self.km]), _TINY_KM)
            order = np.lexsort((km, head, tail))
            tail, head, km = tail[order], head[order], km[order]
            first = np.ones(len(tail), dtype=bool)
            first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
            self._both_ways = csr_array((km[first], (tail[first], head[first])), shape=(len(self.lat),) * 2)
        return self._both_ways

    def _legs(self, places: Snapped) -> tuple[Floats, Floats]:
        length, off = self.km[places.edge], places.off_km * OFF_ROAD
        return off + places.fraction * length, off + (1 - places.fraction) * length

    def _along_one_edge(self, origins: Snapped, targets: Snapped) -> Floats:
        best = np.full((len(origins.lat), len(targets.lat)), np.inf)
        for a in range(ROADS_A_PLACE):
            for b in range(ROADS_A_PLACE):
                same = origins.edge[:, a, None] == targets.edge[None, :, b]
                share = np.abs(origins.fraction[:, a, None] - targets.fraction[None, :, b])
                off_km = origins.off_km[:, a, None] + targets.off_km[None, :, b]
                km = share * self.km[origins.edge[:, a]][:, None] + OFF_ROAD * off_km
                best = np.where(same, np.minimum(best, km), best)
        return best

    def _same_part(self, origins: Snapped, targets: Snapped) -> NDArray[np.bool_]:
        """Whether any road of the one place is connected with any road of the other."""
        shared = np.zeros((len(origins.lat), len(targets.lat)), dtype=bool)
        if not len(self.km):
            return shared
        if self._part is None:
            graph = csr_array((np.ones(len(self.km)), (self.start, self.end)), shape=(len(self.lat),) * 2)
            self._part = connected_components(graph, directed=False)[1].astype(np.int64)
        here = np.where(np.isfinite(origins.off_km), self._part[self.start[origins.edge]], -1)
        there = np.where(np.isfinite(targets.off_km), self._part[self.start[targets.edge]], -2)
        for a in range(ROADS_A_PLACE):
            for b in range(ROADS_A_PLACE):
                shared |= here[:, a, None] == there[None, :, b]
        return shared


def _no_table() -> NDArray[np.uint16]:
    return np.zeros((0, 0), dtype=np.uint16)


@cache
def _embedded() -> RoadGraph:
    with np.load(EMBEDDED) as packed:
        lat, lon = np.cumsum(packed["lat"]) / 1000, np.cumsum(packed["lon"]) / 1000
        start = np.cumsum(packed["start"])
        return RoadGraph(lat, lon, start, start + packed["end"], packed["metres"] / 1000)
