"""How is a Bluesky account or search polled, through the public AppView?"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from collector.errors import Misconfigured, Unparseable
from collector.sources.base import Channel, Page, Post, Reach, Wanted, unreadable
from collector.sources.bluesky import read_posts
from collector.sources.json_shape import told
from collector.sources.json_values import map_at, maps_at, text_at

#: the most that the AppView gives at a time (lexicons app.bsky.feed.getAuthorFeed and searchPosts)
PAGE = 100
SEARCH = "search:"
_DID = re.compile(r"did:(?:plc:[a-z2-7]{8,40}|web:[a-z0-9.:%-]{3,200})")
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_HELP = (
    "write an account as HANDLE (name.bsky.social), as its DID or as https://bsky.app/profile/HANDLE, "
    "a search as search:WORDS"
)
#: lexicon app.bsky.feed.defs#postView
_VIEW = {
    "$type": "s", "uri": "s", "cid": "s", "author": "m", "record": "m", "embed": "m", "replyCount": "n",
    "repostCount": "n", "likeCount": "n", "quoteCount": "n", "bookmarkCount": "n", "indexedAt": "s", "viewer": "m",
    "labels": "l", "threadgate": "m", "debug": "ms",
}  # fmt: skip
#: lexicon app.bsky.feed.post
_RECORD = {
    "$type": "s", "text": "s", "createdAt": "s", "langs": "l", "facets": "l", "embed": "m", "reply": "m", "labels": "m",
    "tags": "l", "entities": "l", "via": "s",
}  # fmt: skip


class BlueskySource:
    """An author's feed (reposts included), or the newest posts that a search finds."""

    platform = "bluesky"
    numbered = False
    min_posts = 1
    max_silence_s = 30 * 86_400.0

    def claims(self, text: str) -> str | None:
        """The name in an address of bsky.app, a DID, or a handle of bsky.social."""
        plain = text.strip()
        if _from_address(plain) or _DID.fullmatch(plain) or plain.casefold().endswith(".bsky.social"):
            return self.name_of(plain)
        return None

    def name_of(self, text: str) -> str:
        """A handle in lower case, a DID, or "search:WORDS"."""
        plain = _from_address(text.strip()) or text.strip().removeprefix("at://").removeprefix("@")
        if plain.casefold().startswith(SEARCH) and plain[len(SEARCH) :].strip():
            return SEARCH + plain[len(SEARCH) :].strip()
        if _DID.fullmatch(plain):
            return plain
        if _HANDLE.fullmatch(plain):
            return plain.lower()
        raise Misconfigured(f"{text[:100]!r} is no Bluesky account or search: {_HELP}")

    def read(self, wanted: Wanted, reach: Reach) -> Page | None:
        """The newest page, or the one that the server's own cursor leads to."""
        base = wanted.base_url.rstrip("/")
        asked: dict[str, str | int] = {"limit": PAGE} | ({"cursor": wanted.before} if wanted.before else {})
        if wanted.name.startswith(SEARCH):
            query = {"q": wanted.name.removeprefix(SEARCH), "sort": "latest"}
            url, key = f"{base}/xrpc/app.bsky.feed.searchPosts?{urlencode(query | asked)}", "posts"
        else:
            actor = {"actor": wanted.channel_id or wanted.name}  # the DID stays when the handle changes
            url, key = f"{base}/xrpc/app.bsky.feed.getAuthorFeed?{urlencode(actor | asked)}", "feed"
        answer = reach.get(url, newest=wanted.before is None)
        return None if answer.not_modified else _page(answer.body, key, wanted)


def _page(body: bytes, key: str, wanted: Wanted) -> Page:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    listed = said.get(key) if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(listed, list):
        return unreadable(f"the answer has no list of {key}: this is no Bluesky AppView")
    posts: list[Post] = []
    lost: list[str] = []
    for item in listed:
        posts += _read(item, key, lost)
    views = [map_at(item, "post") if key == "feed" else item for item in maps_at(said, key)]
    issues, changed = told(views, _VIEW, ("uri", "author", "record"))
    more, other = told([map_at(view, "record") for view in views], _RECORD, ("text", "createdAt"))
    cursor = text_at(said, "cursor")
    return Page(
        "history" if listed else "empty", _author(views, wanted), tuple(reversed(posts)), cursor if listed else None,
        message="" if listed else "the feed is empty", issues=tuple(dict.fromkeys([*lost, *issues, *more])),
        drift=next(iter(lost), "") or changed or other,
    )  # fmt: skip


def _read(item: Any, key: str, lost: list[str]) -> list[Post]:
    try:
        return list(read_posts(json.dumps({key: [item]})))
    except Unparseable:
        lost.append("an entry of the feed without a post in it")
        return []


def _author(views: list[Mapping[str, Any]], wanted: Wanted) -> Channel:
    """The account of the feed, as its newest own post shows it."""
    if wanted.name.startswith(SEARCH):
        return Channel(None, None, wanted.name)
    asked = {wanted.channel_id, wanted.name}
    own = (map_at(view, "author") for view in views)
    found = next((a for a in own if {text_at(a, "did"), (text_at(a, "handle") or "").lower()} & asked), {})
    return Channel(text_at(found, "did"), text_at(found, "handle"), text_at(found, "displayName"))


def _from_address(text: str) -> str | None:
    """What an address of bsky.app names: a profile, a search, or a hashtag."""
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
    except ValueError:
        return None
    if (parts.hostname or "").removeprefix("www.") != "bsky.app":
        return None
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if len(steps) >= 2 and steps[0] == "profile":
        return steps[1]
    if len(steps) >= 2 and steps[0] == "hashtag":
        return f"{SEARCH}#{steps[1]}"
    words = parse_qs(parts.query).get("q", [""])[0]
    return f"{SEARCH}{words}" if steps[:1] == ["search"] and words else None
