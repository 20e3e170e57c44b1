"""Files that posts show: which are still to be fetched, which post shows which file, which frames were sampled."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from db.among import among
from db.models import CopyKey, Frame, Media, MediaFetch, Post, PostMedia
from db.types import AnyRow
from db.upsert import insert


def pending(conn: Connection, post_ids: Collection[int]) -> list[int]:
    """Row ids of the attachments of these posts that are to be fetched."""
    found = (
        select(PostMedia.id)
        .where(among(conn, PostMedia.post_id, post_ids), PostMedia.state == "pending")
        .order_by(PostMedia.id)
    )
    return list(conn.execute(found).scalars())


def attachment(conn: Connection, post_media_id: int) -> AnyRow | None:
    """An attachment with its post's address: columns of post_media, and `post_url`, `platform`."""
    return conn.execute(
        select(*PostMedia.__table__.columns, Post.url.label("post_url"), Post.platform)
        .join(Post, Post.id == PostMedia.post_id)
        .where(PostMedia.id == post_media_id)
    ).first()


def addresses(conn: Connection, post_media_ids: Collection[int]) -> Sequence[AnyRow]:
    """Where attachments are asked for: rows of id, url, thumb_url, file, post_url, platform."""
    columns = (PostMedia.id, PostMedia.url, PostMedia.thumb_url, PostMedia.file, Post.url.label("post_url"))
    found = select(*columns, Post.platform).join(Post, Post.id == PostMedia.post_id)
    return conn.execute(found.where(among(conn, PostMedia.id, post_media_ids))).all()


def save(conn: Connection, sha256: str, size: int, media_type: str, now: datetime) -> int:
    """The row id of a file by its content; the same content is one row."""
    row = {"sha256": sha256, "bytes": size, "media_type": media_type, "stored_at": now}
    conn.execute(insert(conn, Media).values(row).on_conflict_do_nothing())
    return conn.execute(select(Media.id).where(Media.sha256 == sha256)).scalar_one()


def set_sky(conn: Connection, media_id: int, share: float | None) -> None:
    """Note in how many of a clip's stills a blue sky shows; None where that cannot be told."""
    conn.execute(update(Media).where(Media.id == media_id).values(sky=share))


def total_bytes(conn: Connection) -> int:
    """Bytes of all files but those that were let go."""
    shown = select(PostMedia.id).where(PostMedia.media_id == Media.id)
    gone = shown.where(PostMedia.state == "pruned").exists() & ~shown.where(PostMedia.state != "pruned").exists()
    return int(conn.execute(select(func.coalesce(func.sum(Media.bytes), 0)).where(~gone)).scalar_one())


def attach(conn: Connection, attachment: AnyRow, media_id: int, sha256: str) -> None:
    """Note that an attachment's bytes are this file, which makes every post that shows it a copy of one."""
    conn.execute(update(PostMedia).where(PostMedia.id == attachment.id).values(state="done", media_id=media_id))
    key = {"post_id": attachment.post_id, "kind": "media", "value": sha256}
    conn.execute(insert(conn, CopyKey).values(key).on_conflict_do_nothing())


def save_fetch(conn: Connection, media_id: int, post_media_id: int, answer: dict[str, Any]) -> None:
    """Note which answer brought a file: `answer` are the other columns of media_fetches."""
    conn.execute(insert(conn, MediaFetch).values(answer | {"media_id": media_id, "post_media_id": post_media_id}))


def set_state(conn: Connection, post_media_id: int, state: str) -> None:
    """Note that an attachment failed, or was skipped."""
    conn.execute(update(PostMedia).where(PostMedia.id == post_media_id).values(state=state))


def get(conn: Connection, media_id: int) -> AnyRow | None:
    """A file by its row id."""
    return conn.execute(select(*Media.__table__.columns).where(Media.id == media_id)).first()


def all_ids(conn: Connection) -> list[int]:
    """The row ids of all files, for a new version of an analyzer."""
    return list(conn.execute(select(Media.id)).scalars())


def save_frames(
    conn: Connection, media_id: int, analyzer_id: int, facts: dict[str, Any], frames: Sequence[dict[str, Any]]
) -> None:
    """Store what sampling gave: `facts` are columns of media, `frames` rows without media_id and analyzer_id."""
    conn.execute(update(Media).where(Media.id == media_id).values(facts))
    rows = [f | {"media_id": media_id, "analyzer_id": analyzer_id} for f in frames]
    if rows:
        conn.execute(insert(conn, Frame).on_conflict_do_nothing(), rows)
