"""Which channels do our sources forward from and link to, that are not sources themselves?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from db.among import among
from db.models import Post, Source, Suggestion
from db.types import AnyRow
from db.upsert import insert


@dataclass(frozen=True, slots=True)
class Mentioned:
    """How often one batch of posts was forwarded from a channel or linked to it; `example_url` is one of the posts."""

    forwards: int
    links: int
    title: str | None
    example_url: str | None
    first_at: datetime
    last_at: datetime


def posts(conn: Connection, post_ids: Collection[int]) -> Sequence[AnyRow]:
    """What the counting looks at in these posts."""
    return conn.execute(
        select(
            Post.platform, Post.channel_name, Post.url, Post.posted_at, Post.forwarded_from_name,
            Post.forwarded_from_url, Post.links,
        ).where(among(conn, Post.id, post_ids))
    ).all()  # fmt: skip


def count(conn: Connection, platform: str, found: Mapping[str, Mentioned]) -> None:
    """Add to what is known of each channel; names are lower-case."""
    rows = [
        {
            "platform": platform, "name": name, "title": m.title, "forwards": m.forwards, "links": m.links,
            "example_url": m.example_url, "first_at": m.first_at, "last_at": m.last_at, "dismissed": False,
        }
        for name, m in sorted(found.items())
    ]  # fmt: skip
    for row in rows:
        statement = insert(conn, Suggestion).values(row)
        new = statement.excluded
        conn.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "name"],
                set_={
                    "forwards": Suggestion.forwards + new.forwards, "links": Suggestion.links + new.links,
                    "title": func.coalesce(new.title, Suggestion.title), "example_url": new.example_url,
                    "first_at": _least(conn, Suggestion.first_at, new.first_at),
                    "last_at": _greatest(conn, Suggestion.last_at, new.last_at),
                },
            )
        )  # fmt: skip


def _least(conn: Connection, *values: object) -> object:
    return (func.min if conn.dialect.name == "sqlite" else func.least)(*values)


def _greatest(conn: Connection, *values: object) -> object:
    return (func.max if conn.dialect.name == "sqlite" else func.greatest)(*values)


def listing(conn: Connection, limit: int) -> Sequence[AnyRow]:
    """Channels that are neither sources nor dismissed, those met most often first, as rows of their columns."""
    there = select(Source.id).where(
        Source.platform == Suggestion.platform, func.lower(Source.name) == Suggestion.name, Source.state != "off"
    )
    return conn.execute(
        select(*Suggestion.__table__.columns)
        .where(~Suggestion.dismissed, ~there.exists())
        .order_by((Suggestion.forwards + Suggestion.links).desc(), Suggestion.last_at.desc(), Suggestion.name)
        .limit(limit)
    ).all()


def dismiss(conn: Connection, platform: str, name: str) -> bool:
    """Suggest a channel no more; False when it was never met."""
    mine = (Suggestion.platform == platform, Suggestion.name == name.lower())
    changed = conn.execute(update(Suggestion).where(*mine).values(dismissed=True).returning(Suggestion.name))
    return changed.first() is not None
