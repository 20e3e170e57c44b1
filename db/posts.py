"""Saving posts so that each is there once, whatever is read twice, under another id, edited, or cut off half-way."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, text, update

from db.among import among
from db.models import CopyKey, Post, PostAlias, PostMedia
from db.rows import NewPost, Saved
from db.types import AnyRow
from db.upsert import insert

_APART = {"aliases", "copy_keys", "media"}
_COLUMNS = [name for name in NewPost.__dataclass_fields__ if name not in _APART]


def save(conn: Connection, source_id: int, posts: Sequence[NewPost], now: datetime, *, fresh: bool = True) -> Saved:
    """Store posts; `fresh` says that they show the present (a poll), not some moment of the past (an import).

    An import that shows an earlier revision again adds nothing. Runs inside the caller's transaction.
    """
    if conn.dialect.name == "postgresql":  # one writer of posts at a time, as on SQLite: the same post may come twice
        conn.execute(text("SELECT pg_advisory_xact_lock(726275)"))
    new: list[int] = []
    revised: list[int] = []
    retired: list[int] = []
    seen = 0
    for post in posts:
        canonical = _canonical(conn, post, retired)
        current = _current(conn, post.platform, canonical) if canonical else None
        if current is None:
            canonical = canonical or _free_name(conn, post)
            new.append(_insert(conn, source_id, post, canonical, 1, now))
        elif not _is_revision(conn, post, canonical or "", current, fresh):
            if _is_whole(post, current.native_id):
                _refresh(conn, post, current)
            seen += 1
        else:
            conn.execute(update(Post).where(Post.id == current.id).values(is_current=False))
            retired.append(current.id)
            revised.append(_insert(conn, current.source_id, post, current.native_id, current.revision + 1, now))
        _note_aliases(conn, post, canonical or post.native_id)
    return Saved(tuple(new), tuple(revised), tuple(retired), seen)


def _canonical(conn: Connection, post: NewPost, retired: list[int]) -> str | None:
    """The native id under which this post is stored, if it is; rows that this ends are added to `retired`."""
    names = among(conn, PostAlias.alias, _names(post))
    theirs = (Post.platform == PostAlias.platform) & (Post.native_id == PostAlias.native_id) & Post.is_current
    stored = conn.execute(
        select(PostAlias.native_id, Post.channel_id)
        .outerjoin(Post, theirs)
        .where(PostAlias.platform == post.platform, names)
    )
    # a name that another channel took over names other posts now
    same = {r.native_id for r in stored if not (post.channel_id and r.channel_id and r.channel_id != post.channel_id)}
    found = sorted(same, key=_numerically)
    if len(found) > 1:
        retired += _join(conn, post.platform, found)
    return found[0] if found else None


def _free_name(conn: Connection, post: NewPost) -> str:
    """The post's native id, or another name of it when a post of another channel has that one."""
    taken = known(conn, post.platform, _names(post))
    return next((name for name in _names(post) if name not in taken), post.native_id)


def _names(post: NewPost) -> list[str]:
    """All native ids that a post goes by; the last is of its channel's number, which nobody can take over."""
    lasting = [f"{post.channel_id}/{post.native_id.rpartition('/')[2]}"] if post.channel_id else []
    return [post.native_id, *post.aliases, *lasting]


def _numerically(native_id: str) -> tuple[int, str, str]:
    """Orders the posts of a channel as they were numbered: an album goes by the number of its first item."""
    number = native_id.rpartition("/")[2]
    return len(number), number, native_id


def _join(conn: Connection, platform: str, native_ids: Sequence[str]) -> list[int]:
    """Two stored posts turned out to be one: the first keeps the name, the other's row (returned) ends."""
    kept, others = native_ids[0], native_ids[1:]
    conn.execute(
        update(PostAlias)
        .where(PostAlias.platform == platform, among(conn, PostAlias.native_id, others))
        .values(native_id=kept)
    )
    ended = update(Post).where(Post.platform == platform, among(conn, Post.native_id, others), Post.is_current)
    return list(conn.execute(ended.values(is_current=False).returning(Post.id)).scalars())


def _current(conn: Connection, platform: str, native_id: str) -> AnyRow | None:
    return conn.execute(
        select(Post.id, Post.source_id, Post.native_id, Post.revision, Post.content_hash, Post.edited).where(
            Post.platform == platform, Post.native_id == native_id, Post.is_current
        )
    ).first()


def _is_revision(conn: Connection, post: NewPost, canonical: str, current: AnyRow, fresh: bool) -> bool:
    if post.content_hash == current.content_hash:
        return False
    if not _is_whole(post, canonical):
        return False
    if fresh:
        return True
    if current.edited and not post.edited:
        return False  # the text before the edit that is stored
    earlier = select(Post.id).where(
        Post.platform == post.platform, Post.native_id == canonical, Post.content_hash == post.content_hash
    )
    return conn.execute(earlier).first() is None


def _is_whole(post: NewPost, canonical: str) -> bool:
    """An album's later items are known by the album's post: an item alone is a part of it, neither it nor an edit."""
    return post.native_id.rpartition("/")[2] == canonical.rpartition("/")[2]


def _insert(conn: Connection, source_id: int, post: NewPost, native_id: str, revision: int, now: datetime) -> int:
    row = {name: getattr(post, name) for name in _COLUMNS} | {
        "source_id": source_id, "native_id": native_id, "revision": revision, "is_current": True, "collected_at": now,
        "links": list(post.links), "warnings": list(post.warnings),
    }  # fmt: skip
    post_id: int = conn.execute(insert(conn, Post).values(row).returning(Post.id)).scalar_one()
    media = [
        {
            "post_id": post_id, "ordinal": n, "kind": m.kind, "url": m.url, "thumb_url": m.thumb_url, "file": m.file,
            "duration_s": m.duration_s, "withheld": m.withheld,
            "state": m.state,
        }
        for n, m in enumerate(post.media)
    ]  # fmt: skip
    if media:
        conn.execute(insert(conn, PostMedia), media)
    keys = [{"post_id": post_id, "kind": kind, "value": value} for kind, value in post.copy_keys]
    if keys:
        conn.execute(insert(conn, CopyKey).on_conflict_do_nothing(), keys)
    return post_id


def _refresh(conn: Connection, post: NewPost, current: AnyRow) -> None:
    """Take over what changes without an edit: views, and the addresses of media, which expire."""
    if post.views is not None:
        conn.execute(update(Post).where(Post.id == current.id).values(views=post.views, views_step=post.views_step))
    fresh = [{"n": n, "new": m.url} for n, m in enumerate(post.media) if m.url]
    if fresh:
        waiting = or_(PostMedia.state == "pending", PostMedia.state == "failed")  # IN is refused in executemany
        conn.execute(
            update(PostMedia)
            .where(PostMedia.post_id == current.id, PostMedia.ordinal == bindparam("n"), waiting)
            .values(url=bindparam("new")),
            fresh,
        )


def _note_aliases(conn: Connection, post: NewPost, native_id: str) -> None:
    rows = [
        {"platform": post.platform, "alias": a, "native_id": native_id}
        for a in {post.native_id, *post.aliases, native_id}
    ]
    conn.execute(insert(conn, PostAlias).on_conflict_do_nothing(), rows)


def known(conn: Connection, platform: str, native_ids: Collection[str]) -> set[str]:
    """Those of the native ids that are stored, under whatever name."""
    return set(
        conn.execute(
            select(PostAlias.alias).where(PostAlias.platform == platform, among(conn, PostAlias.alias, native_ids))
        ).scalars()
    )


def get(conn: Connection, post_id: int) -> AnyRow | None:
    """A post by its row id, all columns."""
    return conn.execute(select(*Post.__table__.columns).where(Post.id == post_id)).first()


def current_ids(conn: Connection) -> list[int]:
    """The row ids of all current posts, for a new version of an analyzer."""
    return list(conn.execute(select(Post.id).where(Post.is_current)).scalars())
