"""What every map gets: sightings as points, tracks as lines, with all that is known of them and their sources."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from collector.export.rows import provenance, rows
from db import query

#: goes into every file that has a place for it
ATTRIBUTION = (
    "Computed by convoywatch from public posts; radii are 90 % bounds, and only what `review` says is confirmed by a "
    "person. Places: GeoNames (CC BY 4.0) and others. Roads: © OpenStreetMap contributors."
)
#: (longitude, latitude), degrees
Point = tuple[float, float]
_INTEGERS = ("id", "independent_sources", "copies", "vehicles_min", "vehicles_max", "track_id", "sightings")
_REALS = (
    "radius_km", "convoy_probability", "bearing_deg", "road_km", "destination_probability", "state_probability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feature:
    """One sighting (a Point) or track (a LineString), and its facts as JSON values."""

    id: int
    kind: str
    points: tuple[Point, ...]
    facts: dict[str, Any]


def features(conn: Connection, view: str) -> Iterator[Feature]:
    """One by one as they are read: of v_sightings, v_public_sightings or v_tracks."""
    yield from _lines(conn) if view == "v_tracks" else _points(conn, view)


def _points(conn: Connection, view: str) -> Iterator[Feature]:
    for row in rows(conn, view):
        if view != "v_public_sightings":
            row |= provenance(conn, row["id"])
        yield Feature(row["id"], "Point", ((row.pop("lon"), row.pop("lat")),), row)


def _lines(conn: Connection) -> Iterator[Feature]:
    facts = {row["id"]: row for row in rows(conn, "v_tracks")}
    for track_id, points in groupby(query.all_track_points(conn), key=lambda p: p.track_id):
        row, path = facts[track_id], list(points)
        row["destinations"] = {h.destination_id: h.probability for h in query.headings(conn, track_id)}
        row |= provenance(conn, *(p.sighting_id for p in path))
        yield Feature(track_id, "LineString", tuple((p.lon, p.lat) for p in path), row)


def columns(conn: Connection, view: str) -> dict[str, str]:
    """The facts of a view's features and what each is: integer, real, time, or text (JSON where it is a list)."""
    found = list(conn.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys())
    names = [n for n in found if n not in ("lat", "lon")]
    more = {
        "v_tracks": ["destinations", "sources", "attributions"],
        "v_sightings": ["sources", "attributions"],
    }.get(view, [])
    return {n: _kind(n) for n in [*names, *more]}


def _kind(name: str) -> str:
    if name in _INTEGERS:
        return "integer"
    return "real" if name in _REALS else "time" if name in query.TIMES else "text"
