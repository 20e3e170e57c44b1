"""Which files may go, so that nothing a person stands by loses its evidence? Rows never go: only bytes do.

Kept for good: what stands under a sighting or track that a person confirmed, or reviewed without a verdict (open), and
the originals that others copy. Hash, custody and fingerprint of a file that went stay.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, text, update

from db.among import among
from db.models import PostMedia
from db.types import AnyRow, Utc

#: things with a review whose newest verdict is no rejection; a rejected one that was undone is open again
_HELD = """
    SELECT DISTINCT r.key FROM reviews r WHERE r.kind = '{kind}' AND coalesce((
      SELECT x.decision FROM reviews x WHERE x.kind = r.kind AND x.key = r.key
      AND x.decision IN ('confirm', 'reject', 'undo') ORDER BY x.id DESC LIMIT 1), 'open') <> 'reject'"""
#: posts that may lose nothing, in all their revisions
_PROTECTED = f"""
    WITH held AS (
      SELECT s.id FROM sightings s WHERE s.key IN ({_HELD.format(kind="sighting")})
      UNION SELECT p.sighting_id FROM track_points p JOIN tracks t ON t.id = p.track_id
      WHERE t.key IN ({_HELD.format(kind="track")})),
    standing AS (
      SELECT m.post_id FROM sighting_members m JOIN held h ON h.id = m.sighting_id
      UNION SELECT m.copy_of_post_id FROM sighting_members m WHERE m.copy_of_post_id IS NOT NULL),
    protected AS (
      SELECT q.id FROM standing s JOIN posts p ON p.id = s.post_id
      JOIN posts q ON q.platform = p.platform AND q.native_id = p.native_id)"""
#: files all of whose showings are plain downloads under unprotected posts, the oldest news first
_MEDIA = text(
    _PROTECTED
    + """
    SELECT m.id, m.sha256, m.bytes, max(coalesce(p.posted_at, p.collected_at)) AS last_at
    FROM media m JOIN post_media a ON a.media_id = m.id JOIN posts p ON p.id = a.post_id
    WHERE NOT EXISTS (SELECT 1 FROM post_media o WHERE o.media_id = m.id AND o.state NOT IN ('done', 'pruned'))
    AND NOT EXISTS (SELECT 1 FROM post_media o WHERE o.poster_id = m.id)
    AND NOT EXISTS (SELECT 1 FROM post_media o JOIN protected x ON x.id = o.post_id WHERE o.media_id = m.id)
    GROUP BY m.id, m.sha256, m.bytes ORDER BY last_at, m.id"""
).columns(last_at=Utc)
_CAPTURES = text(
    _PROTECTED
    + """
    SELECT c.sha256, c.bytes, c.stored_at AS last_at FROM captures c
    WHERE c.stored_at < :before
    AND NOT EXISTS (SELECT 1 FROM posts p JOIN protected x ON x.id = p.id WHERE p.capture_sha256 = c.sha256)
    AND NOT EXISTS (SELECT 1 FROM post_absences a WHERE a.capture_sha256 = c.sha256)
    ORDER BY c.stored_at, c.sha256"""
).bindparams(bindparam("before", type_=Utc)).columns(last_at=Utc)  # fmt: skip


def media(conn: Connection) -> Sequence[AnyRow]:
    """Files that may go: `id`, `sha256`, `bytes`, `last_at` (when it was last shown), the oldest first."""
    return conn.execute(_MEDIA).all()


def captures(conn: Connection, before: datetime) -> Sequence[AnyRow]:
    """Raw answers that came before then and may go: `sha256`, `bytes`, `last_at`, the oldest first."""
    return conn.execute(_CAPTURES, {"before": before}).all()


def mark(conn: Connection, media_ids: Sequence[int]) -> None:
    """Note that the bytes of these files are gone; to be done before they are removed."""
    conn.execute(update(PostMedia).where(among(conn, PostMedia.media_id, media_ids)).values(state="pruned"))
