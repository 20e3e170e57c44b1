"""Where do our sources get their posts from? Forwards and links to channels that are not sources are counted."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from collector.context import now
from collector.errors import Misconfigured
from collector.sources.telegram import TelegramSource
from db import suggestions
from db.suggestions import Mentioned
from db.types import AnyRow

_TELEGRAM = TelegramSource()


def count_suggestions(conn: Connection, post_ids: Collection[int]) -> None:
    """Count what new posts lead to, in the transaction that stores them, so that each post counts once."""
    met: dict[str, list[tuple[AnyRow, bool]]] = defaultdict(list)
    for post in suggestions.posts(conn, post_ids):
        for name, forward in _met(post):
            met[name].append((post, forward))
    if met:
        suggestions.count(conn, "telegram", {name: _mentioned(found) for name, found in met.items()})


def _met(post: AnyRow) -> Iterator[tuple[str, bool]]:
    """The channels that a post leads to, each once, and whether it was forwarded from there."""
    origin = channel_of(post.forwarded_from_url or "")
    linked = {channel_of(str(link)) for link in post.links}
    own = (post.channel_name or "").lower() if post.platform == "telegram" else ""
    for name in sorted({name for name in (origin, *linked) if name and name != own}):
        yield name, name == origin


def channel_of(url: str) -> str | None:
    """The public channel, in lower case, of the address of one of its posts; None for anything else.

    An address without a post's number may be a person's or a bot's, and one with c/ or + is private.
    """
    found = _TELEGRAM.post_url_parts(url)
    if found is None or "/" in found[0]:
        return None
    try:
        return _TELEGRAM.name_of(found[0]).lower()
    except Misconfigured:
        return None


def _mentioned(found: list[tuple[AnyRow, bool]]) -> Mentioned:
    times = [post.posted_at or now() for post, _ in found]
    forwards = [post for post, forward in found if forward]
    newest = max(found, key=lambda one: (one[1], one[0].posted_at or now()))[0]
    return Mentioned(
        len(forwards), len(found) - len(forwards), forwards[-1].forwarded_from_name if forwards else None, newest.url,
        min(times), max(times),
    )  # fmt: skip
