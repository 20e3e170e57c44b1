"""Which stored posts did a healthy read of their surroundings not show, and since when are they held to be removed?

One read proves little: a page may be short, late or cut. Removed is what two healthy reads, well apart, have missed.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from db.among import among
from db.models import Post, PostAbsence, PostAlias
from db.rows import NewPost
from db.types import AnyRow
from db.upsert import insert

#: how many healthy reads have to miss a post
READS = 2


def expected(conn: Connection, platform: str, channel_id: str, start: datetime, end: datetime) -> list[str]:
    """Native ids of a channel's posts of `start` to `end`, which a page of that stretch should show.

    Only what was once read from a page: an import may hold what a platform never shows in public.
    """
    found = select(Post.native_id).where(
        Post.platform == platform, Post.channel_id == channel_id, Post.is_current, Post.capture_sha256.is_not(None),
        Post.posted_at >= start, Post.posted_at <= end,
    )  # fmt: skip
    return list(conn.execute(found).scalars())


def names(posts: Iterable[NewPost]) -> set[str]:
    """Everything that these posts go by, the names by their channels' numbers included."""
    found: set[str] = set()
    for p in posts:
        lasting = [f"{p.channel_id}/{p.native_id.rpartition('/')[2]}"] if p.channel_id else []
        found.update((p.native_id, *p.aliases, *lasting))
    return found


def canonical(conn: Connection, platform: str, names: Collection[str]) -> set[str]:
    """The native ids under which posts with any of these names are stored."""
    found = select(PostAlias.native_id).where(PostAlias.platform == platform, among(conn, PostAlias.alias, names))
    return set(conn.execute(found).scalars())


def missed(
    conn: Connection, platform: str, native_ids: Collection[str], at: datetime, apart: timedelta, capture: str | None
) -> list[str]:
    """Note that a healthy read missed these posts; returns those that are held to be removed from now on.

    Reads less than `apart` after the one before say nothing new. `capture` is the page that does not show them.
    """
    known = {row.native_id: row for row in _rows(conn, platform, native_ids)}
    removed = []
    for native_id in sorted(native_ids):
        row = known.get(native_id)
        if row is None or row.returned_at is not None:
            _begin(conn, platform, native_id, at, capture)
        elif row.removed_at is None and at - row.last_missing_at >= apart:
            gone = row.reads + 1 >= READS
            _again(conn, row, at, capture, removed_at=at if gone else None)
            removed += [native_id] if gone else []
    return removed


def _begin(conn: Connection, platform: str, native_id: str, at: datetime, capture: str | None) -> None:
    row: dict[str, Any] = {
        "platform": platform, "native_id": native_id, "reads": 1, "first_missing_at": at, "last_missing_at": at,
        "removed_at": None, "returned_at": None, "capture_sha256": capture,
    }  # fmt: skip
    anew = {k: v for k, v in row.items() if k not in ("platform", "native_id")}
    statement = insert(conn, PostAbsence).values(row)
    conn.execute(statement.on_conflict_do_update(index_elements=["platform", "native_id"], set_=anew))


def _again(conn: Connection, row: AnyRow, at: datetime, capture: str | None, removed_at: datetime | None) -> None:
    conn.execute(
        update(PostAbsence)
        .where(PostAbsence.platform == row.platform, PostAbsence.native_id == row.native_id)
        .values(reads=row.reads + 1, last_missing_at=at, removed_at=removed_at, capture_sha256=capture)
    )


def seen(conn: Connection, posts: Sequence[NewPost], at: datetime) -> list[str]:
    """These posts are there: what was missing no longer is. Returns those that had been removed and are back."""
    back: list[str] = []
    for platform in sorted({p.platform for p in posts}):
        there = canonical(conn, platform, names(p for p in posts if p.platform == platform))
        open_rows = [row for row in _rows(conn, platform, there) if row.returned_at is None]
        mine = PostAbsence.platform == platform
        gone = [row.native_id for row in open_rows if row.removed_at is not None]
        once = [row.native_id for row in open_rows if row.removed_at is None]
        returned = update(PostAbsence).where(mine, among(conn, PostAbsence.native_id, gone)).values(returned_at=at)
        if gone:
            conn.execute(returned)
        if once:
            conn.execute(delete(PostAbsence).where(mine, among(conn, PostAbsence.native_id, once)))
        back += sorted(gone)
    return back


def _rows(conn: Connection, platform: str, native_ids: Collection[str]) -> Sequence[AnyRow]:
    columns = PostAbsence.__table__.columns
    mine = PostAbsence.platform == platform, among(conn, PostAbsence.native_id, native_ids)
    return conn.execute(select(*columns).where(*mine)).all()
