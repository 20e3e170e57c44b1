"""What is written in media files, and what files say of themselves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from db.models import Frame, Media, MediaClaim, Post, PostMedia, Sign
from db.types import AnyRow
from db.upsert import insert


def save(
    conn: Connection, media_id: int, analyzer_id: int, signs: Sequence[dict[str, Any]], claim: dict[str, Any] | None
) -> None:
    """Replace what this analyzer read in a file: rows without `media_id`, `analyzer_id` and `ordinal`."""
    owner = {"media_id": media_id, "analyzer_id": analyzer_id}
    for table in (Sign, MediaClaim):
        conn.execute(delete(table).filter_by(**owner))
    if signs:
        conn.execute(insert(conn, Sign), [row | owner | {"ordinal": n} for n, row in enumerate(signs)])
    if claim:
        conn.execute(insert(conn, MediaClaim).values(claim | owner))


def shows(media_id: Any) -> Any:
    """An attachment is the file, or the file is what its page shows in its stead."""
    return or_(PostMedia.media_id == media_id, PostMedia.poster_id == media_id)


def posts_showing(conn: Connection, media_id: int) -> set[int]:
    """Current posts that show a file."""
    found = select(PostMedia.post_id).join(Post, Post.id == PostMedia.post_id).where(Post.is_current, shows(media_id))
    return set(conn.execute(found).scalars())


def of_post(conn: Connection, post_id: int, analyzer_id: int) -> list[AnyRow]:
    """What is written in the files that a post shows: columns of signs, in order of the attachments."""
    found = (
        select(*Sign.__table__.columns)
        .join(PostMedia, shows(Sign.media_id))
        .where(PostMedia.post_id == post_id, Sign.analyzer_id == analyzer_id)
        .order_by(PostMedia.ordinal, Sign.ordinal)
    )
    return list(conn.execute(found).all())


def of_media(conn: Connection, media_id: int, analyzer_id: int) -> list[AnyRow]:
    """What is written in a file: columns of signs, in order of appearance."""
    mine = select(*Sign.__table__.columns).filter_by(media_id=media_id, analyzer_id=analyzer_id)
    return list(conn.execute(mine.order_by(Sign.ordinal)).all())


def claims_of_post(conn: Connection, post_id: int, analyzer_id: int) -> list[AnyRow]:
    """What the files that a post shows say of themselves: columns of media_claims, in order of the attachments."""
    found = (
        select(*MediaClaim.__table__.columns)
        .join(PostMedia, shows(MediaClaim.media_id))
        .where(PostMedia.post_id == post_id, MediaClaim.analyzer_id == analyzer_id)
        .order_by(PostMedia.ordinal)
    )
    return list(conn.execute(found).all())


def skies_of_post(conn: Connection, post_id: int) -> list[float]:
    """For each clip that a post shows, the share of its stills with a blue sky, where it can be told."""
    found = (
        select(Media.sky)
        .join(PostMedia, shows(Media.id))
        .where(PostMedia.post_id == post_id, Media.sky.is_not(None), Media.banner.is_not(True))
    )
    return [float(sky) for sky in conn.execute(found).scalars() if sky is not None]


def known(conn: Connection, media_id: int) -> bool:
    """Whether anything was read in a file before, by whichever version."""
    return any(
        conn.execute(select(table.media_id).where(table.media_id == media_id).limit(1)).first() is not None
        for table in (Sign, MediaClaim)
    )


def frames(conn: Connection, media_id: int, analyzer_id: int) -> list[AnyRow]:
    """The stills that a version of the sampler kept of a file: columns of frames, in order of time."""
    found = (
        select(*Frame.__table__.columns)
        .where(Frame.media_id == media_id, Frame.analyzer_id == analyzer_id)
        .order_by(Frame.at_ms)
    )
    return list(conn.execute(found).all())
