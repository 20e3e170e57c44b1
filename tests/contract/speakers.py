"""Servers that speak each kind of source's own format, with pages, validators and moods, about one made-up world."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.integration.loopback import Handler, Site
from tests.unit import telegram_pages

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)
DID = "did:plc:northroadwatch22222"
CHANNEL = "UCnorthroadwatch00000000"
Whim = tuple[int, dict[str, str]]


@dataclass
class World:
    """Posts 1 to `newest`, `page` of them a page. `plan` are the next failures, None for a good answer."""

    newest: int = 0
    page: int = 5
    etag: bool = False
    spoilt: bytes | None = None
    texts: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    plan: list[Whim | None] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def text(self, number: int) -> str:
        return self.texts.get(number, f"Report number {number} from the northern road")

    def at(self, number: int) -> datetime:
        return START + timedelta(hours=number)

    def before(self, number: int | None) -> list[int]:
        """A page of posts, the newest first."""
        there = [n for n in range(1, self.newest + 1) if n not in self.deleted and (number is None or n < number)]
        return there[::-1][: self.page]

    def is_last(self, shown: list[int]) -> bool:
        return not shown or not self.before(min(shown))

    def give(self, handler: Handler, body: bytes, kind: str, **headers: str) -> None:
        whim = self.plan.pop(0) if self.plan else None
        if whim:
            return handler.reply(whim[0], b'{"error": "not now"}', **whim[1])
        body = body if self.spoilt is None else self.spoilt
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.etag and handler.headers.get("If-None-Match") == tag:
            return handler.reply(304, ETag=tag)
        validators = {"ETag": tag} if self.etag else {}
        return handler.reply(200, body, Content_Type=kind, **validators, **headers, **self.headers)


@dataclass(frozen=True)
class Speaker:
    """One kind of source: how it is named, what of the settings leads to the loopback server, and what it answers."""

    title: str
    platform: str
    name: Callable[[Site], str]
    serve: Callable[[Site, World], None]
    section: str = ""
    paged: bool = True
    is_json: bool = False

    def __str__(self) -> str:
        return self.title

    def settings(self, site: Site) -> dict[str, Any]:
        return {f"{self.section}__base_url": site.base} if self.section else {}


def asked(handler: Handler, key: str) -> int | None:
    found = parse_qs(urlsplit(handler.path).query).get(key)
    return int(found[0]) if found else None


def _telegram(site: Site, world: World) -> None:
    def page(handler: Handler) -> None:
        shown = world.before(asked(handler, "before"))
        inner = '<div class="tgme_widget_message_hologram"></div>' if world.more else ""
        messages = [
            telegram_pages.message(n, inner, text=world.text(n), at=world.at(n).isoformat()) for n in reversed(shown)
        ]
        world.give(handler, telegram_pages.page(*messages), "text/html; charset=utf-8")

    site.on(f"/s/{telegram_pages.NAME}", page)


def _rss(site: Site, world: World) -> None:
    def feed(handler: Handler) -> None:
        items = "".join(
            f"<item><guid isPermaLink='false'>{n}</guid><title>{escape(world.text(n))}</title>"
            f"<link>/{n}</link><pubDate>{format_datetime(world.at(n))}</pubDate></item>"
            for n in world.before(None)
        )
        body = (
            f"<rss version='2.0'><channel><title>Northern road</title><link>{site.base}</link>{items}</channel></rss>"
        )
        world.give(handler, body.encode(), "application/rss+xml")

    site.on("/news.xml", feed)


def _atom(site: Site, world: World) -> None:
    def feed(handler: Handler) -> None:
        shown = world.before(asked(handler, "before"))
        older = "" if world.is_last(shown) else f"<link rel='prev-archive' href='/atom?before={min(shown)}'/>"
        entries = "".join(
            f"<entry><id>tag:road,{n}</id><content>{escape(world.text(n))}</content>"
            f"<link href='{site.base}/{n}'/><published>{world.at(n).isoformat()}</published></entry>"
            for n in shown
        )
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Northern road</title>{older}{entries}</feed>"
        world.give(handler, body.encode(), "application/atom+xml")

    site.on("/atom", feed)


def _json_feed(site: Site, world: World) -> None:
    def feed(handler: Handler) -> None:
        shown = world.before(asked(handler, "before"))
        said: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1", "title": "Northern road",
            "items": [
                {"id": f"{n}", "url": f"{site.base}/{n}", "content_text": world.text(n),
                 "date_published": world.at(n).isoformat(), "_own": {"n": n}} | world.more
                for n in shown
            ],
        }  # fmt: skip
        if not world.is_last(shown):
            said["next_url"] = f"{site.base}/feed.json?before={min(shown)}"
        world.give(handler, json.dumps(said).encode(), "application/feed+json")

    site.on("/feed.json", feed)


def _status(world: World, n: int) -> dict[str, Any]:
    return {
        "id": f"{1000 + n}", "uri": f"https://road.example/users/watch/statuses/{1000 + n}",
        "url": f"https://road.example/@watch/{1000 + n}", "created_at": world.at(n).isoformat(),
        "content": f"<p>{escape(world.text(n))}</p>", "visibility": "public", "language": "en", "reblog": None,
        "edited_at": world.at(n).isoformat() if n in world.texts else None, "media_attachments": [], "mentions": [],
        "tags": [], "account": {"id": "77", "acct": "watch", "display_name": "Road watch", "url": "https://road.example/@watch"},
    } | world.more  # fmt: skip


def _timeline(world: World, path: str) -> Callable[[Handler], None]:
    def statuses(handler: Handler) -> None:
        most = asked(handler, "max_id")
        shown = world.before(most - 1000 if most else None)
        links = {}
        if shown:
            base = f"http://{handler.headers['Host']}{path}?limit=40"
            older = [] if world.is_last(shown) else [f'<{base}&max_id={1000 + min(shown)}>; rel="next"']
            links = {"Link": ", ".join([*older, f'<{base}&min_id={1000 + max(shown)}>; rel="prev"'])}
        world.give(handler, json.dumps([_status(world, n) for n in shown]).encode(), "application/json", **links)

    return statuses


def _mastodon(site: Site, world: World) -> None:
    account = json.dumps({"id": "77", "acct": "watch", "display_name": "Road watch"}).encode()
    site.page("/api/v1/accounts/lookup", account, Content_Type="application/json")
    path = "/api/v1/accounts/77/statuses"
    site.on(path, _timeline(world, path))


def _hashtag(site: Site, world: World) -> None:
    path = "/api/v1/timelines/tag/road"
    site.on(path, _timeline(world, path))


def _bluesky(key: str, method: str) -> Callable[[Site, World], None]:
    def serve(site: Site, world: World) -> None:
        def feed(handler: Handler) -> None:
            shown = world.before(asked(handler, "cursor"))
            views = [
                {
                    "uri": f"at://{DID}/app.bsky.feed.post/3k{n:06}", "cid": f"bafy{n}",
                    "author": {"did": DID, "handle": "road.example", "displayName": "Road watch"},
                    "record": {"text": world.text(n), "createdAt": world.at(n).isoformat()},
                    "indexedAt": world.at(n).isoformat(),
                } | world.more
                for n in shown
            ]  # fmt: skip
            said: dict[str, Any] = {key: [{"post": view} for view in views] if key == "feed" else views}
            if not world.is_last(shown):
                said["cursor"] = f"{min(shown)}"
            world.give(handler, json.dumps(said).encode(), "application/json")

        site.on(f"/xrpc/app.bsky.feed.{method}", feed)

    return serve


def _youtube(site: Site, world: World) -> None:
    def feed(handler: Handler) -> None:
        entries = "".join(
            f"<entry><id>yt:video:clip{n:07}</id><yt:videoId>clip{n:07}</yt:videoId><title>{escape(world.text(n))}</title>"
            f"<link rel='alternate' href='https://www.youtube.com/watch?v=clip{n:07}'/>"
            f"<published>{world.at(n).isoformat()}</published>"
            f"<media:group><media:description>{escape(world.text(n))}</media:description></media:group></entry>"
            for n in world.before(None)
        )
        body = (
            "<feed xmlns:yt='http://www.youtube.com/xml/schemas/2015' xmlns:media='http://search.yahoo.com/mrss/' "
            f"xmlns='http://www.w3.org/2005/Atom'><title>Northern road</title>{entries}</feed>"
        )
        world.give(handler, body.encode(), "text/xml; charset=UTF-8")

    site.on("/feeds/videos.xml", feed)


SPEAKERS = (
    Speaker("telegram", "telegram", lambda site: telegram_pages.NAME, _telegram, "telegram"),
    Speaker("rss", "feed", lambda site: f"{site.base}/news.xml", _rss, paged=False),
    Speaker("atom", "feed", lambda site: f"{site.base}/atom", _atom),
    Speaker("json feed", "feed", lambda site: f"{site.base}/feed.json", _json_feed, is_json=True),
    Speaker("mastodon account", "mastodon", lambda site: "@watch@road.example", _mastodon, "mastodon", is_json=True),
    Speaker("mastodon hashtag", "mastodon", lambda site: "#road@road.example", _hashtag, "mastodon", is_json=True),
    Speaker(
        "bluesky", "bluesky", lambda site: "road.example", _bluesky("feed", "getAuthorFeed"), "bluesky", is_json=True,
    ),
    Speaker(
        "bluesky search", "bluesky", lambda site: "search:northern road", _bluesky("posts", "searchPosts"), "bluesky",
        is_json=True,
    ),
    Speaker("youtube", "youtube", lambda site: CHANNEL, _youtube, "youtube", paged=False),
)  # fmt: skip
