"""Do the landmarks out of sightings stand for just the sightings that people confirm? Else make it so.

What is wanted follows from the reviews alone, so that this may run at any time and again: after a confirmation, after
it was undone, after a move, after sightings were sorted anew.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from collector.context import Context, now
from db import landmarks, work
from db.types import AnyRow

#: a sighting that is known no better than this, km, makes no landmark
MOST_RADIUS_KM = 25.0
#: what is seen may be this far from the camera, km
LEAST_RADIUS_KM = 0.5


def sync(ctx: Context) -> None:
    """Add, move and take back landmarks; the posts that this touches are placed again."""
    with ctx.store.read() as conn:
        if _same(conn):
            return
    with ctx.store.write() as conn:
        _make_so(ctx, conn)


def _wanted(conn: Connection) -> dict[str, AnyRow]:
    rows = [row for row in landmarks.confirmed(conn) if row.radius_km <= MOST_RADIUS_KM]
    return {f"sighting:{row.sighting_key} {row.sha256}": row for row in rows}


def _same(conn: Connection) -> bool:
    wanted, there = _wanted(conn), {row.key: row for row in landmarks.of_sightings(conn)}
    return wanted.keys() == there.keys() and all(_place(wanted[key]) == _stands(there[key]) for key in wanted)


def _make_so(ctx: Context, conn: Connection) -> None:
    wanted, there = _wanted(conn), {row.key: row for row in landmarks.of_sightings(conn)}
    gone = [there[key].id for key in there.keys() - wanted.keys()]
    touched = landmarks.remove(conn, gone)
    for key in sorted(wanted.keys() & there.keys()):
        if _place(wanted[key]) != _stands(there[key]):
            landmarks.move(conn, there[key].id, *_place(wanted[key]))
            touched |= landmarks.posts_showing(conn, [there[key].id])
    fresh = list(_added(conn, {key: wanted[key] for key in sorted(wanted.keys() - there.keys())}))
    work.enqueue(conn, ctx.analyzers["survey"], fresh)
    work.enqueue(conn, ctx.analyzers["locate"], touched)
    if fresh or gone:
        ctx.report("landmark", f"confirmed sightings: {len(fresh)} files added, {len(gone)} taken back")


def _added(conn: Connection, rows: dict[str, AnyRow]) -> Iterable[int]:
    for key, row in rows.items():
        lat, lon, radius_km, name = _place(row)
        values = landmarks.added(now(), key, name, (lat, lon, radius_km))
        yield landmarks.add_sighting(conn, values | {"sighting_key": row.sighting_key, "media_id": row.media_id})


def _place(row: AnyRow) -> tuple[float, float, float, str]:
    return row.lat, row.lon, max(row.radius_km, LEAST_RADIUS_KM), row.place or f"{row.lat:.4f}, {row.lon:.4f}"


def _stands(row: AnyRow) -> tuple[float, float, float, str]:
    return row.lat, row.lon, row.radius_km, row.name
