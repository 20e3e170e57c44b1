"""What people decided: kept by natural key, so that it outlives re-analysis."""

from datetime import datetime

from sqlalchemy import Connection, select

from db import observations, sightings, work
from db.models import Analyzer, Review, Sighting, Track
from db.upsert import insert


def add(conn: Connection, kind: str, row_id: int, decision: str, note: str | None, who: str, at: datetime) -> str:
    """Append a decision on a sighting or track; returns the natural key that it hangs on.

    On a recycled sighting it decides whether that may be of a track: its day is linked again.
    """
    model = Sighting if kind == "sighting" else Track
    key: str = conn.execute(select(model.key).where(model.id == row_id)).scalar_one()
    row = {"kind": kind, "key": key, "decision": decision, "note": note, "who": who, "decided_at": at}
    conn.execute(insert(conn, Review).values(row))
    if kind == "sighting":
        _link_again(conn, row_id)
    return key


def _link_again(conn: Connection, sighting_id: int) -> None:
    columns = (Sighting.seen_from, Sighting.recycled_of)
    found = conn.execute(select(*columns).where(Sighting.id == sighting_id)).one()
    if found.recycled_of is None:
        return
    sightings.leave_tracks(conn, sighting_id)
    day = observations.bucket_id(conn, "day", (found.seen_from.date().isoformat(), 0, 0))
    linkers = conn.execute(select(Analyzer.id).where(Analyzer.stage == "track", Analyzer.is_current)).scalars()
    for linker in list(linkers):
        work.enqueue(conn, linker, [day])
