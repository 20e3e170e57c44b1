"""How is it going? What status, metrics and alerts ask the store, each cheap enough for once a minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from db.models import (
    Analyzer,
    Capture,
    Destination,
    Fetch,
    FetchCapture,
    Frame,
    Host,
    Media,
    Post,
    Sighting,
    Source,
    SourceIssue,
    Track,
    TrackDestination,
    TrackPoint,
    Work,
)
from db.query import rows
from db.types import AnyRow

#: how many gaps between posts say what a source's usual gap is
_GAPS = 50


def sources(conn: Connection) -> Sequence[AnyRow]:
    """Every source that is polled, with what its schedule and its health are."""
    columns = (
        Source.id, Source.platform, Source.name, Source.state, Source.failures, Source.last_error_kind,
        Source.last_error, Source.last_fetch_at, Source.last_ok_at, Source.last_post_at, Source.next_check_at,
        Source.interval_s, Source.added_at, Source.canary, Source.max_silence_s,
    )  # fmt: skip
    return conn.execute(select(*columns).where(Source.enabled).order_by(Source.platform, Source.name)).all()


def usual_gap_s(conn: Connection, source_id: int) -> float | None:
    """Three quarters of a source's latest gaps between posts are no longer than this; None when it has too few."""
    times = conn.execute(
        select(Post.posted_at)
        .where(Post.source_id == source_id, Post.is_current, Post.posted_at.is_not(None))
        .order_by(Post.posted_at.desc())
        .limit(_GAPS + 1)
    ).scalars().all()  # fmt: skip
    gaps = sorted((a - b).total_seconds() for a, b in pairwise(times) if a and b)
    return gaps[len(gaps) * 3 // 4] if len(gaps) >= 4 else None


def backlog(conn: Connection, now: datetime) -> Sequence[AnyRow]:
    """A row a stage and state that is not over: items, how many could be done now, and since when they wait."""
    due = and_(Work.state == "pending", or_(Work.retry_at.is_(None), Work.retry_at <= now))
    asked = func.min(case((due, Work.asked_at)))
    return conn.execute(
        select(
            Analyzer.stage, Work.state, func.count().label("items"), func.sum(case((due, 1), else_=0)).label("due"),
            asked.label("oldest_at"),
        )
        .join(Work, Work.analyzer_id == Analyzer.id)
        .where(Work.state.in_(("pending", "running", "failed", "poisoned")))
        .group_by(Analyzer.stage, Work.state)
        .order_by(Analyzer.stage, Work.state)
    ).all()  # fmt: skip


def waiting_for(conn: Connection, error_kind: str) -> int:
    """How many inputs wait because their last try ended so."""
    waits = Work.state == "pending", Work.error_kind == error_kind
    return conn.execute(select(func.count()).select_from(Work).where(*waits)).scalar_one()


def lately_failed(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    """A row a stage: inputs that were ended since then, and how many of them failed."""
    bad = case((Work.state.in_(("failed", "poisoned")), 1), else_=0)
    return conn.execute(
        select(Analyzer.stage, func.count().label("ended"), func.sum(bad).label("failed"))
        .join(Work, Work.analyzer_id == Analyzer.id)
        .where(Work.finished_at >= since, Work.state.in_(("done", "empty", "failed", "poisoned")))
        .group_by(Analyzer.stage)
    ).all()


def hosts(conn: Connection, now: datetime) -> Sequence[AnyRow]:
    """The servers that are left alone for now, and those that have failed."""
    closed = or_(Host.open_until > now, Host.failures > 0)
    return conn.execute(
        select(Host.host, Host.failures, Host.ask_at, Host.open_until, Host.reason).where(closed).order_by(Host.host)
    ).all()


def stored_bytes(conn: Connection) -> dict[str, tuple[int, int]]:
    """Files and bytes that the store knows of, a folder; bytes of frames are not noted (0)."""
    captures = conn.execute(select(func.count(), func.coalesce(func.sum(Capture.bytes), 0))).one()
    media = conn.execute(select(func.count(), func.coalesce(func.sum(Media.bytes), 0))).one()
    frames = conn.execute(select(func.count(func.distinct(Frame.sha256)))).scalar_one()
    return {"captures": (captures[0], int(captures[1])), "media": (media[0], int(media[1])), "frames": (frames, 0)}


def newest_sighting(conn: Connection) -> AnyRow | None:
    """The sighting seen last, of the version that is shown."""
    return conn.execute(
        select(Sighting.id, Sighting.place, Sighting.seen_to, Sighting.convoy_probability)
        .join(Analyzer, and_(Analyzer.id == Sighting.analyzer_id, Analyzer.is_current))
        .order_by(Sighting.seen_to.desc(), Sighting.id.desc())
        .limit(1)
    ).first()


def heading(conn: Connection, probability: float, since: datetime) -> Sequence[AnyRow]:
    """Shown tracks seen since then that head to a watched destination with at least this probability, best one each."""
    rows = conn.execute(
        select(
            Track.id, Track.key, Track.first_seen, Track.last_seen, Track.sightings, Track.state, Track.road_km,
            Track.vehicles_min, Track.vehicles_max, Track.eta_from, Track.eta_to,
            Destination.id.label("destination_id"), Destination.name.label("destination"), TrackDestination.probability,
        )
        .join(Analyzer, and_(Analyzer.id == Track.analyzer_id, Analyzer.is_current))
        .join(TrackDestination, TrackDestination.track_id == Track.id)
        .join(Destination, and_(Destination.id == TrackDestination.destination_id, Destination.enabled))
        .where(TrackDestination.probability >= probability, Track.last_seen >= since)
        .order_by(TrackDestination.probability, Destination.id)
    ).all()  # fmt: skip
    best = {row.key: row for row in rows}
    return [best[key] for key in sorted(best)]


def last_point(conn: Connection, track_id: int) -> AnyRow | None:
    """Where a track was seen last, with the radius and the name of the place."""
    return conn.execute(
        select(TrackPoint.lat, TrackPoint.lon, TrackPoint.seen_at, Sighting.radius_km, Sighting.place)
        .join(Sighting, Sighting.id == TrackPoint.sighting_id)
        .where(TrackPoint.track_id == track_id)
        .order_by(TrackPoint.seq.desc())
        .limit(1)
    ).first()


def newest_track(conn: Connection) -> AnyRow | None:
    """The track seen last, of the version that is shown."""
    return conn.execute(
        select(Track.id, Track.last_seen, Track.sightings, Track.road_km)
        .join(Analyzer, and_(Analyzer.id == Track.analyzer_id, Analyzer.is_current))
        .order_by(Track.last_seen.desc(), Track.id.desc())
        .limit(1)
    ).first()


def last_fetch_id(conn: Connection) -> int:
    """The number of the newest fetch, 0 before the first."""
    return conn.execute(select(func.coalesce(func.max(Fetch.id), 0))).scalar_one()


def fetches_after(conn: Connection, fetch_id: int, limit: int = 5000) -> Sequence[AnyRow]:
    """Fetches in the order in which they were stored, with the bytes that they brought."""
    brought = (
        select(func.coalesce(func.sum(Capture.bytes), 0))
        .select_from(FetchCapture)
        .join(Capture, Capture.sha256 == FetchCapture.sha256)
        .where(FetchCapture.fetch_id == Fetch.id)
        .scalar_subquery()
    )
    return conn.execute(
        select(
            Fetch.id, Source.platform, Fetch.state, Fetch.error_kind, Fetch.slot, Fetch.started_at, Fetch.finished_at,
            Fetch.posts_new, Fetch.pages, brought.label("bytes"),
        )
        .join(Source, Source.id == Fetch.source_id)
        .where(Fetch.id > fetch_id)
        .order_by(Fetch.id)
        .limit(limit)
    ).all()  # fmt: skip


def new_issues(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    """What parsers met on sources and did not understand, seen since then."""
    return conn.execute(
        select(SourceIssue.source_id, func.count().label("kinds"), func.sum(SourceIssue.times).label("times"))
        .where(SourceIssue.last_at >= since)
        .group_by(SourceIssue.source_id)
    ).all()


def age_s(at: Any, now: datetime) -> float | None:
    """Seconds since a moment; None when there is none."""
    return max(0.0, (now - at) / timedelta(seconds=1)) if at is not None else None


def seen_since(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    """Sightings seen since then that are fresh and that nobody rejected."""
    return rows(
        conn,
        """SELECT id, key, place, lat, lon, radius_km, seen_from, seen_to, convoy_probability, independent_sources,
                  track_id, review FROM v_sightings
           WHERE seen_to >= :since AND recycled_of IS NULL AND (review IS NULL OR review <> 'reject') ORDER BY id""",
        since=since,
    )
