"""What people decided: kept by natural key, so that it outlives re-analysis."""

from datetime import datetime

from sqlalchemy import Connection, select

from db.models import Review, Sighting, Track
from db.upsert import insert


def add(conn: Connection, kind: str, row_id: int, decision: str, note: str | None, who: str, at: datetime) -> str:
    """Append a decision on a sighting or track; returns the natural key that it hangs on."""
    model = Sighting if kind == "sighting" else Track
    key: str = conn.execute(select(model.key).where(model.id == row_id)).scalar_one()
    row = {"kind": kind, "key": key, "decision": decision, "note": note, "who": who, "decided_at": at}
    conn.execute(insert(conn, Review).values(row))
    return key
