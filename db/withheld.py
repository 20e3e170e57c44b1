"""Which files does a platform keep back, which were found elsewhere, and how were they found?"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from db.among import among
from db.models import CopyKey, Media, Post, PostAlias, PostMedia
from db.types import AnyRow
from db.upsert import insert

#: attachments whose bytes are here
HAD = ("done", "found")

_COLUMNS = (
    *PostMedia.__table__.columns, Media.sha256, Media.bytes, Media.stored_at,
    func.coalesce(Media.duration_s, PostMedia.duration_s).label("length_s"),
)  # fmt: skip


def _rows(conn: Connection, *wanted: Any) -> Sequence[AnyRow]:
    """Attachments of current posts, with `sha256`, `bytes` and `length_s` of the file where there is one."""
    return conn.execute(
        select(*_COLUMNS)
        .join(Post, Post.id == PostMedia.post_id)
        .outerjoin(Media, Media.id == PostMedia.media_id)
        .where(Post.is_current, *wanted)
        .order_by(PostMedia.post_id, PostMedia.ordinal)
    ).all()


def waiting(conn: Connection, post_ids: Collection[int]) -> Sequence[AnyRow]:
    """The attachments of these posts that are withheld and not found."""
    return _rows(conn, among(conn, PostMedia.post_id, post_ids), PostMedia.state == "withheld")


def waiting_of(conn: Connection, platform: str, native_id: str) -> Sequence[AnyRow]:
    """The same of the current post that is stored under a native id."""
    return _rows(conn, Post.platform == platform, Post.native_id == native_id, PostMedia.state == "withheld")


def had(conn: Connection, post_ids: Collection[int]) -> Sequence[AnyRow]:
    """The attachments of these posts whose files are here."""
    return _rows(
        conn, among(conn, PostMedia.post_id, post_ids), PostMedia.state.in_(HAD), PostMedia.media_id.is_not(None)
    )


def of_post(conn: Connection, post_id: int) -> Sequence[AnyRow]:
    """The attachments of a current post."""
    return _rows(conn, PostMedia.post_id == post_id)


def post_named(conn: Connection, platform: str, name: str, number: str) -> AnyRow | None:
    """The current post that goes by a number of the channel of this name, or as one item of an album does."""
    same = and_(Post.platform == platform, func.lower(Post.channel_name) == name.lower())
    known = conn.execute(select(Post.channel_id, Post.channel_name).where(same).distinct()).all()
    keys = {f"{first}/{number}" for row in known for first in (row.channel_id, row.channel_name) if first}
    named = select(PostAlias.native_id).where(PostAlias.platform == platform, among(conn, PostAlias.alias, keys))
    found = select(*Post.__table__.columns).where(
        Post.platform == platform, Post.native_id.in_(named), Post.is_current,
        or_(Post.channel_name.is_(None), func.lower(Post.channel_name) == name.lower()),
    )  # fmt: skip
    return conn.execute(found).first()


def post_at(conn: Connection, url: str) -> AnyRow | None:
    """The current post whose address this is."""
    return conn.execute(select(*Post.__table__.columns).where(Post.url == url, Post.is_current)).first()


def showing(conn: Connection, media_id: int) -> set[int]:
    """Current posts that show a file."""
    return {row.post_id for row in _rows(conn, PostMedia.media_id == media_id)}


def give(conn: Connection, row: AnyRow, media_id: int, sha256: str, how: str, at: datetime) -> None:
    """A withheld attachment is this file, found in this way; its post is a copy of all that show the file."""
    found = {"state": "found", "media_id": media_id, "found_by": how, "found_at": at}
    conn.execute(update(PostMedia).where(PostMedia.id == row.id).values(found))
    key = {"post_id": row.post_id, "kind": "media", "value": sha256}
    conn.execute(insert(conn, CopyKey).values(key).on_conflict_do_nothing())


def take_back(conn: Connection, row: AnyRow) -> None:
    """What was found is another file: the attachment is withheld again, and never matched with that file."""
    unfit = sorted({*(row.unfit or []), row.sha256})
    again = {"state": "withheld", "media_id": None, "found_by": None, "found_at": None, "unfit": unfit}
    conn.execute(update(PostMedia).where(PostMedia.id == row.id).values(again))
    other = select(PostMedia.id).where(PostMedia.post_id == row.post_id, PostMedia.media_id == row.media_id)
    if conn.execute(other.limit(1)).first() is None:
        mine = (CopyKey.post_id == row.post_id, CopyKey.kind == "media", CopyKey.value == row.sha256)
        conn.execute(delete(CopyKey).where(*mine))


def offer_file(conn: Connection, row: AnyRow, file: str, url: str | None) -> None:
    """An import brought the file of a withheld attachment along: it is to be taken in like any other."""
    conn.execute(
        update(PostMedia)
        .where(PostMedia.id == row.id)
        .values(state="pending", file=file, found_by="import", url=func.coalesce(url, PostMedia.url))
    )


def inherit(conn: Connection, row: AnyRow, before: AnyRow) -> None:
    """An edited post withholds what was found for it, or refused, before the edit."""
    kept = {"poster_id": before.poster_id, "unfit": before.unfit}
    conn.execute(update(PostMedia).where(PostMedia.id == row.id).values(kept))
    if before.state in HAD and before.media_id is not None:
        how = before.found_by or ("import" if before.file else "edit")
        give(conn, row, before.media_id, before.sha256, how, before.found_at or before.stored_at)


def before_edit(conn: Connection, post_id: int) -> Sequence[AnyRow]:
    """The attachments of the revision before this one."""
    mine = select(Post.platform, Post.native_id, Post.revision).where(Post.id == post_id).subquery()
    older = and_(
        Post.platform == mine.c.platform, Post.native_id == mine.c.native_id, Post.revision == mine.c.revision - 1
    )
    return conn.execute(
        select(*_COLUMNS)
        .join(Post, Post.id == PostMedia.post_id)
        .join(mine, older)
        .outerjoin(Media, Media.id == PostMedia.media_id)
    ).all()  # fmt: skip


def origins(conn: Connection, post_ids: Collection[int]) -> dict[int, set[str]]:
    """The addresses of what each post is, or is forwarded from."""
    found: dict[int, set[str]] = {}
    mine = select(CopyKey.post_id, CopyKey.value).where(
        among(conn, CopyKey.post_id, post_ids), CopyKey.kind == "origin"
    )
    for row in conn.execute(mine):
        found.setdefault(row.post_id, set()).add(row.value)
    return found


# posters


def without_poster(conn: Connection, post_ids: Collection[int]) -> list[int]:
    """Row ids of withheld attachments of these posts that show a picture which is not here."""
    wanted = (PostMedia.state == "withheld", PostMedia.thumb_url.is_not(None), PostMedia.poster_id.is_(None))
    return [row.id for row in _rows(conn, among(conn, PostMedia.post_id, post_ids), *wanted)]


def all_without_poster(conn: Connection) -> list[int]:
    """The same of all posts."""
    wanted = (PostMedia.state == "withheld", PostMedia.thumb_url.is_not(None), PostMedia.poster_id.is_(None))
    return [row.id for row in _rows(conn, *wanted)]


def set_poster(conn: Connection, post_media_id: int, media_id: int) -> None:
    """Note the picture that stands for a withheld attachment."""
    conn.execute(update(PostMedia).where(PostMedia.id == post_media_id).values(poster_id=media_id))
