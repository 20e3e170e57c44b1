"""What people decided: kept by natural key, so that it outlives re-analysis."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from db import observations, rulings, sightings, work
from db.among import among
from db.models import Analyzer, Review, Sighting, SightingMember, Track, TrackPoint
from db.query import rows
from db.types import AnyRow
from db.upsert import insert

#: latitude, longitude (degrees) and radius (km) to which a person moved a sighting
Moved = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides: `to` of a move, `these` and `others` (natural keys) of a split or a merger."""

    decision: str
    note: str | None
    who: str
    at: datetime
    to: Moved | None = None
    these: Collection[str] = ()
    others: Collection[str] = ()


def add(
    conn: Connection, kind: str, row_id: int, decision: str, note: str | None, who: str, at: datetime,
    to: Moved | None = None,
) -> str:  # fmt: skip
    """Append a decision on a sighting or track; returns the natural key that it hangs on: see `decide`."""
    return decide(conn, kind, row_id, Decision(decision, note, who, at, to))


def decide(conn: Connection, kind: str, row_id: int, said: Decision) -> str:
    """Append a decision on a sighting or track; returns the natural key that it hangs on.

    What it changes about a sighting (its place, whether it may be of a track, what is one with it) or about a track is
    asked for: it is worked out again. An undo concerns all that the sighting or track is made of.
    """
    model = Sighting if kind == "sighting" else Track
    key: str = conn.execute(select(model.key).where(model.id == row_id)).scalar_one()
    before = _linkable(conn, row_id) if kind == "sighting" else False
    ruled = rulings.holding(conn, kind)
    these = _made_of(conn, kind, row_id) if said.decision == "undo" else said.these
    lat, lon, radius_km = said.to or (None, None, None)
    row = {
        "kind": kind, "key": key, "decision": said.decision, "note": said.note, "who": said.who, "decided_at": said.at,
        "lat": lat, "lon": lon, "radius_km": radius_km, "these": sorted(these) or None,
        "others": sorted(said.others) or None,
    }  # fmt: skip
    conn.execute(insert(conn, Review).values(row))
    changed = set(ruled) ^ set(rulings.holding(conn, kind))
    named = {name for r in changed for name in r.named}
    if kind == "track":
        _link_days(conn, named)
        return key
    if said.decision in ("move", "undo") or named:
        _place_again(conn, row_id, named)
    if _linkable(conn, row_id) != before:
        _link_again(conn, row_id)
    return key


def _made_of(conn: Connection, kind: str, row_id: int) -> set[str]:
    """Natural keys of the posts of a sighting, or of the sightings of a track."""
    if kind == "sighting":
        return {m.name for m in rulings.members(conn, row_id)}
    return set(sightings_of(conn, row_id))


def sightings_of(conn: Connection, track_id: int) -> list[str]:
    """The natural keys of the sightings of a track, in its order."""
    points = select(Sighting.key).join(TrackPoint, TrackPoint.sighting_id == Sighting.id)
    return list(conn.execute(points.where(TrackPoint.track_id == track_id).order_by(TrackPoint.seq)).scalars())


def moves(conn: Connection) -> dict[str, Moved]:
    """Where people moved sightings, by the sightings' natural keys; the newest move counts, none that was undone."""
    places = ("move", "undo")
    newest = select(func.max(Review.id)).where(Review.kind == "sighting", Review.decision.in_(places))
    found = select(Review.key, Review.lat, Review.lon, Review.radius_km).where(
        Review.id.in_(newest.group_by(Review.key)), Review.decision == "move"
    )
    return {row.key: (row.lat, row.lon, row.radius_km) for row in conn.execute(found)}


def history(conn: Connection, kind: str, key: str) -> Sequence[AnyRow]:
    """Every decision on one thing, the earliest first."""
    found = select(*Review.__table__.columns).where(Review.kind == kind, Review.key == key).order_by(Review.id)
    return conn.execute(found).all()


def concerning(conn: Connection, kind: str, row_id: int, key: str) -> Sequence[AnyRow]:
    """Every decision on one thing, and every split, merger and undoing that names a part of it, the earliest first."""
    parts = _made_of(conn, kind, row_id) | {key}
    told = {r.id: r for r in history(conn, kind, key)}
    found = select(*Review.__table__.columns).where(Review.kind == kind, Review.decision.in_(rulings.RULINGS))
    for r in conn.execute(found):
        if r.these is not None and parts & {*r.these, *(r.others or ())}:
            told[r.id] = r
    return [told[n] for n in sorted(told)]


def unreviewed(conn: Connection, since: datetime, limit: int) -> Sequence[AnyRow]:
    """The newest sightings that nobody confirmed or rejected, seen since then, with the track that they are in.

    All columns of v_sightings; `track_sightings`, `destination`, `destination_id`, `destination_probability` of the
    track, and `membership`: the probability that the sighting is of it.
    """
    return rows(
        conn,
        """SELECT s.*, t.sightings AS track_sightings, t.destination, t.destination_id, t.destination_probability,
                  p.probability AS membership
           FROM v_sightings s LEFT JOIN v_tracks t ON t.id = s.track_id
           LEFT JOIN track_points p ON p.track_id = s.track_id AND p.sighting_id = s.id
           WHERE s.review IS NULL AND s.seen_to >= :since ORDER BY s.seen_to DESC, s.id DESC LIMIT :limit""",
        since=since, limit=limit,
    )  # fmt: skip


def _linkable(conn: Connection, sighting_id: int) -> bool:
    """Whether a sighting may be of a track."""
    found = conn.execute(select(Sighting.key, Sighting.recycled_of).where(Sighting.id == sighting_id)).one()
    verdict = conn.execute(
        select(Review.decision)
        .where(Review.kind == "sighting", Review.key == found.key, Review.decision.in_(sightings.VERDICTS))
        .order_by(Review.id.desc())
        .limit(1)
    ).scalar()
    return verdict == "confirm" or (verdict != "reject" and found.recycled_of is None)


def _link_again(conn: Connection, sighting_id: int) -> None:
    seen_from = conn.execute(select(Sighting.seen_from).where(Sighting.id == sighting_id)).scalar_one()
    sightings.leave_tracks(conn, sighting_id)
    day = observations.bucket_id(conn, "day", (seen_from.date().isoformat(), 0, 0))
    for linker in _current(conn, "track"):
        work.enqueue(conn, linker, [day])


def _link_days(conn: Connection, keys: Collection[str]) -> None:
    """Ask for the days of sightings, by their natural keys, to be linked again."""
    if not keys:
        return
    days = {
        at.date().isoformat()
        for at in conn.execute(select(Sighting.seen_from).where(among(conn, Sighting.key, keys))).scalars()
    }
    for linker in _current(conn, "track"):
        work.enqueue(conn, linker, [observations.bucket_id(conn, "day", (day, 0, 0)) for day in sorted(days)])


def _place_again(conn: Connection, sighting_id: int, named: Collection[str]) -> None:
    """Ask for a sighting, and for these posts, to be put together again."""
    members = select(SightingMember.post_id).where(SightingMember.sighting_id == sighting_id)
    posts = [*conn.execute(members).scalars(), *rulings.current_posts(conn, named).values()]
    touched = {b for locate in _current(conn, "locate") for b in observations.buckets_of_posts(conn, locate, posts)}
    for cluster in _current(conn, "cluster"):
        work.enqueue(conn, cluster, touched)


def _current(conn: Connection, stage: str) -> list[int]:
    found = select(Analyzer.id).where(Analyzer.stage == stage, Analyzer.is_current)
    return list(conn.execute(found).scalars())
