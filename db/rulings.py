"""What people ruled to be one, or not to be one: splits and mergers that hold, by natural keys.

A ruling names posts (of a sighting: `platform:native_id`) or founding posts of sightings (of a track), so that it
outlives re-analysis. The newest word on a matter counts, and an undo takes back every ruling before it that names
something of what was undone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, String, func, literal, select

from db.among import among
from db.models import Post, Review, Sighting, SightingMember
from db.types import AnyRow

#: decisions that say what is one and what is not, and what takes them back
RULINGS = ("split", "merge", "undo")


@dataclass(frozen=True, slots=True)
class Ruling:
    """`one`: these and the others are one. Otherwise none of these is one with any of the others."""

    one: bool
    these: frozenset[str]
    others: frozenset[str]

    @property
    def named(self) -> frozenset[str]:
        """Everything that it speaks of."""
        return self.these | self.others


def holding(conn: Connection, kind: str) -> list[Ruling]:
    """The rulings on sightings, or on tracks, that were not undone, the oldest first."""
    found = select(Review.key, Review.decision, Review.these, Review.others)
    rows = conn.execute(found.where(Review.kind == kind, Review.decision.in_(RULINGS)).order_by(Review.id))
    return standing(rows.all())


def standing(rows: Iterable[AnyRow]) -> list[Ruling]:
    """What is left of rulings and undoings, the oldest first."""
    held: list[Ruling] = []
    for row in rows:
        these = frozenset(row.these or (row.key,))
        if row.decision == "undo":
            held = [r for r in held if not (r.named & (these | {row.key}))]
        else:
            held.append(Ruling(row.decision == "merge", these, frozenset(row.others or ())))
    return held


def current_posts(conn: Connection, keys: Collection[str]) -> dict[str, int]:
    """The row ids of current posts by their natural keys."""
    if not keys:
        return {}
    platforms, _, natives = zip(*(key.partition(":") for key in sorted(keys)), strict=True)
    name = Post.platform + literal(":", String) + Post.native_id
    named = (among(conn, Post.platform, sorted(set(platforms))), among(conn, Post.native_id, natives))
    found = conn.execute(select(name.label("name"), Post.id).where(Post.is_current, *named))
    return {row.name: row.id for row in found if row.name in keys}


def sightings_of(conn: Connection, analyzer_id: int, keys: Collection[str]) -> dict[str, str]:
    """The key of the sighting that each of these posts is in now, by the posts' natural keys."""
    posts = current_posts(conn, keys)
    name = {row_id: key for key, row_id in posts.items()}
    found = conn.execute(
        select(SightingMember.post_id, Sighting.key)
        .join(Sighting, Sighting.id == SightingMember.sighting_id)
        .where(Sighting.analyzer_id == analyzer_id, among(conn, SightingMember.post_id, name))
    )
    return {name[row.post_id]: row.key for row in found}


def members(conn: Connection, sighting_id: int) -> Sequence[AnyRow]:
    """Posts of a sighting by time: `name` (natural key), `post_id`, `copy_of_post_id`, `native_id`, `url`."""
    name = Post.platform + literal(":", String) + Post.native_id
    return conn.execute(
        select(name.label("name"), Post.id.label("post_id"), SightingMember.copy_of_post_id, Post.native_id, Post.url)
        .join(SightingMember, SightingMember.post_id == Post.id)
        .where(SightingMember.sighting_id == sighting_id)
        .order_by(func.coalesce(Post.posted_at, Post.collected_at), Post.id)
    ).all()
