"""Who plays the outside world of the soak? Hosts on loopback whose posts come out by the clock, and who note when they
are asked: one speaks Telegram's format, the others publish feeds."""

import itertools
import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from demo.message import Site
from demo.paging import page_of
from demo.render import render_history
from demo.world import DemoChannel, DemoPost, World, world_of

PAGE_SIZE, FEED_SIZE = 16, 50
_ROADS = ("Deir ez-Zor", "Palmyra", "Homs", "Hama", "Tartus", "Jableh", "Latakia", "Damascus", "Aleppo", "Raqqa")


@dataclass(frozen=True)
class Plan:
    """Every post of every source and when it comes out. The first half of the names are Telegram channels."""

    world: World
    telegram: tuple[str, ...]
    feeds: tuple[str, ...]

    def shown(self, name: str, now: datetime) -> tuple[DemoPost, ...]:
        """The posts of a source that are out, oldest first."""
        return tuple(post for post in self.world.channels[name].posts if post.at <= now)

    def expected(self) -> dict[str, str]:
        """Text of each post by "name/number"."""
        return {post.key: post.text for post in self.world.timeline}


def plan(sources: int, posts: int, start: datetime, seconds: float, seed: int) -> Plan:
    """`posts` a source, three of them out at the start, the last well before the end."""
    dice = random.Random(seed)
    names = [f"soak_{n:04d}" for n in range(sources)]
    channels = [_channel(name, 10_000 + n, posts, start, seconds, dice) for n, name in enumerate(names)]
    return Plan(world_of(channels), tuple(names[::2]), tuple(names[1::2]))


def _channel(name: str, number: int, posts: int, start: datetime, seconds: float, dice: random.Random) -> DemoChannel:
    later = sorted(dice.uniform(0, seconds * 0.95) for _ in range(posts - 3))
    moments = [-30.0, -20.0, -10.0, *later]
    made = tuple(
        # whole seconds, as both formats tell them; a few numbers are left out, as if deleted
        DemoPost(
            name,
            1 + n + n // 9,
            (start + timedelta(seconds=at)).replace(microsecond=0),
            _text(name, n, dice),
            views=100,
        )
        for n, at in enumerate(moments)
    )
    return DemoChannel(name, number, f"{name} title", "about", "en", 1000, posts=made)


def _text(name: str, n: int, dice: random.Random) -> str:
    if dice.random() < 0.02:
        place, count = dice.choice(_ROADS), dice.randint(10, 90)
        return f"{name} {n}: a Russian military convoy of {count} trucks is passing {place} right now"
    return f"{name} report {n}: bread costs {dice.randint(100, 999)}, tomatoes {dice.randint(100, 999)}"


class Host(ThreadingHTTPServer):
    """One host. `asked` are the moments (monotonic seconds) at which requests came, whatever they asked for."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plan = plan
        self.asked: list[tuple[float, str]] = []

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def gaps(self) -> list[float]:
        """Seconds between requests that followed each other."""
        moments = sorted(at for at, _ in self.asked)
        return [b - a for a, b in itertools.pairwise(moments)]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        host = cast(Host, self.server)
        host.asked.append((time.monotonic(), self.path))
        url = urlsplit(self.path)
        kind, _, name = url.path.strip("/").partition("/")
        channel = host.plan.world.channels.get(name.removesuffix(".xml"))
        if channel is None or kind not in ("s", "feed"):
            self._reply(404, b"", "text/plain")
            return
        posts = host.plan.shown(channel.name, datetime.now(UTC))
        if kind == "s":
            self._reply(200, _history(host, channel, posts, parse_qs(url.query)).encode(), "text/html; charset=utf-8")
        else:
            self._reply(200, _feed(host, channel, posts[-FEED_SIZE:]).encode(), "application/rss+xml")

    def _reply(self, status: int, body: bytes, kind: str) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def _history(host: Host, channel: DemoChannel, posts: Sequence[DemoPost], query: dict[str, list[str]]) -> str:
    before = int(query["before"][0]) if "before" in query else None
    page = page_of(posts, PAGE_SIZE, before=before)
    site = Site(host.plan.world, host.base, datetime.now(UTC))
    return render_history(site, channel, page.posts, older=page.older, newer=page.newer)


def _feed(host: Host, channel: DemoChannel, posts: Sequence[DemoPost]) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{post.key}</guid><link>{host.base}/post/{post.key}</link>"
        f"<pubDate>{format_datetime(post.at)}</pubDate><description>{escape(post.text)}</description></item>"
        for post in reversed(posts)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{channel.title}</title>"
        f"<link>{host.base}/</link><description>about</description>{items}</channel></rss>"
    )


@dataclass
class Hosts:
    """All hosts, serving while the context is open."""

    plan: Plan
    feeds: int
    telegram: Host = field(init=False)
    others: list[Host] = field(init=False)

    def __enter__(self) -> "Hosts":
        self.telegram, self.others = Host(self.plan), [Host(self.plan) for _ in range(self.feeds)]
        for host in self.all():
            threading.Thread(target=host.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for host in self.all():
            host.shutdown()
            host.server_close()

    def all(self) -> list[Host]:
        """Telegram's first."""
        return [self.telegram, *self.others]

    def feed_url(self, name: str) -> str:
        """Where the feed of a source is."""
        host = self.others[int(name.rpartition("_")[2]) // 2 % len(self.others)]
        return f"{host.base}/feed/{name}.xml"
