"""On which roads may a place lie? The nearest few segments of a road graph, and where along them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geolocate.sphere import KM_PER_DEGREE, Floats, distance_km, vectors_km

Ints = NDArray[np.int64]

#: farther than this from every road a place is off the graph, km
REACH_KM = 30.0
#: roads that one place may lead to: the nearest is often not the one that the convoy drives
ROADS_A_PLACE = 3
_SAMPLE_KM, _NEAREST, _BLOCK = 4.0, 24, 2048


@dataclass(frozen=True, slots=True)
class Snapped:
    """Places on their nearest roads: arrays of shape (places, roads a place); `off_km` is inf where there is none.

    `before` are the same places on the graph as it was before roads were closed and borders charged, if any were.
    """

    lat: Floats
    lon: Floats
    edge: Ints
    fraction: Floats
    off_km: Floats
    before: "Snapped | None" = None

    def take(self, rows: Ints | slice) -> "Snapped":
        """Only these places."""
        before = self.before.take(rows) if self.before else None
        return Snapped(self.lat[rows], self.lon[rows], self.edge[rows], self.fraction[rows], self.off_km[rows], before)

    def extended(self, more: "Snapped") -> "Snapped":
        """These places, and after them others on the same graph."""
        names = ("lat", "lon", "edge", "fraction", "off_km")
        lat, lon, edge, fraction, off_km = (np.concatenate([getattr(self, n), getattr(more, n)]) for n in names)
        before = self.before.extended(more.before) if self.before and more.before else None
        return Snapped(lat, lon, edge, fraction, off_km, before)


class Segments:
    """The straight segments of a road graph, to be found by place: highways run far between their nodes.

    `lat`, `lon` are the nodes in degrees; segment k leads from node `start[k]` to node `end[k]`.
    """

    def __init__(self, lat: Floats, lon: Floats, start: Ints, end: Ints) -> None:
        self._lat, self._lon, self._start, self._end = lat, lon, start, end
        chord = distance_km(lat[start], lon[start], lat[end], lon[end])
        parts = np.maximum(1, np.ceil(chord / _SAMPLE_KM).astype(np.int64))
        self._owner = np.repeat(np.arange(len(parts)), parts)
        step = np.arange(len(self._owner)) - np.repeat(np.cumsum(parts) - parts, parts)
        along = (step + 0.5) / parts[self._owner]
        a, b = start[self._owner], end[self._owner]
        points = vectors_km(lat[a] + along * (lat[b] - lat[a]), lon[a] + along * (lon[b] - lon[a]))
        self._tree = cKDTree(points) if len(points) else None

    def snap(self, lat: Floats, lon: Floats) -> Snapped:
        """Put places on their nearest segments."""
        shape = (len(lat), ROADS_A_PLACE)
        edge, fraction, off = np.zeros(shape, np.int64), np.zeros(shape), np.full(shape, np.inf)
        for at in range(0, len(lat) if self._tree is not None else 0, _BLOCK):
            block = slice(at, at + _BLOCK)
            edge[block], fraction[block], off[block] = self._nearest(lat[block], lon[block])
        return Snapped(lat, lon, edge, fraction, off)

    def _nearest(self, lat: Floats, lon: Floats) -> tuple[Ints, Floats, Floats]:
        assert self._tree is not None
        _, near = self._tree.query(vectors_km(lat, lon), k=min(_NEAREST, len(self._owner)))
        edges = self._owner[near.reshape(len(lat), -1)]
        along, away = self._project(lat[:, None], lon[:, None], edges)
        order = np.lexsort((edges, away), axis=1)
        edges = np.take_along_axis(edges, order, axis=1)
        along, away = np.take_along_axis(along, order, axis=1), np.take_along_axis(away, order, axis=1)
        again = (
            np.tril(np.ones((edges.shape[1],) * 2, dtype=bool), -1) & (edges[:, :, None] == edges[:, None, :])
        ).any(2)
        place = np.cumsum(~again, axis=1) - 1
        row, column = np.nonzero(~again & (place < ROADS_A_PLACE) & (away <= REACH_KM))
        found = np.zeros((len(lat), ROADS_A_PLACE), np.int64), np.zeros((len(lat), ROADS_A_PLACE))
        off = np.full((len(lat), ROADS_A_PLACE), np.inf)
        slot = place[row, column]
        found[0][row, slot], found[1][row, slot] = edges[row, column], along[row, column]
        off[row, slot] = away[row, column]
        return found[0], found[1], off

    def _project(self, lat: Floats, lon: Floats, edge: Ints) -> tuple[Floats, Floats]:
        """Where along each edge (0-1) the place is nearest, on a local plane, and how far away that is in km."""
        squeeze = np.cos(np.radians(lat))
        a, b = self._start[edge], self._end[edge]
        x1, y1 = (self._lon[a] - lon) * squeeze, self._lat[a] - lat
        x2, y2 = (self._lon[b] - lon) * squeeze, self._lat[b] - lat
        dx, dy = x2 - x1, y2 - y1
        length = np.maximum(dx * dx + dy * dy, 1e-18)
        along = np.clip(-(x1 * dx + y1 * dy) / length, 0.0, 1.0)
        return along, np.hypot(x1 + along * dx, y1 + along * dy) * KM_PER_DEGREE
