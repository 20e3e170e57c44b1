"""How is a Mastodon account or hashtag polled, without an account of our own?"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from collector.errors import Gone, Misconfigured, Unparseable
from collector.sources.base import Answer, Channel, Page, Post, Reach, Wanted, unreadable
from collector.sources.json_shape import told
from collector.sources.json_values import map_at, text_at
from collector.sources.mastodon import read_status

#: the most that a server gives at a time (https://docs.joinmastodon.org/methods/accounts/#statuses)
PAGE = 40
_HOST = r"(?P<host>(?:[a-z0-9-]+\.)+[a-z0-9-]{2,}|localhost|\d+(?:\.\d+){3})(?P<port>:\d+)?"
_ACCOUNT = re.compile(rf"@?(?P<user>\w[\w.-]*)@{_HOST}", re.IGNORECASE | re.ASCII)
_TAG = re.compile(rf"#(?P<tag>\w+)@{_HOST}", re.IGNORECASE)
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*rel="?next"?', re.IGNORECASE)
#: sites that write /@NAME too, and are no Mastodon
_OTHERS = frozenset({"medium.com", "tiktok.com", "threads.net", "threads.com", "dzen.ru", "ok.ru", "substack.com"})
_HELP = "write an account as @USER@HOST or https://HOST/@USER, a hashtag as #TAG@HOST or https://HOST/tags/TAG"
#: https://docs.joinmastodon.org/entities/Status/, with what servers of version 4.5 send
_STATUS = {
    "id": "s", "created_at": "s", "in_reply_to_id": "s0", "in_reply_to_account_id": "s0", "sensitive": "b",
    "spoiler_text": "s", "visibility": "s", "language": "s0", "uri": "s", "url": "s0", "replies_count": "n",
    "reblogs_count": "n", "favourites_count": "n", "quotes_count": "n", "edited_at": "s0", "content": "s",
    "reblog": "m0", "application": "m0", "account": "m", "media_attachments": "l", "mentions": "l", "tags": "l",
    "emojis": "l", "tagged_collections": "l", "quote": "m0", "quote_id": "s0", "card": "m0", "poll": "m0", "text": "s0",
    "quote_approval": "m0", "filtered": "l0", "favourited": "b", "reblogged": "b", "muted": "b", "bookmarked": "b",
    "pinned": "b0", "local_only": "b0", "content_type": "s0", "reactions": "l", "pleroma": "m",
}  # fmt: skip
_REQUIRED = ("id", "created_at", "content", "account")


class MastodonSource:
    """The public timeline of an account (boosts included) or of a hashtag as one server sees it."""

    platform = "mastodon"
    numbered = False
    min_posts = 1
    max_silence_s = 30 * 86_400.0

    def claims(self, text: str) -> str | None:
        """The name in @USER@HOST, #TAG@HOST, https://HOST/@USER and https://HOST/tags/TAG."""
        name = _from_address(text) if "/" in text else text.strip()
        found = name and (_TAG.fullmatch(name) or (name.startswith("@") and _ACCOUNT.fullmatch(name)))
        return self.name_of(name) if name and found else None

    def name_of(self, text: str) -> str:
        """ "@user@host" or "#tag@host", hosts in lower case."""
        name = _from_address(text) if "/" in text else text.strip()
        if found := _TAG.fullmatch(name or ""):
            return f"#{found['tag']}@{_host(found)}"
        if found := _ACCOUNT.fullmatch(name or ""):
            return f"@{found['user']}@{_host(found)}"
        raise Misconfigured(f"{text[:100]!r} is no Mastodon account or hashtag: {_HELP}")

    def read(self, wanted: Wanted, reach: Reach) -> Page | None:
        """The newest statuses, or those before the status id `wanted.before`."""
        name, _, host = wanted.name[1:].rpartition("@")
        base = (wanted.base_url or f"https://{host}").rstrip("/")
        if wanted.name.startswith("#"):
            answer = reach.get(f"{base}/api/v1/timelines/tag/{quote(name)}{_query(wanted)}", newest=not wanted.before)
            return None if answer.not_modified else _page(answer, Channel(None, None, f"#{name}"))
        channel = _known(wanted.channel_id) or _look_up(base, name, reach)
        try:
            answer = _statuses(base, channel, wanted, reach)
        except Gone:
            if wanted.before or channel.title or channel.name:
                raise
            channel = _look_up(base, name, reach)  # the account was made anew
            answer = _statuses(base, channel, wanted, reach)
        return None if answer.not_modified else _page(answer, channel)


def _statuses(base: str, channel: Channel, wanted: Wanted, reach: Reach) -> Answer:
    url = f"{base}/api/v1/accounts/{quote(channel.id or '')}/statuses{_query(wanted)}"
    return reach.get(url, newest=not wanted.before)


def _query(wanted: Wanted) -> str:
    return f"?limit={PAGE}" + (f"&max_id={quote(wanted.before)}" if wanted.before else "")


def _known(channel_id: str | None) -> Channel | None:
    return Channel(channel_id, None, None) if channel_id else None


def _look_up(base: str, name: str, reach: Reach) -> Channel:
    """The account behind a handle; raises `Gone` where the server knows none."""
    answer = reach.get(f"{base}/api/v1/accounts/lookup?acct={quote(name)}")
    said = _json(answer.body)
    number = text_at(said, "id") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or number is None:
        raise Unparseable(f"{base} does not answer like Mastodon: it gives no account")
    return Channel(number, text_at(said, "acct"), text_at(said, "display_name"))


@dataclass(slots=True)
class _Reading:
    posts: list[Post] = field(default_factory=list)
    listed: list[tuple[str, str]] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    drift: str = ""


def _page(answer: Answer, channel: Channel) -> Page:
    said = _json(answer.body)
    if not isinstance(said, list):
        return unreadable("the answer is no list of statuses: this is no Mastodon timeline")
    reading = _Reading()
    for status in said:
        _take(status, reading)
    statuses = [status for status in said if isinstance(status, Mapping)]
    issues, changed = told(statuses, _STATUS, _REQUIRED)
    return Page(
        "history" if said else "empty", _seen(channel, statuses), tuple(reversed(reading.posts)), _older(answer),
        message="" if said else "the timeline is empty", issues=tuple(dict.fromkeys([*reading.issues, *issues])),
        drift=reading.drift or changed, listed=tuple(reversed(reading.listed)),
    )  # fmt: skip


def _take(status: Any, reading: _Reading) -> None:
    try:
        post = read_status(status, lambda _: None)
    except Unparseable as wrong:
        reading.drift = f"a status that cannot be read: {wrong}"
        reading.issues.append(reading.drift)
        return
    if post is None:  # not public: it counts for what the page lists, and is not kept
        reading.listed.append(("mastodon", text_at(status, "uri") or text_at(status, "id") or ""))
    else:
        reading.posts.append(post)
        reading.listed.append((post.platform, post.native_id))


def _seen(channel: Channel, statuses: list[Mapping[str, Any]]) -> Channel:
    """The account as its newest status shows it, which may have a new title."""
    if channel.id is None:
        return channel
    account = next((map_at(s, "account") for s in statuses if map_at(s, "account").get("id") == channel.id), {})
    return Channel(
        channel.id, text_at(account, "acct") or channel.name, text_at(account, "display_name") or channel.title
    )


def _older(answer: Answer) -> str | None:
    """The `max_id` of the Link header's rel=next; only that is taken of its address."""
    found = _NEXT.search(answer.headers.get("link", ""))
    before = parse_qs(urlsplit(found[1]).query).get("max_id", [""])[0] if found else ""
    return before if before.isascii() and before.isalnum() else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _host(found: re.Match[str]) -> str:
    return (found["host"] + (found["port"] or "")).lower()


def _from_address(text: str) -> str | None:
    """The name in the address of a profile or of a hashtag; a profile of another server is named by that server."""
    try:
        parts = urlsplit(text.strip() if "//" in text else f"https://{text.strip()}")
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    host = parts.netloc.rpartition("@")[2].lower()
    if parts.scheme not in ("http", "https") or not steps or host.removeprefix("www.") in _OTHERS:
        return None
    if steps[0] == "web":
        steps = steps[1:]
    if len(steps) >= 2 and steps[0] in ("tags", "users"):
        return f"#{steps[1]}@{host}" if steps[0] == "tags" else f"@{steps[1]}@{host}"
    if steps and steps[0].startswith("@"):
        return steps[0] if "@" in steps[0][1:] else f"{steps[0]}@{host}"
    return None
