"""Writing sightings: what did not change is left alone, so that only what changed is linked again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from db.among import among
from db.models import Review, Sighting, SightingMember, TrackPoint
from db.rows import NewSighting
from db.types import AnyRow
from db.upsert import insert

#: decisions of which the newest says whether a sighting holds; "undo": as if none had been made
VERDICTS = ("confirm", "reject", "undo")


def replace(conn: Connection, analyzer_id: int, post_ids: Collection[int], fresh: Sequence[NewSighting]) -> set[str]:
    """Make `fresh` all the sightings that stand on `post_ids`; returns the UTC days of those that changed."""
    old = {row.key: row for row in _touching(conn, analyzer_id, post_ids, [s.key for s in fresh])}
    members = _members(conn, [row.id for row in old.values()])
    changed = [new for new in fresh if not _stands(old, members, new)]
    staying = {new.key for new in fresh}
    gone = [row for key, row in old.items() if key not in staying]
    conn.execute(delete(Sighting).where(among(conn, Sighting.id, [row.id for row in gone])))
    _leave(conn, analyzer_id, [old[new.key].id for new in changed if new.key in old], changed)
    days = {_day(row.seen_from) for row in gone}
    for new in changed:
        before = old.get(new.key)
        _write(conn, analyzer_id, before, new)
        days |= {_day(new.seen_from)} | ({_day(before.seen_from)} if before is not None else set())
    return days


def _touching(conn: Connection, analyzer_id: int, post_ids: Collection[int], keys: Collection[str]) -> Sequence[AnyRow]:
    standing = select(SightingMember.sighting_id).where(among(conn, SightingMember.post_id, post_ids))
    return conn.execute(
        select(*Sighting.__table__.columns).where(
            Sighting.analyzer_id == analyzer_id, or_(Sighting.id.in_(standing), among(conn, Sighting.key, keys))
        )
    ).all()


def _members(conn: Connection, sighting_ids: Collection[int]) -> dict[int, set[tuple[int, int | None, str | None]]]:
    found: dict[int, set[tuple[int, int | None, str | None]]] = {}
    for m in conn.execute(
        select(*SightingMember.__table__.columns).where(among(conn, SightingMember.sighting_id, sighting_ids))
    ):
        found.setdefault(m.sighting_id, set()).add((m.post_id, m.copy_of_post_id, m.copy_reason))
    return found


def _stands(
    old: Mapping[str, AnyRow], members: Mapping[int, set[tuple[int, int | None, str | None]]], new: NewSighting
) -> bool:
    before = old.get(new.key)
    return before is not None and _same(before, members.get(before.id, set()), new)


def _leave(conn: Connection, analyzer_id: int, sighting_ids: list[int], changed: Sequence[NewSighting]) -> None:
    """Free the posts that are to be written: those of these sightings, and those that pass from one to another."""
    posts = [m.post_id for new in changed for m in new.members]
    for column, values in ((SightingMember.sighting_id, sighting_ids), (SightingMember.post_id, posts)):
        mine = SightingMember.analyzer_id == analyzer_id
        conn.execute(delete(SightingMember).where(mine, among(conn, column, values)))


def _values(new: NewSighting) -> dict[str, Any]:
    return {k: v for k, v in asdict(new).items() if k != "members"}


def _same(before: AnyRow, members: set[tuple[int, int | None, str | None]], new: NewSighting) -> bool:
    if members != {(m.post_id, m.copy_of_post_id, m.copy_reason) for m in new.members}:
        return False
    return all(getattr(before, k) == v for k, v in _values(new).items())


def _write(conn: Connection, analyzer_id: int, before: AnyRow | None, new: NewSighting) -> None:
    if before is None:
        row = _values(new) | {"analyzer_id": analyzer_id}
        sighting_id: int = conn.execute(insert(conn, Sighting).values(row).returning(Sighting.id)).scalar_one()
    else:
        sighting_id = before.id
        if new.recycled_of is not None:
            leave_tracks(conn, sighting_id)
        conn.execute(update(Sighting).where(Sighting.id == sighting_id).values(_values(new)))
    own = {"sighting_id": sighting_id, "analyzer_id": analyzer_id}
    conn.execute(insert(conn, SightingMember), [asdict(m) | own for m in new.members])


def standing_with(conn: Connection, analyzer_id: int, post_ids: Collection[int]) -> set[int]:
    """The posts of all sightings that one of these posts is in."""
    mine = select(SightingMember.sighting_id).where(among(conn, SightingMember.post_id, post_ids))
    found = (
        select(SightingMember.post_id)
        .join(Sighting, Sighting.id == SightingMember.sighting_id)
        .where(Sighting.analyzer_id == analyzer_id, Sighting.id.in_(mine))
    )
    return set(conn.execute(found).scalars())


def leave_tracks(conn: Connection, sighting_id: int) -> None:
    """Take a sighting out of every track; linking its day again mends them."""
    conn.execute(delete(TrackPoint).where(TrackPoint.sighting_id == sighting_id))


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def of_analyzer(conn: Connection, analyzer_id: int) -> Sequence[AnyRow]:
    """All sightings of one analyzer that may be of a track, in time.

    What a person rejected is not, and what is recycled only if a person confirmed it.
    """
    verdict = func.max(Review.id).label("id")
    newest = select(verdict).where(Review.kind == "sighting", Review.decision.in_(VERDICTS)).group_by(Review.key)
    said = select(Review.key).where(Review.id.in_(newest))
    confirmed = Sighting.key.in_(said.where(Review.decision == "confirm"))
    rejected = Sighting.key.in_(said.where(Review.decision == "reject"))
    return conn.execute(
        select(*Sighting.__table__.columns)
        .where(Sighting.analyzer_id == analyzer_id, or_(Sighting.recycled_of.is_(None), confirmed), ~rejected)
        .order_by(Sighting.seen_from, Sighting.key)
    ).all()
