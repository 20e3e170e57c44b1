"""Which road of a graph is called what? Names of corridors, drawn as lines, laid over a graph that has none there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geolocate.road_file import Roads
from geolocate.roads import RoadGraph
from geolocate.sphere import Floats, distance_km, vectors_km

#: a road that runs along a corridor keeps this near to it, km, and nearer than this share of its chord in between;
#: lines of one road by two surveyors lie a few km apart, and the shipped roads are chords
_NEAR_KM, _BULGE = 4.0, 0.1
#: and about parallel: the cosine of 40 degrees
_PARALLEL = 0.766
#: points of a corridor that are compared, km apart
_STEP_KM = 1.0
#: points of a road that are compared, as shares of its length
_ALONG = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class _Line:
    """Points along all corridors (3-D, km), the direction there, and which step each is of."""

    at: Floats
    course: Floats
    step: NDArray[np.int64]


def named(roads: RoadGraph, corridors: Roads) -> RoadGraph:
    """The graph with the names of the corridors on the roads that run along them; others keep the names they have.

    Raises ValueError when a corridor has no name.
    """
    if not all(corridors.names):
        raise ValueError("a corridor has neither name nor ref")
    line = _line(corridors)
    chosen = _around(roads, corridors)
    a, b = (vectors_km(roads.lat[n], roads.lon[n]) for n in (roads.start[chosen], roads.end[chosen]))
    chord = np.linalg.norm(b - a, axis=1)
    along = np.array(_ALONG)[:, None, None]
    found = cKDTree(line.at).query(a + along * (b - a))
    off, nearest = np.asarray(found[0]), np.asarray(found[1])
    loose = np.where((along[:, :, 0] % 1) > 0, _NEAR_KM + _BULGE * chord, _NEAR_KM)
    middle = nearest[len(_ALONG) // 2]
    turn = np.abs(((b - a) / np.maximum(chord, 1e-9)[:, None] * line.course[middle]).sum(axis=1))
    fits = (off <= loose).all(axis=0) & (turn >= _PARALLEL)
    names = list(roads.names) or [""] * len(roads.km)
    for edge, step in zip(chosen[fits].tolist(), line.step[middle[fits]].tolist(), strict=True):
        names[edge] = corridors.names[step]
    return RoadGraph(roads.lat, roads.lon, roads.start, roads.end, roads.km, tuple(names))


def _line(corridors: Roads) -> _Line:
    (a_lat, a_lon), (b_lat, b_lon) = ((corridors.lat[n], corridors.lon[n]) for n in (corridors.start, corridors.end))
    a, b = vectors_km(a_lat, a_lon), vectors_km(b_lat, b_lon)
    long = distance_km(a_lat, a_lon, b_lat, b_lon)
    count = (long / _STEP_KM).astype(np.int64) + 1
    step = np.repeat(np.arange(len(long)), count)
    share = (np.arange(len(step)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[step]
    course = (b - a) / np.maximum(long, 1e-9)[:, None]
    return _Line(a[step] + share[:, None] * (b - a)[step], course[step], step)


def _around(roads: RoadGraph, corridors: Roads) -> NDArray[np.int64]:
    """Edges with an end in the box around the corridors, half a degree outward."""
    lat, lon = corridors.lat, corridors.lon
    inside = (np.abs(roads.lat - (lat.min() + lat.max()) / 2) <= (lat.max() - lat.min()) / 2 + 0.5) & (
        np.abs(roads.lon - (lon.min() + lon.max()) / 2) <= (lon.max() - lon.min()) / 2 + 0.5
    )
    return np.flatnonzero(inside[roads.start] | inside[roads.end])
