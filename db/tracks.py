"""Writing tracks, and the destinations that they may head to."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from db.among import among
from db.identity import Standing, Succession, succeed
from db.models import Destination, Sighting, Track, TrackChange, TrackDestination, TrackPoint
from db.rows import NewTrack
from db.types import AnyRow
from db.upsert import insert


def replace(conn: Connection, analyzer_id: int, fresh: Sequence[NewTrack], at: datetime) -> list[Succession]:
    """Make `fresh` all the tracks of this analyzer; returns those that are new or changed, and what became of them.

    A track that grows keeps its row and its key: see `identity`. What happened to tracks is written down.
    """
    whole = _whole(conn, analyzer_id)
    untouched = {row.digest: row for row in whole}
    digests = [t.digest or digest(t) for t in fresh]
    new = [(t, d) for t, d in zip(fresh, digests, strict=True) if d not in untouched]
    stay = {untouched[d].id for d in digests if d in untouched}
    old = [row for row in _all(conn, analyzer_id) if row.id not in stay]
    if not (new or old):
        return []
    standing = _standing(conn, old)
    taken = {row.key for row in _all(conn, analyzer_id)}
    found = succeed([t for t, _ in new], standing, taken)
    conn.execute(
        delete(Track).where(among(conn, Track.id, sorted({s.id for s in standing} - {f.id for f in found if f.id})))
    )
    _leave(conn, analyzer_id, found)
    for one, (_, mark) in zip(found, new, strict=True):
        _write(conn, analyzer_id, one, mark)
    rows = [c | {"analyzer_id": analyzer_id, "at": at} for one in found for c in one.changes]
    ended = _ended(found, standing)
    if rows or ended:
        conn.execute(insert(conn, TrackChange), [*rows, *(c | {"analyzer_id": analyzer_id, "at": at} for c in ended)])
    return found


def digest(track: NewTrack) -> str:
    """Of all that is told of a track but its key, which depends on when it was first told."""
    told = asdict(track)
    del told["key"], told["digest"]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _all(conn: Connection, analyzer_id: int) -> Sequence[AnyRow]:
    return conn.execute(select(Track.id, Track.key).where(Track.analyzer_id == analyzer_id)).all()


def _whole(conn: Connection, analyzer_id: int) -> Sequence[AnyRow]:
    """Tracks none of whose points has gone with its sighting."""
    return conn.execute(
        select(Track.id, Track.digest)
        .join(TrackPoint, TrackPoint.track_id == Track.id)
        .where(Track.analyzer_id == analyzer_id)
        .group_by(Track.id, Track.digest, Track.sightings)
        .having(func.count(TrackPoint.seq) == Track.sightings)
    ).all()


def _standing(conn: Connection, old: Sequence[AnyRow]) -> list[Standing]:
    members: dict[int, set[int]] = {row.id: set() for row in old}
    found = select(TrackPoint.track_id, TrackPoint.sighting_id).where(among(conn, TrackPoint.track_id, list(members)))
    for point in conn.execute(found):
        members[point.track_id].add(point.sighting_id)
    return [Standing(row.id, row.key, frozenset(members[row.id])) for row in old]


def _ended(found: Sequence[Succession], standing: Sequence[Standing]) -> list[dict[str, Any]]:
    """Tracks that are no more and went into no other."""
    gone = {s.key for s in standing} - {f.track.key for f in found}
    gone -= {c["other_key"] for f in found for c in f.changes if c["kind"] == "merged"}
    return [
        {"kind": "ended", "track_key": key, "other_key": None, "sightings": 0, "detail": "its sightings hold no more"}
        for key in sorted(gone)
    ]


def _leave(conn: Connection, analyzer_id: int, found: Sequence[Succession]) -> None:
    """Free the sightings that are to be written: those of these tracks, and those that pass from one to another."""
    known = [one.id for one in found if one.id is not None]
    passing = [p.sighting_id for one in found for p in one.track.points]
    for model in (TrackPoint, TrackDestination):
        conn.execute(delete(model).where(among(conn, model.track_id, known)))
    mine = TrackPoint.analyzer_id == analyzer_id
    conn.execute(delete(TrackPoint).where(mine, among(conn, TrackPoint.sighting_id, passing)))


def _write(conn: Connection, analyzer_id: int, one: Succession, mark: str) -> None:
    track, track_id = one.track, one.id
    values = {k: v for k, v in asdict(track).items() if k not in ("points", "destinations")} | {"digest": mark}
    if track_id is None:
        row = values | {"analyzer_id": analyzer_id}
        track_id = conn.execute(insert(conn, Track).values(row).returning(Track.id)).scalar_one()
    else:
        conn.execute(update(Track).where(Track.id == track_id).values(values))
    own = {"track_id": track_id, "analyzer_id": analyzer_id}
    points = [asdict(p) | own | {"seq": n} for n, p in enumerate(track.points)]
    conn.execute(insert(conn, TrackPoint), points)
    headings = [{"track_id": track_id, "destination_id": d, "probability": p} for d, p in track.destinations.items()]
    if headings:
        conn.execute(insert(conn, TrackDestination), headings)


def sizes(conn: Connection, analyzer_id: int, keys: Collection[str]) -> dict[str, tuple[int, int]]:
    """Row id and number of sightings of the tracks with these keys."""
    found = select(Track.key, Track.id, Track.sightings).where(
        Track.analyzer_id == analyzer_id, among(conn, Track.key, keys)
    )
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
