"""GeoJSON (RFC 7946): sightings as points, tracks as lines, with their uncertainty and their sources."""

import json
from typing import Any, TextIO

from sqlalchemy import Connection

from collector.export.features import ATTRIBUTION, Feature, features


def write(conn: Connection, view: str, out: TextIO) -> int:
    """Write a FeatureCollection as it is read; returns how many features."""
    out.write(f'{{"type": "FeatureCollection", "attribution": {json.dumps(ATTRIBUTION)}, "features": [')
    count = 0
    for feature in features(conn, view):
        out.write(("," if count else "") + "\n" + json.dumps(_json(feature), ensure_ascii=False))
        count += 1
    out.write("\n]}\n")
    return count


def _json(feature: Feature) -> dict[str, Any]:
    coordinates = [list(p) for p in feature.points]
    return {
        "type": "Feature",
        "id": feature.id,
        "geometry": {"type": feature.kind, "coordinates": coordinates[0] if feature.kind == "Point" else coordinates},
        "properties": feature.facts,
    }
