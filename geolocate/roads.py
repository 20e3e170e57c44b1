"""How far is it by road? A road graph of any region: snapping to road segments and distances from many to many.

The embedded graph covers the world (OpenStreetMap highways, see `data/NOTICE.md`). It has no classes, names or
directions, its edges are chords that carry the true length, and some roads are missing. A distance is therefore never
longer than a stated multiple of the great circle, and a place off the graph falls back to the great circle.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geolocate.road_core import Core
from geolocate.road_file import read_roads
from geolocate.road_snap import ROADS_A_PLACE, Segments, Snapped
from geolocate.sphere import KM_PER_DEGREE, Floats, distance_km

Ints = NDArray[np.int64]

EMBEDDED = Path(__file__).parent / "data" / "roads.npz"
#: road km for a great-circle km where no road is known: rural networks measure 1.2-1.5 (Boscoe et al. 2012: 1.417)
DETOUR = 1.42
#: a shortest path longer than this many times the great circle (plus SLACK_KM) means a road that the graph lacks
MISSING_ROAD, SLACK_KM = 2.0, 10.0
#: km for a km of track between a place and the road it is snapped to
OFF_ROAD = 1.3
#: of two places next to each other, off the road, that slack is no more than this many times the great circle
NEARBY = 3.0
#: what a way is longer by, when roads are closed and no other leads there, km: days
NO_WAY = 2000.0
#: distances worked out at a time, and cut-out parts of the graph that are kept
_BLOCK, _CUTS = 100_000, 2

__all__ = ["DETOUR", "Ints", "RoadGraph", "Snapped"]


class RoadGraph:
    """An undirected road graph. `lat`, `lon` of the nodes in degrees; edges `start`, `end` (node numbers) and `km`.

    `names` are of the edges' roads ("" where not known), or none at all. `before` is the graph before roads were closed
    and borders charged: what these rules add to a way counts in full; a detour for want of a road is not believed.
    """

    def __init__(
        self,
        lat: ArrayLike,
        lon: ArrayLike,
        start: ArrayLike,
        end: ArrayLike,
        km: ArrayLike,
        names: tuple[str, ...] = (),
        before: "RoadGraph | None" = None,
    ) -> None:
        self.lat, self.lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
        self.start, self.end = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
        self.km = np.asarray(km, dtype=np.float64)
        self.names = names
        self.before = before
        self._cuts: dict[tuple[int, int, int, int], RoadGraph] = {}
        self._segments: Segments | None = None
        self._core: Core | None = None

    @classmethod
    def embedded(cls) -> "RoadGraph":
        """The world's highways that this package ships, read once (about 0.2 s)."""
        return _embedded()

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """A graph from a file: see `road_file`. Raises OSError when it cannot be read, ValueError when it is none."""
        roads = read_roads(Path(path))
        return cls(roads.lat, roads.lon, roads.start, roads.end, roads.km, roads.names if any(roads.names) else ())

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
            if len(self._cuts) >= _CUTS:
                self._cuts.pop(next(iter(self._cuts)))
            self._cuts[box] = self._cut(*box)
        return self._cuts[box]

    def _cut(self, south: int, north: int, west: int, east: int) -> "RoadGraph":
        before = self.before._cut(south, north, west, east) if self.before else None
        inside = (self.lat >= south) & (self.lat <= north) & (self.lon >= west) & (self.lon <= east)
        if inside.all():
            return self
        kept = inside[self.start] | inside[self.end]
        nodes = np.unique(np.concatenate([self.start[kept], self.end[kept]]))
        number = np.searchsorted(nodes, [self.start[kept], self.end[kept]])
        names = tuple(self.names[k] for k in np.flatnonzero(kept).tolist()) if self.names else ()
        return RoadGraph(self.lat[nodes], self.lon[nodes], number[0], number[1], self.km[kept], names, before)

    def name(self, places: Snapped, row: int, within_km: float = 5.0) -> str:
        """The named road nearest to a snapped place, "" when none of its roads that near has a name."""
        near = zip(places.edge[row].tolist(), places.off_km[row].tolist(), strict=True)
        return next((name for edge, off in near if self.names and off <= within_km and (name := self.names[edge])), "")

    def snap(self, lat: ArrayLike, lon: ArrayLike) -> Snapped:
        """Put places on the nearest road segments (not nodes: highways run far between them)."""
        if self._segments is None:
            self._segments = Segments(self.lat, self.lon, self.start, self.end)
        found = self._segments.snap(np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float)))
        return replace(found, before=self.before.snap(lat, lon)) if self.before else found

    def matrix_km(self, origins: Snapped, targets: Snapped, limit_km: float = np.inf) -> Floats:
        """Road km from every origin to every target, shape (origins, targets); inf beyond `limit_km`."""
        direct = distance_km(origins.lat[:, None], origins.lon[:, None], targets.lat[None, :], targets.lon[None, :])
        road, added = self._driven(origins, targets), np.zeros(direct.shape)
        if self.before and origins.before and targets.before:
            ruled, road = road, self.before._driven(origins.before, targets.before)
            added = _added(ruled, road, origins, targets)
        longest = MISSING_ROAD * direct + np.minimum(SLACK_KM, NEARBY * direct)
        road = np.where(np.isinf(road), DETOUR * direct, np.minimum(road, longest))
        road = np.maximum(road, direct) + added
        return np.where(road > limit_km, np.inf, road)

    def _driven(self, origins: Snapped, targets: Snapped) -> Floats:
        """Km along the roads as they are here; inf where no way is known."""
        road = np.full((len(origins.lat), len(targets.lat)), np.inf)
        if len(self.km):
            step = max(1, _BLOCK // max(1, len(targets.lat)))
            for at in range(0, len(origins.lat), step):
                road[at : at + step] = self._block(origins.take(slice(at, at + step)), targets)
        return road

    def _block(self, origins: Snapped, targets: Snapped) -> Floats:
        if self._core is None:
            self._core = Core(len(self.lat), self.start, self.end, self.km)
        km = self._core.matrix(*self._ends(origins), *self._ends(targets))
        row, column, along = self._along_one_edge(origins, targets)
        np.minimum.at(km, (row, column), along)
        return km

    def _ends(self, places: Snapped) -> tuple[Ints, Floats]:
        """The crossroads at both ends of each place's roads, and the km to them."""
        length, off = self.km[places.edge], places.off_km * OFF_ROAD
        legs = (off + places.fraction * length, off + (1 - places.fraction) * length)
        return np.concatenate([self.start[places.edge], self.end[places.edge]], axis=1), np.concatenate(legs, axis=1)

    def _along_one_edge(self, origins: Snapped, targets: Snapped) -> tuple[Ints, Ints, Floats]:
        """Pairs of places on one edge, and the km along it."""
        here, there = origins.edge.ravel(), targets.edge.ravel()
        order = np.argsort(there, kind="stable")
        low, high = np.searchsorted(there[order], here, "left"), np.searchsorted(there[order], here, "right")
        count = np.where(np.isfinite(origins.off_km.ravel()), high - low, 0)
        a = np.repeat(np.arange(len(here)), count)
        b = order[np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())]
        share = np.abs(origins.fraction.ravel()[a] - targets.fraction.ravel()[b])
        km = share * self.km[here[a]] + OFF_ROAD * (origins.off_km.ravel()[a] + targets.off_km.ravel()[b])
        return a // ROADS_A_PLACE, b // ROADS_A_PLACE, km


def _added(ruled: Floats, before: Floats, origins: Snapped, targets: Snapped) -> Floats:
    """Km that closed roads and borders add to each way; none where a place lies off all that is still open."""
    here, there = (np.asarray(np.isfinite(places.off_km).any(axis=1)) for places in (origins, targets))
    known = np.isfinite(before) & here[:, None] & there[None, :]
    return np.asarray(np.clip(np.where(known, ruled, 0.0) - np.where(known, before, 0.0), 0.0, NO_WAY))


@cache
def _embedded() -> RoadGraph:
    with np.load(EMBEDDED) as packed:
        lat, lon = np.cumsum(packed["lat"]) / 1000, np.cumsum(packed["lon"]) / 1000
        start = np.cumsum(packed["start"])
        return RoadGraph(lat, lon, start, start + packed["end"], packed["metres"] / 1000)
