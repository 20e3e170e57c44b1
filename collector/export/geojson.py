"""GeoJSON (RFC 7946): sightings as points, tracks as lines, with their uncertainty and their sources."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any, TextIO

from sqlalchemy import Connection

from collector.export.rows import rows, sources
from db import query


def write(conn: Connection, view: str, out: TextIO) -> int:
    """Write a FeatureCollection as it is read; returns how many features."""
    out.write('{"type": "FeatureCollection", "features": [')
    count = 0
    for feature in _lines(conn) if view == "v_tracks" else _points(conn, view):
        out.write(("," if count else "") + "\n" + json.dumps(feature, ensure_ascii=False))
        count += 1
    out.write("\n]}\n")
    return count


def _points(conn: Connection, view: str) -> Iterator[dict[str, Any]]:
    for row in rows(conn, view):
        if view != "v_public_sightings":
            row["sources"] = sources(conn, row["id"])
        yield _feature(row["id"], "Point", [row.pop("lon"), row.pop("lat")], row)


def _lines(conn: Connection) -> Iterator[dict[str, Any]]:
    facts = {row["id"]: row for row in rows(conn, "v_tracks")}
    for track_id, points in groupby(query.all_track_points(conn), key=lambda p: p.track_id):
        row = facts[track_id]
        row["destinations"] = {h.destination_id: h.probability for h in query.headings(conn, track_id)}
        yield _feature(track_id, "LineString", [[p.lon, p.lat] for p in points], row)


def _feature(row_id: int, kind: str, coordinates: list[Any], facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row_id,
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": facts,
    }
