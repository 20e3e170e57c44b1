"""What makes posts copies: keys that they share, the messages they hold, the footage they show."""

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, String, cast, delete, func, select, text, update
from sqlalchemy.orm import aliased

from db.among import among
from db.models import CopyKey, Media, MediaPair, MediaPrint, MediaWord, MessageText, Post, PostMedia, TextPair
from db.types import AnyRow, Utc
from db.upsert import insert

_DROP_TEXT = text("DELETE FROM copy_keys WHERE post_id = :post AND kind = 'text'")
_SET_TEXT = text("INSERT INTO copy_keys (post_id, kind, value) VALUES (:post, 'text', :digest)")
_ADD_TEXT = text(
    "INSERT INTO texts (digest, hours, packed) VALUES (:digest, :hours, :packed) ON CONFLICT DO NOTHING RETURNING id"
)
_PART = text("DELETE FROM text_pairs WHERE text_id = :a AND near_id = :b")
_ADD_ANCHOR = text("INSERT INTO text_anchors (anchor, text_id) VALUES (:anchor, :id)")

_THEIRS = aliased(PostMedia)

#: kinds of keys that make two posts copies by being the same; the kind "text" names the message that a post holds,
#: "told" what a post in another language tells just so, "lang" the language that it is told in
SAME = ("origin", "media")


def sharing(conn: Connection, post_ids: Collection[int]) -> set[int]:
    """Current posts that share an origin or a file with one of these, these included; one step, not the closure."""
    sql = """
        SELECT k.post_id FROM (
            SELECT DISTINCT kind, value FROM copy_keys WHERE kind IN ('origin', 'media') AND post_id {ids}
            AND NOT EXISTS (SELECT 1 FROM media f WHERE f.sha256 = value AND f.banner IS TRUE)
        ) m
        JOIN copy_keys k ON k.kind = m.kind AND k.value = m.value JOIN posts p ON p.id = k.post_id WHERE p.is_current"""
    return set(_rows(conn, sql, post_ids).scalars()) | set(post_ids)


def keys(conn: Connection, post_ids: Collection[int]) -> list[AnyRow]:
    """Those that are current with the keys that they may share.

    `post_id`, `platform`, `native_id`, `posted_at`, `collected_at`, `kind`, `value`.
    """
    banners = select(Media.sha256).where(Media.banner.is_(True))
    found = conn.execute(
        select(
            Post.id.label("post_id"), Post.platform, Post.native_id, Post.posted_at, Post.collected_at,
            CopyKey.kind, CopyKey.value,
        )
        .outerjoin(CopyKey, (CopyKey.post_id == Post.id) & CopyKey.kind.in_(SAME) & CopyKey.value.not_in(banners))
        .where(among(conn, Post.id, post_ids), Post.is_current)
    )  # fmt: skip
    return list(found.all())


# messages


def set_text(conn: Connection, post_id: int, digest: str | None) -> None:
    """Note which message a post holds; None when its words prove nothing."""
    conn.execute(_DROP_TEXT, {"post": post_id})
    if digest is not None:
        conn.execute(_SET_TEXT, {"post": post_id, "digest": digest})


def add_text(conn: Connection, digest: str, hours: float, packed: bytes) -> int | None:
    """The row id of a message that is new; None when it is known."""
    added: int | None = conn.execute(_ADD_TEXT, {"digest": digest, "hours": hours, "packed": packed}).scalar()
    return added


def add_anchors(conn: Connection, anchors: Collection[int], text_id: int, crowd: int) -> tuple[set[int], list[int]]:
    """Note the anchors of a new message. The other messages that share one which no more than `crowd` have in all; and
    the anchors that have now, and had not before, more. Of a crowd no more than one too many are kept."""
    holders: dict[int, list[int]] = {anchor: [] for anchor in anchors}
    for anchor, other in _rows(conn, "SELECT anchor, text_id FROM text_anchors WHERE anchor {ids}", anchors):
        holders[anchor].append(other)
    rows = [{"anchor": anchor, "id": text_id} for anchor, others in holders.items() if len(others) <= crowd]
    if rows:
        conn.execute(_ADD_ANCHOR, rows)
    near = {other for others in holders.values() if len(others) < crowd for other in others}
    return near, [anchor for anchor, others in holders.items() if len(others) == crowd]


def packed_texts(conn: Connection, text_ids: Collection[int]) -> Sequence[AnyRow]:
    """`id`, `digest`, `packed` of messages."""
    return _rows(conn, "SELECT id, digest, packed FROM texts WHERE id {ids}", text_ids).all() if text_ids else []


def add_near(conn: Connection, text_id: int, near: Collection[tuple[int, float]]) -> None:
    """Note the messages that are nearly this one, with the hours that their posts may lie apart; both ways round."""
    rows = [{"text_id": text_id, "near_id": other, "hours": hours} for other, hours in near]
    rows += [{"text_id": other, "near_id": text_id, "hours": hours} for other, hours in near]
    if rows:
        conn.execute(insert(conn, TextPair).on_conflict_do_nothing(), rows)


def near_with(conn: Connection, anchors: Collection[int]) -> list[tuple[int, int]]:
    """Pairs of messages that are nearly one and share one of these anchors, each pair once."""
    sql = """
        SELECT DISTINCT p.text_id, p.near_id FROM text_anchors a JOIN text_pairs p ON p.text_id = a.text_id
        JOIN text_anchors b ON b.text_id = p.near_id AND b.anchor = a.anchor
        WHERE p.text_id < p.near_id AND a.anchor {ids}"""
    return [(a, b) for a, b in _rows(conn, sql, anchors)]


def crowded(conn: Connection, anchors: Collection[int], crowd: int) -> set[int]:
    """Those of these anchors that more than so many messages share."""
    sql = "SELECT anchor FROM text_anchors WHERE anchor {ids} GROUP BY anchor HAVING count(*) > :crowd"
    return set(_rows(conn, sql, anchors, crowd=crowd).scalars())


def part(conn: Connection, pairs: Collection[tuple[int, int]]) -> None:
    """Pairs of messages that are no longer held to be nearly one."""
    both = [{"a": a, "b": b} for one, other in pairs for a, b in ((one, other), (other, one))]
    if both:
        conn.execute(_PART, both)


def posts_of_texts(conn: Connection, text_ids: Collection[int]) -> Sequence[AnyRow]:
    """Current posts that hold these messages: `post_id`, `text_id`, `at` (posted, or else collected)."""
    # asked from the digests: a join that begins with the messages' row ids made SQLite read the keys of all posts
    digests = list(_rows(conn, "SELECT digest FROM texts WHERE id {ids}", text_ids).scalars()) if text_ids else []
    found = (
        select(
            CopyKey.post_id,
            MessageText.id.label("text_id"),
            func.coalesce(Post.posted_at, Post.collected_at).label("at"),
        )
        .join(MessageText, MessageText.digest == CopyKey.value)
        .join(Post, Post.id == CopyKey.post_id)
        .where(CopyKey.kind == "text", among(conn, CopyKey.value, digests), Post.is_current)
    )
    return conn.execute(found).all() if digests else []


def texts_of_posts(conn: Connection, post_ids: Collection[int]) -> dict[int, float]:
    """The messages that these posts hold, with the hours that posts of each may lie apart."""
    sql = """
        SELECT t.id, t.hours FROM copy_keys k JOIN texts t ON t.digest = k.value
        WHERE k.kind = 'text' AND k.post_id {ids}"""
    return {row.id: row.hours for row in _rows(conn, sql, post_ids)}


def near_texts(conn: Connection, text_ids: Collection[int]) -> Sequence[AnyRow]:
    """Pairs of these and of what is nearly one of them: `text_id`, `near_id`, `hours`."""
    sql = "SELECT text_id, near_id, hours FROM text_pairs WHERE text_id {ids}"
    return _rows(conn, sql, text_ids).all() if text_ids else []


# reports in several languages


def set_told(conn: Connection, post_id: int, lang: str, keys: Collection[str]) -> None:
    """Note what a post tells, and in which language."""
    conn.execute(delete(CopyKey).where(CopyKey.post_id == post_id, CopyKey.kind.in_(("told", "lang"))))
    rows = [{"post_id": post_id, "kind": "told", "value": key} for key in sorted(set(keys))]
    if rows:
        conn.execute(insert(conn, CopyKey), [*rows, {"post_id": post_id, "kind": "lang", "value": lang}])


def told_alike(conn: Connection, post_ids: Collection[int]) -> Sequence[AnyRow]:
    """Current posts that tell what one of these tells, these included: `post_id`, `key`, `lang`, `at`."""
    if conn.dialect.name == "sqlite":
        statement = _told_statement("IN (SELECT value FROM json_each(:ids))")
        return conn.execute(statement, {"ids": json.dumps([*post_ids])}).all()
    return conn.execute(_told_statement("= ANY(CAST(:ids AS bigint[]))"), {"ids": [*post_ids]}).all()


@cache
def _told_statement(listed: str) -> Executable:
    sql = f"""
        SELECT k.post_id, k.value AS key, l.value AS lang, coalesce(p.posted_at, p.collected_at) AS at
        FROM (SELECT DISTINCT value FROM copy_keys WHERE kind = 'told' AND post_id {listed}) m
        JOIN copy_keys k ON k.kind = 'told' AND k.value = m.value
        JOIN copy_keys l ON l.post_id = k.post_id AND l.kind = 'lang'
        JOIN posts p ON p.id = k.post_id WHERE p.is_current ORDER BY k.value, k.post_id"""
    return text(sql).columns(at=Utc)


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
    sql = """
        SELECT m.post_id, o.post_id FROM post_media m JOIN media_pairs x ON x.media_id = m.media_id
        JOIN post_media o ON o.media_id = x.other_id JOIN posts p ON p.id = o.post_id
        JOIN media a ON a.id = x.media_id JOIN media b ON b.id = x.other_id
        WHERE p.is_current AND x.score >= :score AND m.post_id {ids}
        AND a.banner IS NOT TRUE AND b.banner IS NOT TRUE"""
    return [(a, b) for a, b in _rows(conn, sql, post_ids, score=score) if a != b]


def footage_between(conn: Connection, post_id: int, others: Collection[int]) -> Sequence[AnyRow]:
    """`other_id`, `score`, `overlap_s` (of this post's file), `mirrored`: what one post shows of others' footage, the
    surest first."""
    found = (
        select(_THEIRS.post_id.label("other_id"), MediaPair.score, MediaPair.overlap_s, MediaPair.mirrored)
        .join(MediaPair, MediaPair.other_id == _THEIRS.media_id)
        .join(PostMedia, PostMedia.media_id == MediaPair.media_id)
        .where(PostMedia.post_id == post_id, among(conn, _THEIRS.post_id, set(others) - {post_id}))
        .order_by(MediaPair.score.desc(), _THEIRS.post_id)
    )
    return conn.execute(found).all()


def same_footage(conn: Connection, media_ids: Collection[int], score: float) -> set[int]:
    """Files that show the footage of one of these."""
    sql = "SELECT other_id FROM media_pairs WHERE score >= :score AND media_id {ids}"
    return set(_rows(conn, sql, media_ids, score=score).scalars())


def unsilenced(conn: Connection, media_ids: Collection[int], score: float) -> Sequence[AnyRow]:
    """`id`, `media_type` of these files and of those of the same footage that are not held to be banners."""
    sql = "SELECT id, media_type FROM media WHERE banner IS NOT TRUE AND id {ids}"
    found: Sequence[AnyRow] = _rows(conn, sql, {*media_ids, *same_footage(conn, media_ids, score)}).all()
    return found


def showings(conn: Connection, media_id: int, score: float) -> Sequence[AnyRow]:
    """`channel`, `text`, `posted_at` of all posts, in all revisions, that show the footage of a file: what has been a
    banner stays one."""
    files = [media_id, *same_footage(conn, [media_id], score)]
    channel = func.coalesce(Post.channel_id, Post.channel_name, cast(Post.source_id, String))
    return conn.execute(
        select((Post.platform + ":" + channel).label("channel"), Post.text, Post.posted_at)
        .join(PostMedia, PostMedia.post_id == Post.id)
        .where(among(conn, PostMedia.media_id, files))
    ).all()


def silence(conn: Connection, media_ids: Collection[int]) -> None:
    """Hold these files to be banners, which make nothing a copy."""
    conn.execute(update(Media).where(among(conn, Media.id, media_ids)).values(banner=True))


def _rows(conn: Connection, sql: str, ids: Collection[int], **values: float) -> Any:
    """The rows of a statement, in which {ids} stands for "is one of the ids". Every new post asks these questions:
    statements that are built anew each time took most of the time."""
    if conn.dialect.name == "sqlite":
        return conn.execute(
            _statement(sql, "IN (SELECT value FROM json_each(:ids))"), {"ids": json.dumps([*ids])} | values
        )
    return conn.execute(_statement(sql, "= ANY(CAST(:ids AS bigint[]))"), {"ids": [*ids]} | values)


@cache
def _statement(sql: str, listed: str) -> Executable:
    return text(sql.replace("{ids}", listed))
