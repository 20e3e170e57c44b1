"""What was detected in media files, still by still and as a whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from db.models import Detection, Frame, Media, MediaVehicles, PostMedia
from db.signs import shows
from db.types import AnyRow
from db.upsert import insert


def save(
    conn: Connection, media_id: int, analyzer_id: int, whole: dict[str, Any],
    detected: Sequence[tuple[int, Sequence[dict[str, Any]]]],
) -> None:  # fmt: skip
    """Replace what this analyzer detected in a file: the `whole`, and (row of frames, rows of detections) a still.

    Rows come without their owners and `ordinal`.
    """
    mine = select(Frame.id).where(Frame.media_id == media_id)
    conn.execute(delete(Detection).where(Detection.analyzer_id == analyzer_id, Detection.frame_id.in_(mine)))
    owner = {"media_id": media_id, "analyzer_id": analyzer_id}
    conn.execute(delete(MediaVehicles).filter_by(**owner))
    conn.execute(insert(conn, MediaVehicles).values(whole | owner))
    rows = [
        row | {"frame_id": frame_id, "analyzer_id": analyzer_id, "ordinal": n}
        for frame_id, found in detected for n, row in enumerate(found)
    ]  # fmt: skip
    if rows:
        conn.execute(insert(conn, Detection), rows)


def of_post(conn: Connection, post_id: int, analyzer_id: int) -> list[AnyRow]:
    """What the files that a post shows hold: columns of media_vehicles and the file's `media_type`, in order
    of the attachments; without files that a channel puts under its posts whatever they tell."""
    found = (
        select(*MediaVehicles.__table__.columns, Media.media_type)
        .join(Media, Media.id == MediaVehicles.media_id)
        .join(PostMedia, shows(MediaVehicles.media_id))
        .where(PostMedia.post_id == post_id, MediaVehicles.analyzer_id == analyzer_id, Media.banner.is_not(True))
        .order_by(PostMedia.ordinal)
    )
    return list(conn.execute(found).all())
