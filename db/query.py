"""What people ask the store: lists of posts, sightings and tracks, and the whole trail of one of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from db.types import AnyRow, Utc

#: view columns that hold a time: a plain SQL statement does not know their type
TIMES = (
    "changed_at", "seen_from", "seen_to", "first_posted_at", "first_seen", "last_seen", "eta_from", "eta_to",
    "seen_at", "posted_at",
    "collected_at", "last_fetch_at", "last_ok_at", "last_post_at", "next_check_at", "next_retry_at",
    "oldest_asked_at", "recycled_since", "removed_at", "returned_at", "first_missing_at", "last_missing_at", "found_at",
    "since",
)  # fmt: skip


def rows(conn: Connection, sql: str, **values: Any) -> Sequence[AnyRow]:
    """Rows of a statement, with times as aware UTC datetimes on both dialects."""
    times = [bindparam(k, type_=Utc) for k, v in values.items() if isinstance(v, datetime)]
    names = conn.execute(text(f"SELECT * FROM ({sql}) x LIMIT 0").bindparams(*times), values).keys()
    typed = text(sql).bindparams(*times).columns(**{k: Utc for k in names if k in TIMES})
    return conn.execute(typed, values).all()


def posts(conn: Connection, limit: int, channel: str | None = None, since: datetime | None = None) -> Sequence[AnyRow]:
    """The newest current posts with what was made of them."""
    where = "p.is_current"
    where += " AND lower(p.channel_name) = lower(:channel)" if channel else ""
    where += " AND p.posted_at >= :since" if since else ""
    sql = f"""
        SELECT p.id, p.platform, p.channel_name, p.channel_title, p.native_id, p.revision, p.url, p.posted_at, p.edited,
               p.text, p.forwarded_from_name, o.convoy_probability, o.lat, o.lon, o.radius_km, m.sighting_id,
               (SELECT count(*) FROM post_media a WHERE a.post_id = p.id) AS attachments, x.removed_at
        FROM posts p
        LEFT JOIN observations o ON o.post_id = p.id
          AND o.analyzer_id = (SELECT id FROM analyzers WHERE stage = 'locate' AND is_current)
        LEFT JOIN sighting_members m ON m.post_id = p.id
          AND m.analyzer_id = (SELECT id FROM analyzers WHERE stage = 'cluster' AND is_current)
        LEFT JOIN post_absences x ON x.platform = p.platform AND x.native_id = p.native_id
          AND x.removed_at IS NOT NULL AND x.returned_at IS NULL
        WHERE {where} ORDER BY p.posted_at DESC, p.id DESC LIMIT :limit"""
    values: dict[str, Any] = {"limit": limit}
    if channel:
        values["channel"] = channel
    if since:
        values["since"] = since
    return rows(conn, sql, **values)


def sightings(conn: Connection, limit: int) -> Sequence[AnyRow]:
    """The newest sightings, all columns of v_sightings."""
    return rows(conn, "SELECT * FROM v_sightings ORDER BY seen_to DESC, id DESC LIMIT :limit", limit=limit)


def tracks(conn: Connection, limit: int) -> Sequence[AnyRow]:
    """The newest tracks, all columns of v_tracks."""
    return rows(conn, "SELECT * FROM v_tracks ORDER BY last_seen DESC, id DESC LIMIT :limit", limit=limit)


def sighting(conn: Connection, sighting_id: int) -> AnyRow | None:
    """One sighting."""
    return next(iter(rows(conn, "SELECT * FROM v_sightings WHERE id = :id", id=sighting_id)), None)


def track(conn: Connection, track_id: int) -> AnyRow | None:
    """One track."""
    return next(iter(rows(conn, "SELECT * FROM v_tracks WHERE id = :id", id=track_id)), None)


def by_key(conn: Connection, key: str) -> tuple[str, int] | None:
    """What a natural key names: ("track", id) before ("sighting", id), for a track is named by its first sighting."""
    for kind in ("track", "sighting"):
        found = conn.execute(text(f"SELECT id FROM v_{kind}s WHERE key = :key"), {"key": key}).scalar()
        if found is not None:
            return kind, int(found)
    return None


def track_points(conn: Connection, track_id: int) -> Sequence[AnyRow]:
    """The points of a track in order, all columns of v_track_points."""
    return rows(conn, "SELECT * FROM v_track_points WHERE track_id = :id ORDER BY seq", id=track_id)


def all_track_points(conn: Connection) -> Sequence[AnyRow]:
    """The points of all tracks, in order within each."""
    return rows(conn, "SELECT * FROM v_track_points ORDER BY track_id, seq")


def changes(conn: Connection, track_id: int) -> Sequence[AnyRow]:
    """How a track came to be what it is, the earliest change first: all columns of v_track_changes."""
    return rows(
        conn, "SELECT * FROM v_track_changes WHERE track_id = :id OR other_track_id = :id ORDER BY id", id=track_id
    )


def headings(conn: Connection, track_id: int) -> Sequence[AnyRow]:
    """Where a track may head, the most probable first; "elsewhere" among them."""
    return rows(
        conn,
        """SELECT d.destination_id, coalesce(n.name, d.destination_id) AS destination, d.probability
           FROM track_destinations d LEFT JOIN destinations n ON n.id = d.destination_id
           WHERE d.track_id = :id ORDER BY d.probability DESC, d.destination_id""",
        id=track_id,
    )


def trail(conn: Connection, sighting_id: int) -> Sequence[AnyRow]:
    """Every post under a sighting with every piece of evidence in it, originals before their copies."""
    return rows(
        conn,
        """SELECT * FROM v_evidence_trail WHERE sighting_id = :id
           ORDER BY coalesce(copy_of_post_id, post_id), copy_of_post_id IS NOT NULL, posted_at, post_id, ordinal""",
        id=sighting_id,
    )


def doubts(conn: Connection, post_id: int) -> Sequence[AnyRow]:
    """What in its footage speaks against what a post claims: all columns of v_doubts, the strongest first."""
    return rows(conn, "SELECT * FROM v_doubts WHERE post_id = :id ORDER BY probability DESC, kind", id=post_id)


def attachments(conn: Connection, post_id: int) -> Sequence[AnyRow]:
    """The media of a post: kind, state, the file's SHA-256, and how many frames were sampled from it."""
    return rows(
        conn,
        """SELECT a.ordinal, a.kind, a.state, a.duration_s, m.sha256, m.bytes, m.media_type,
                  (SELECT count(*) FROM frames f WHERE f.media_id = m.id) AS frames
           FROM post_media a LEFT JOIN media m ON m.id = a.media_id WHERE a.post_id = :id ORDER BY a.ordinal""",
        id=post_id,
    )


def explanation(conn: Connection, post_id: int) -> str:
    """Why the geolocator put a post where it did, in words."""
    found = conn.execute(
        text(
            """SELECT o.explanation FROM observations o JOIN analyzers a ON a.id = o.analyzer_id
               WHERE o.post_id = :id AND a.stage = 'locate' AND a.is_current"""
        ),
        {"id": post_id},
    ).scalar()
    return str(found or "")


def health(conn: Connection) -> Sequence[AnyRow]:
    """Every source's health, all columns of v_source_health."""
    return rows(conn, "SELECT * FROM v_source_health ORDER BY platform, name")


def withheld(conn: Connection, limit: int, state: str) -> Sequence[AnyRow]:
    """Files that platforms withhold ("withheld"), or that were found elsewhere ("found"), those of new posts first."""
    return rows(
        conn,
        "SELECT * FROM v_withheld WHERE state = :state ORDER BY posted_at DESC, post_id, ordinal LIMIT :limit",
        state=state, limit=limit,
    )  # fmt: skip


def issues(conn: Connection, source_id: int) -> Sequence[AnyRow]:
    """What a source's pages held that was not understood."""
    return rows(conn, "SELECT detail, times FROM source_issues WHERE source_id = :id ORDER BY times DESC", id=source_id)


def stream(conn: Connection, view: str) -> Iterator[AnyRow]:
    """All rows of one of our views, a thousand at a time."""
    if view not in ("v_sightings", "v_tracks", "v_public_sightings"):
        raise ValueError(f"no view to export: {view}")
    names = conn.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys()
    typed = text(f"SELECT * FROM {view} ORDER BY id").columns(**{k: Utc for k in names if k in TIMES})
    yield from conn.execute(typed, execution_options={"yield_per": 1000})
