"""Where and when can each observation have been, its other readings too, by tiles of a day and a degree?

So that what lies near a report is found without looking at all of them. The day of a tile is that of the middle of the
observation's interval.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete

from db.models import ObservationSpot
from db.upsert import insert

#: a day since 1970, and a point
Spot = tuple[int, float, float]
_KM_PER_DEGREE = 111.19


def spots_of(observed: Any) -> list[Spot]:
    """The spots of an observation (a row or a new one): its place and its alternatives; none without place and time."""
    if observed.lat is None or observed.lon is None or observed.seen_from is None:
        return []
    start, end = _seconds(observed.seen_from), _seconds(observed.seen_to or observed.seen_from)
    day = math.floor((start + end) / 2 / 86400.0)
    others: Sequence[Mapping[str, Any]] = observed.alternatives or ()
    return [(day, observed.lat, observed.lon), *((day, a["lat"], a["lon"]) for a in others)]


def _seconds(at: datetime) -> float:
    return at.astimezone(UTC).timestamp()


def tile(day: int, cell_lat: int, cell_lon: int) -> int:
    """One number for a day and a one-degree cell."""
    return (day * 181 + cell_lat + 90) * 360 + (cell_lon + 180) % 360


def tiles_around(spots: Iterable[Spot], km: float, days: int) -> set[int]:
    """The tiles that hold everything within so many km and days of these spots."""
    found = set()
    for day, lat, lon in set(spots):
        reach = km / _KM_PER_DEGREE
        widest = math.cos(math.radians(min(89.0, abs(lat) + reach)))
        across = min(180.0, reach / widest)
        rows = range(max(-90, math.floor(lat - reach)), min(90, math.floor(lat + reach)) + 1)
        columns = range(math.floor(lon - across), math.floor(lon + across) + 1)
        later = range(day - days, day + days + 1)
        found |= {tile(d, row, column) for d in later for row in rows for column in columns}
    return found


def save(conn: Connection, post_id: int, analyzer_id: int, observed: Any) -> None:
    """Replace the spots of what this analyzer observed in a post."""
    conn.execute(
        delete(ObservationSpot).where(ObservationSpot.post_id == post_id, ObservationSpot.analyzer_id == analyzer_id)
    )
    numbers = {tile(day, math.floor(lat), math.floor(lon)) for day, lat, lon in spots_of(observed)}
    if numbers:
        owner = {"post_id": post_id, "analyzer_id": analyzer_id}
        conn.execute(insert(conn, ObservationSpot), [owner | {"tile": number} for number in sorted(numbers)])
