"""What is written in media files, and what files say of themselves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from db.models import MediaClaim, PostMedia, Sign
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


def of_post(conn: Connection, post_id: int, analyzer_id: int) -> list[AnyRow]:
    """What is written in the files that a post shows: columns of signs, in order of the attachments."""
    found = (
        select(*Sign.__table__.columns)
        .join(PostMedia, PostMedia.media_id == Sign.media_id)
        .where(PostMedia.post_id == post_id, Sign.analyzer_id == analyzer_id)
        .order_by(PostMedia.ordinal, Sign.ordinal)
    )
    return list(conn.execute(found).all())


def claims_of_post(conn: Connection, post_id: int, analyzer_id: int) -> list[AnyRow]:
    """What the files that a post shows say of themselves: columns of media_claims, in order of the attachments."""
    found = (
        select(*MediaClaim.__table__.columns)
        .join(PostMedia, PostMedia.media_id == MediaClaim.media_id)
        .where(PostMedia.post_id == post_id, MediaClaim.analyzer_id == analyzer_id)
        .order_by(PostMedia.ordinal)
    )
    return list(conn.execute(found).all())
