"""What lies near a place? Boxes of latitude and longitude by an index, then the distance on the sphere."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db.query import rows

#: IUGG mean Earth radius, km
EARTH_RADIUS_KM = 6371.0088


@dataclass(frozen=True, slots=True)
class Near:
    """A sighting or a post (`kind`) near a place: km between the place and the middle of where it was."""

    kind: str
    distance_km: float
    facts: dict[str, Any]


def near(conn: Connection, lat: float, lon: float, km: float, since: datetime | None = None) -> list[Near]:
    """Sightings and posts placed within `km` of a point, the nearest first; sightings before posts as near."""
    found = [*_within(conn, "sighting", lat, lon, km, since), *_within(conn, "post", lat, lon, km, since)]
    return sorted(found, key=lambda n: (n.distance_km, n.kind == "post", n.facts["id"]))


_ASKED = {
    "sighting": ("v_sightings", "seen_to"),
    "post": ("v_posts", "posted_at"),
}


def _within(conn: Connection, kind: str, lat: float, lon: float, km: float, since: datetime | None) -> Iterator[Near]:
    view, time = _ASKED[kind]
    for south, north, west, east in boxes(lat, lon, km):
        given: dict[str, Any] = {"south": south, "north": north, "west": west, "east": east}
        where = "lat BETWEEN :south AND :north AND lon BETWEEN :west AND :east"
        if since:
            where, given = f"{where} AND {time} >= :since", given | {"since": since}
        for row in rows(conn, f"SELECT * FROM {view} WHERE {where}", **given):
            away = distance_km(lat, lon, row.lat, row.lon)
            if away <= km:
                yield Near(kind, round(away, 3), dict(row._mapping))


def boxes(lat: float, lon: float, km: float) -> Sequence[tuple[float, float, float, float]]:
    """(south, north, west, east) in degrees of what holds a circle; two where it crosses the 180th meridian.

    Source: J. P. Matuschek, Finding Points Within a Distance of a Latitude/Longitude Using Bounding Coordinates.
    """
    angle = km / EARTH_RADIUS_KM
    south, north = lat - math.degrees(angle), lat + math.degrees(angle)
    if south <= -90 or north >= 90:  # a pole is inside: every meridian
        return [(max(south, -90.0), min(north, 90.0), -180.0, 180.0)]
    # a hair wider than computed: what lies on the edge is told apart by its distance
    half = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat))))) + 1e-9
    south, north = south - 1e-9, north + 1e-9
    west, east = lon - half, lon + half
    if west < -180:
        return [(south, north, west + 360, 180.0), (south, north, -180.0, east)]
    if east > 180:
        return [(south, north, west, 180.0), (south, north, -180.0, east - 360)]
    return [(south, north, west, east)]


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km of two points in degrees (R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    phi1, phi2, half_lon = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1) / 2
    half = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
