"""What makes posts copies: keys that they share, the messages they hold, the footage they show."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, func, select

from db.among import among
from db.models import CopyKey, MediaPair, MediaPrint, MediaWord, MessageText, Post, PostMedia, TextAnchor, TextPair
from db.types import AnyRow
from db.upsert import insert

#: kinds of keys that make two posts copies by being the same; the kind "text" names the message that a post holds
SAME = ("origin", "media")


def sharing(conn: Connection, post_ids: Collection[int]) -> set[int]:
    """Current posts that share an origin or a file with one of these, these included; one step, not the closure."""
    mine = (
        select(CopyKey.kind, CopyKey.value)
        .where(among(conn, CopyKey.post_id, post_ids), CopyKey.kind.in_(SAME))
        .distinct()
        .subquery()
    )
    found = conn.execute(
        select(CopyKey.post_id)
        .join(mine, (CopyKey.kind == mine.c.kind) & (CopyKey.value == mine.c.value))
        .join(Post, Post.id == CopyKey.post_id)
        .where(Post.is_current)
    )
    return set(found.scalars()) | set(post_ids)


def keys(conn: Connection, post_ids: Collection[int]) -> list[AnyRow]:
    """Those that are current with the keys that they may share.

    `post_id`, `platform`, `native_id`, `posted_at`, `collected_at`, `kind`, `value`.
    """
    found = conn.execute(
        select(
            Post.id.label("post_id"), Post.platform, Post.native_id, Post.posted_at, Post.collected_at,
            CopyKey.kind, CopyKey.value,
        )
        .outerjoin(CopyKey, (CopyKey.post_id == Post.id) & CopyKey.kind.in_(SAME))
        .where(among(conn, Post.id, post_ids), Post.is_current)
    )  # fmt: skip
    return list(found.all())


# messages


def set_text(conn: Connection, post_id: int, digest: str | None) -> None:
    """Note which message a post holds; None when its words prove nothing."""
    conn.execute(delete(CopyKey).where(CopyKey.post_id == post_id, CopyKey.kind == "text"))
    if digest is not None:
        conn.execute(insert(conn, CopyKey).values({"post_id": post_id, "kind": "text", "value": digest}))


def add_text(conn: Connection, digest: str, hours: float, packed: bytes) -> int | None:
    """The row id of a message that is new; None when it is known."""
    row = {"digest": digest, "hours": hours, "packed": packed}
    added = insert(conn, MessageText).values(row).on_conflict_do_nothing().returning(MessageText.id)
    return conn.execute(added).scalar()


def add_anchor(conn: Connection, anchor: int, text_id: int, crowd: int) -> tuple[list[int], bool]:
    """Note an anchor of a new message. The other messages that have it, none when more than `crowd` do in all; and
    whether it is now, and was not before, that crowded. Of a crowd no more than one too many are kept."""
    known = select(TextAnchor.text_id).where(TextAnchor.anchor == anchor).limit(crowd + 1)
    others = list(conn.execute(known).scalars())
    if len(others) > crowd:
        return [], False
    conn.execute(insert(conn, TextAnchor).values({"anchor": anchor, "text_id": text_id}))
    return (others, False) if len(others) < crowd else ([], True)


def packed_texts(conn: Connection, text_ids: Collection[int]) -> Sequence[AnyRow]:
    """`id`, `digest`, `packed` of messages."""
    columns = (MessageText.id, MessageText.digest, MessageText.packed)
    return conn.execute(select(*columns).where(among(conn, MessageText.id, text_ids))).all()


def add_near(conn: Connection, text_id: int, near: Collection[tuple[int, float]]) -> None:
    """Note the messages that are nearly this one, with the hours that their posts may lie apart; both ways round."""
    rows = [{"text_id": text_id, "near_id": other, "hours": hours} for other, hours in near]
    rows += [{"text_id": other, "near_id": text_id, "hours": hours} for other, hours in near]
    if rows:
        conn.execute(insert(conn, TextPair).on_conflict_do_nothing(), rows)


def near_with(conn: Connection, anchor: int) -> list[tuple[int, int]]:
    """Pairs of messages that are nearly one and share an anchor, each pair once."""
    members = set(conn.execute(select(TextAnchor.text_id).where(TextAnchor.anchor == anchor)).scalars())
    both = (among(conn, TextPair.text_id, members), among(conn, TextPair.near_id, members))
    found = conn.execute(select(TextPair.text_id, TextPair.near_id).where(*both, TextPair.text_id < TextPair.near_id))
    return [(a, b) for a, b in found]


def not_crowded(conn: Connection, anchors: Collection[int], crowd: int) -> bool:
    """Is one of these anchors no formula?"""
    sizes = (
        select(func.count())
        .where(among(conn, TextAnchor.anchor, anchors))
        .group_by(TextAnchor.anchor)
        .having(func.count() <= crowd)
    )
    return conn.execute(sizes.limit(1)).first() is not None


def part(conn: Connection, one: int, other: int) -> None:
    """Two messages are no longer held to be nearly one."""
    for a, b in ((one, other), (other, one)):
        conn.execute(delete(TextPair).where(TextPair.text_id == a, TextPair.near_id == b))


def posts_of_texts(conn: Connection, text_ids: Collection[int]) -> list[AnyRow]:
    """Current posts that hold these messages: `post_id`, `text_id`, `at` (posted, or else collected)."""
    found = (
        select(
            CopyKey.post_id,
            MessageText.id.label("text_id"),
            func.coalesce(Post.posted_at, Post.collected_at).label("at"),
        )
        .join(MessageText, (CopyKey.kind == "text") & (CopyKey.value == MessageText.digest))
        .join(Post, Post.id == CopyKey.post_id)
        .where(among(conn, MessageText.id, text_ids), Post.is_current)
    )
    return list(conn.execute(found).all())


def texts_of_posts(conn: Connection, post_ids: Collection[int]) -> dict[int, float]:
    """The messages that these posts hold, with the hours that posts of each may lie apart."""
    found = (
        select(MessageText.id, MessageText.hours)
        .join(CopyKey, (CopyKey.kind == "text") & (CopyKey.value == MessageText.digest))
        .where(among(conn, CopyKey.post_id, post_ids))
    )
    return {row.id: row.hours for row in conn.execute(found)}


def near_texts(conn: Connection, text_ids: Collection[int]) -> list[AnyRow]:
    """Pairs of these and of what is nearly one of them: `text_id`, `near_id`, `hours`."""
    columns = (TextPair.text_id, TextPair.near_id, TextPair.hours)
    return list(conn.execute(select(*columns).where(among(conn, TextPair.text_id, text_ids))).all())


# footage


def add_print(conn: Connection, media_id: int, packed: bytes, words: Iterable[int]) -> None:
    """Store the fingerprint of a file, and the words that it is looked up by."""
    conn.execute(delete(MediaPrint).where(MediaPrint.media_id == media_id))
    conn.execute(delete(MediaWord).where(MediaWord.media_id == media_id))
    conn.execute(insert(conn, MediaPrint).values({"media_id": media_id, "packed": packed}))
    rows = [{"word": word, "media_id": media_id} for word in sorted(set(words))]
    if rows:
        conn.execute(insert(conn, MediaWord), rows)


def media_with_word(conn: Connection, word: int, most: int) -> list[int]:
    """Files whose fingerprint has a word, at most so many."""
    return list(conn.execute(select(MediaWord.media_id).where(MediaWord.word == word).limit(most)).scalars())


def packed_print(conn: Connection, media_id: int) -> bytes | None:
    """The fingerprint of a file, packed."""
    return conn.execute(select(MediaPrint.packed).where(MediaPrint.media_id == media_id)).scalar()


def set_footage(conn: Connection, media_id: int, found: Collection[tuple[int, float, float, float, bool]]) -> set[int]:
    """Note which files show the footage of this one: (other, score, seconds of this one, of the other, mirrored).

    Returns every file that this joins to it, or parts from it.
    """
    old = set(conn.execute(select(MediaPair.other_id).where(MediaPair.media_id == media_id)).scalars())
    conn.execute(delete(MediaPair).where((MediaPair.media_id == media_id) | (MediaPair.other_id == media_id)))
    rows = []
    for other, score, mine, theirs, mirrored in found:
        same = {"score": score, "mirrored": mirrored}
        rows.append(same | {"media_id": media_id, "other_id": other, "overlap_s": mine})
        rows.append(same | {"media_id": other, "other_id": media_id, "overlap_s": theirs})
    if rows:
        conn.execute(insert(conn, MediaPair), rows)
    return old | {row[0] for row in found}


def posts_of_media(conn: Connection, media_ids: Collection[int]) -> set[int]:
    """Current posts that show these files."""
    found = (
        select(PostMedia.post_id)
        .join(Post, Post.id == PostMedia.post_id)
        .where(among(conn, PostMedia.media_id, media_ids), Post.is_current)
    )
    return set(conn.execute(found).scalars())


def footage_of_posts(conn: Connection, post_ids: Collection[int], score: float) -> list[tuple[int, int]]:
    """Pairs of a post of these and a current post that shows the same footage in another file."""
    theirs = PostMedia.__table__.alias()
    found = (
        select(PostMedia.post_id, theirs.c.post_id)
        .join(MediaPair, MediaPair.media_id == PostMedia.media_id)
        .join(theirs, theirs.c.media_id == MediaPair.other_id)
        .join(Post, Post.id == theirs.c.post_id)
        .where(among(conn, PostMedia.post_id, post_ids), Post.is_current, MediaPair.score >= score)
    )
    return [(a, b) for a, b in conn.execute(found) if a != b]
