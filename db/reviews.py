"""What people decided: kept by natural key, so that it outlives re-analysis."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from db import observations, sightings, work
from db.models import Analyzer, Review, Sighting, SightingMember, Track
from db.query import rows
from db.types import AnyRow
from db.upsert import insert

#: latitude, longitude (degrees) and radius (km) to which a person moved a sighting
Moved = tuple[float, float, float]


def add(
    conn: Connection, kind: str, row_id: int, decision: str, note: str | None, who: str, at: datetime,
    to: Moved | None = None,
) -> str:  # fmt: skip
    """Append a decision on a sighting or track; returns the natural key that it hangs on.

    What it changes about a sighting (its place, or whether it may be of a track) is asked for: it is worked out again.
    """
    model = Sighting if kind == "sighting" else Track
    key: str = conn.execute(select(model.key).where(model.id == row_id)).scalar_one()
    before = _linkable(conn, row_id) if kind == "sighting" else False
    lat, lon, radius_km = to or (None, None, None)
    row = {
        "kind": kind, "key": key, "decision": decision, "note": note, "who": who, "decided_at": at,
        "lat": lat, "lon": lon, "radius_km": radius_km,
    }  # fmt: skip
    conn.execute(insert(conn, Review).values(row))
    if kind == "sighting":
        if decision in ("move", "undo"):
            _place_again(conn, row_id)
        if _linkable(conn, row_id) != before:
            _link_again(conn, row_id)
    return key


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


def _place_again(conn: Connection, sighting_id: int) -> None:
    members = select(SightingMember.post_id).where(SightingMember.sighting_id == sighting_id)
    posts = list(conn.execute(members).scalars())
    touched = {b for locate in _current(conn, "locate") for b in observations.buckets_of_posts(conn, locate, posts)}
    for cluster in _current(conn, "cluster"):
        work.enqueue(conn, cluster, touched)


def _current(conn: Connection, stage: str) -> list[int]:
    found = select(Analyzer.id).where(Analyzer.stage == stage, Analyzer.is_current)
    return list(conn.execute(found).scalars())
