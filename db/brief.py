"""What is new since a moment: tracks that moved, sightings, posts that were removed; for a morning meeting."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from db.query import rows
from db.types import AnyRow


def tracks(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    """Tracks last seen since then, those that most probably head to a watched destination first: v_tracks, and `fresh`:
    how many of their sightings were first posted since then."""
    return rows(
        conn,
        """SELECT t.*, (SELECT count(*) FROM track_points p JOIN sightings s ON s.id = p.sighting_id
                        WHERE p.track_id = t.id AND s.posted_at >= :since) AS fresh
           FROM v_tracks t WHERE t.last_seen >= :since AND (t.review IS NULL OR t.review <> 'reject')
           ORDER BY CASE WHEN t.destination_id = 'elsewhere' THEN 1 ELSE 0 END, t.destination_probability DESC, t.id""",
        since=since,
    )


def lone_sightings(conn: Connection, since: datetime, limit: int) -> Sequence[AnyRow]:
    """Fresh sightings first posted since then that are of no track, the most probable first: v_sightings."""
    return rows(
        conn,
        """SELECT * FROM v_sightings WHERE first_posted_at >= :since AND track_id IS NULL AND recycled_of IS NULL
           AND (review IS NULL OR review <> 'reject') ORDER BY convoy_probability DESC, id LIMIT :limit""",
        since=since, limit=limit,
    )  # fmt: skip


def first_posts(conn: Connection, track_id: int, limit: int) -> Sequence[AnyRow]:
    """The earliest posts of a track that copy none: `channel`, `url`, `posted_at`, `sighting_id`, `removed_at`."""
    return rows(
        conn,
        """SELECT DISTINCT coalesce(e.channel_name, e.channel_title, e.platform) AS channel, e.url, e.posted_at,
                  e.sighting_id, e.removed_at, e.post_id
           FROM v_evidence_trail e WHERE e.track_id = :track AND e.copy_of_post_id IS NULL
           ORDER BY e.posted_at, e.post_id LIMIT :limit""",
        track=track_id, limit=limit,
    )  # fmt: skip


def changes(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    """What became of tracks since then, but for those that only began or grew: v_track_changes."""
    return rows(
        conn,
        "SELECT * FROM v_track_changes WHERE changed_at >= :since AND kind NOT IN ('begun', 'grown') ORDER BY id",
        since=since,
    )


def removed(conn: Connection, since: datetime) -> Sequence[AnyRow]:
    """Posts found removed since then: v_removed_posts, and the sighting (`sighting_id`) that stands on each, if any."""
    return rows(
        conn,
        """SELECT x.*, m.sighting_id FROM v_removed_posts x
           LEFT JOIN sighting_members m ON m.post_id = x.post_id AND m.analyzer_id = (
             SELECT id FROM analyzers WHERE stage = 'cluster' AND is_current)
           WHERE x.removed_at >= :since AND x.returned_at IS NULL ORDER BY x.removed_at, x.post_id""",
        since=since,
    )
