"""Writing tracks, and the destinations that they may head to."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from db.among import among
from db.models import Destination, Sighting, Track, TrackDestination, TrackPoint
from db.rows import NewTrack
from db.types import AnyRow
from db.upsert import insert


def replace(conn: Connection, analyzer_id: int, sighting_ids: Collection[int], fresh: Sequence[NewTrack]) -> list[str]:
    """Make `fresh` all the tracks that stand on `sighting_ids`; returns the keys of those that are new or changed."""
    standing = select(TrackPoint.track_id).where(among(conn, TrackPoint.sighting_id, sighting_ids))
    short = (
        select(Track.id)
        .outerjoin(TrackPoint, TrackPoint.track_id == Track.id)
        .group_by(Track.id)
        .having(func.count(TrackPoint.seq) < 2)
    )
    keys = [t.key for t in fresh]
    old = conn.execute(
        select(*Track.__table__.columns).where(
            Track.analyzer_id == analyzer_id,
            or_(Track.id.in_(standing), Track.id.in_(short), among(conn, Track.key, keys)),
        )
    ).all()
    before = {t.key: (t, _points(conn, t.id), _headings(conn, t.id)) for t in old}
    changed = [t for t in fresh if t.key not in before or not _same(*before[t.key], t)]
    ended = [t.id for t in old if t.key not in keys]
    conn.execute(delete(Track).where(among(conn, Track.id, ended)))
    stale = [before[t.key][0].id for t in changed if t.key in before]
    conn.execute(delete(TrackPoint).where(among(conn, TrackPoint.track_id, stale)))
    conn.execute(delete(TrackDestination).where(among(conn, TrackDestination.track_id, stale)))
    for track in changed:
        _write(conn, analyzer_id, before[track.key][0].id if track.key in before else None, track)
    return [t.key for t in changed]


def _points(conn: Connection, track_id: int) -> list[tuple[Any, ...]]:
    columns = [c for c in TrackPoint.__table__.columns if c.name not in ("track_id", "seq")]
    return [tuple(r) for r in conn.execute(select(*columns).filter_by(track_id=track_id).order_by(TrackPoint.seq))]


def _headings(conn: Connection, track_id: int) -> dict[str, float]:
    found = select(TrackDestination.destination_id, TrackDestination.probability).filter_by(track_id=track_id)
    return {row.destination_id: row.probability for row in conn.execute(found)}


def _values(track: NewTrack) -> dict[str, Any]:
    return {k: v for k, v in asdict(track).items() if k not in ("points", "destinations")}


def _same(row: AnyRow, points: list[tuple[Any, ...]], headings: dict[str, float], new: NewTrack) -> bool:
    told = [tuple(asdict(p).values()) for p in new.points]
    return (
        points == told and headings == new.destinations and all(getattr(row, k) == v for k, v in _values(new).items())
    )


def _write(conn: Connection, analyzer_id: int, track_id: int | None, track: NewTrack) -> None:
    if track_id is None:
        row = _values(track) | {"analyzer_id": analyzer_id}
        track_id = conn.execute(insert(conn, Track).values(row).returning(Track.id)).scalar_one()
    else:
        conn.execute(update(Track).where(Track.id == track_id).values(_values(track)))
    points = [asdict(p) | {"track_id": track_id, "seq": n} for n, p in enumerate(track.points)]
    conn.execute(insert(conn, TrackPoint), points)
    headings = [{"track_id": track_id, "destination_id": d, "probability": p} for d, p in track.destinations.items()]
    if headings:
        conn.execute(insert(conn, TrackDestination), headings)


def sizes(conn: Connection, analyzer_id: int) -> dict[str, tuple[int, int]]:
    """Each track's row id and number of sightings, by its key."""
    found = select(Track.key, Track.id, Track.sightings).where(Track.analyzer_id == analyzer_id)
    return {row.key: (row.id, row.sightings) for row in conn.execute(found)}


def sighting_ids(conn: Connection, analyzer_id: int) -> dict[str, int]:
    """Row ids of sightings by their keys."""
    found = conn.execute(select(Sighting.key, Sighting.id).where(Sighting.analyzer_id == analyzer_id))
    return {row.key: row.id for row in found}


def sync_destinations(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Make the watched destinations those of the configuration; others stay in the store, switched off."""
    conn.execute(update(Destination).where(Destination.id.not_in([r["id"] for r in rows])).values(enabled=False))
    for row in rows:
        values = row | {"enabled": True}
        changed = {k: v for k, v in values.items() if k != "id"}
        conn.execute(
            insert(conn, Destination).values(values).on_conflict_do_update(index_elements=["id"], set_=changed)
        )


def destinations(conn: Connection) -> Sequence[AnyRow]:
    """The watched destinations."""
    return conn.execute(
        select(*Destination.__table__.columns).where(Destination.enabled).order_by(Destination.id)
    ).all()
