"""Which roads are closed, and what does a border cost? A road graph as an editor knows it to be.

A closed road is left out; a road that crosses a border is lengthened by what a column drives in the time lost there, so
that ways and times that lead over a border cost more than their length.
"""

import itertools
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geolocate.gazetteer import EMBEDDED
from geolocate.link_params import DEFAULT
from geolocate.road_lines import BETWEEN
from geolocate.roads import RoadGraph
from geolocate.sphere import Floats, distance_km, vectors_km

#: points about this far apart along a road are looked at, km
_STEP_KM = 0.5


@dataclass(frozen=True, slots=True)
class ClosedNear:
    """Roads that come within `radius_km` of a point are closed: a blown bridge, a front line's crossing."""

    lat: float
    lon: float
    radius_km: float = 1.0


def ruled(
    roads: RoadGraph,
    closed_names: Sequence[str] = (),
    closed_near: Sequence[ClosedNear] = (),
    border_penalty_h: float = 0.0,
) -> RoadGraph:
    """The graph without the closed roads, and with border crossings lengthened by hours of driving.

    Raises ValueError when a road that is to be closed by its name is not on the graph.
    """
    if not (closed_names or closed_near or border_penalty_h):
        return roads
    open_ = ~_named(roads, closed_names)
    for place in closed_near:
        open_ &= _nearest_km(roads, place) > place.radius_km
    km = roads.km.copy()
    if border_penalty_h:
        country = countries(roads.lat, roads.lon)
        km[country[roads.start] != country[roads.end]] += border_penalty_h * DEFAULT.speed_kmh
    kept = tuple(itertools.compress(roads.names, open_.tolist()))
    return RoadGraph(roads.lat, roads.lon, roads.start[open_], roads.end[open_], km[open_], kept, roads)


def _named(roads: RoadGraph, wanted: Sequence[str]) -> NDArray[np.bool_]:
    """Which edges are of these roads, by the whole name or by one of the numbers and names that it is made of."""
    calls = {
        name: {name, *name.split(BETWEEN), *re.split(r"\s*;\s*", name.split(BETWEEN)[0])} for name in set(roads.names)
    }
    if unknown := sorted(set(wanted) - set().union(*calls.values())):
        raise ValueError(
            f"no road of this graph is named {', '.join(unknown)}; close it by place (lat, lon, radius_km)"
        )
    closed = {name for name, called in calls.items() if called & set(wanted)}
    return np.array([name in closed for name in roads.names] or np.zeros(len(roads.km)), dtype=bool)


def countries(lat: Floats, lon: Floats) -> NDArray[np.str_]:
    """The ISO code of the country of each place: that of the nearest town of the embedded gazetteer."""
    with sqlite3.connect(f"file:{EMBEDDED}?mode=ro", uri=True) as store:
        rows = store.execute("SELECT lat, lon, country FROM place WHERE kind = 0 AND country <> ''").fetchall()
    store.close()
    where = np.array([r[:2] for r in rows], dtype=np.float64) / 1e5
    _, nearest = cKDTree(vectors_km(where[:, 0], where[:, 1])).query(vectors_km(lat, lon))
    return np.asarray(np.array([r[2] for r in rows])[nearest])


def _nearest_km(roads: RoadGraph, place: ClosedNear) -> Floats:
    """How near each road comes to a place; inf for what is far off."""
    found = np.full(len(roads.km), np.inf)
    (a_lat, a_lon), (b_lat, b_lon) = ((roads.lat[n], roads.lon[n]) for n in (roads.start, roads.end))
    chord = distance_km(a_lat, a_lon, b_lat, b_lon)
    far = distance_km(a_lat, a_lon, place.lat, place.lon)
    for k in np.flatnonzero(far <= chord + place.radius_km + 1.0).tolist():
        along = np.linspace(0, 1, int(chord[k] / _STEP_KM) + 2)
        lat, lon = a_lat[k] + along * (b_lat[k] - a_lat[k]), a_lon[k] + along * (b_lon[k] - a_lon[k])
        found[k] = distance_km(lat, lon, place.lat, place.lon).min()
    return found
