"""How do we ask the outside world for bytes? One polite client, for pages and for media.

Politely: one request at a time and a gap per host, conditional requests, Retry-After, robots.txt, an honest
User-Agent; a host that fails again and again is left alone. Safely: no address inside the operator's network at any
hop, sizes capped while reading, and a deadline for each whole request. Every failure is one of `collector.errors`.
"""

import socket
import threading
from typing import BinaryIO, Self, TypeVar

import httpx

from collector.addresses import Guard, Resolver
from collector.errors import Gone, Unparseable
from collector.host_state import Memory
from collector.http_body import beginning, pieces
from collector.http_exchange import Consume, Exchange, Moved, response
from collector.http_resume import Began, NotTheRest, Rest, Start, offset_of
from collector.http_urls import host_of, origin_of, parse, port_of, shown
from collector.http_values import Downloaded, Hop, HttpSettings, Response
from collector.robots import MAX_BYTES as ROBOTS_MAX_BYTES
from collector.robots import Robots

__all__ = ["Downloaded", "HttpSettings", "PoliteClient", "Response"]

T = TypeVar("T")

MAX_REDIRECTS = 5


class PoliteClient:
    """One client for all threads; close it, or use it as a context manager. `stop` ends every wait and read.

    With a `memory`, gaps and pauses hold for all processes that share it, and over restarts.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        stop: threading.Event | None = None,
        resolve: Resolver = socket.getaddrinfo,
        memory: Memory | None = None,
    ) -> None:
        self.settings = settings
        self.guard = Guard(settings.allow_hosts, resolve)
        self._stop = stop or threading.Event()
        self._exchange = Exchange(settings, self.guard, self._stop, memory)
        self._politeness = self._exchange.politeness
        self._robots = Robots(self._fetch_robots)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._exchange.close()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
    ) -> Response:
        """The page at `url`, after redirects.

        Raises `Gone` (404, 410, 401, 403, 451, other 4xx, robots.txt), `RateLimited` (429, 503 with Retry-After, or
        the host is still closed), `RetryLater` (5xx, network, timeout, a host that keeps failing, stopping),
        `Unparseable` (over `max_bytes`, redirect loop, broken encoding), `Unsupported` (not http or https),
        `Misconfigured` (a private address). The error for a status carries the answer.
        """
        limit = self.settings.max_page_bytes if max_bytes is None else max_bytes
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}

        def consume(answer: httpx.Response, hops: tuple[Hop, ...]) -> Response:
            body = b"" if answer.status_code == 304 else b"".join(pieces(answer, limit, self._stop))
            return response(answer, body, hops)

        headers = {name: value for name, value in conditions.items() if value}
        return self._follow(url, headers, self.settings.timeout_s, consume)

    def download(
        self,
        url: str,
        into: BinaryIO,
        max_bytes: int | None = None,
        *,
        rest: Rest | None = None,
        begin: Began | None = None,
    ) -> Downloaded:
        """Write the file at `url` to `into` as it comes. Raises as `get`; what was written before is then partial.

        With `rest` only what is missing is asked for, and taken if it is surely of the same file. `begin` is told,
        before the first write, at which byte of the file that write belongs: 0 when the file comes anew.
        """
        limit = self.settings.max_media_bytes if max_bytes is None else max_bytes

        def consume(answer: httpx.Response, hops: tuple[Hop, ...]) -> Downloaded:
            offset = offset_of(answer, rest)
            if begin:
                begin(Start(str(answer.url), dict(answer.headers), offset))
            size = offset
            for piece in pieces(answer, limit, self._stop, offset):
                into.write(piece)
                size += len(piece)
            told = response(answer, b"", hops)
            return Downloaded(told.url, told.headers, size, told.fetched_at, told.status, told.sent, hops, offset)

        headers, seconds = {"Accept-Encoding": "identity"}, self.settings.download_timeout_s
        if rest:
            try:
                return self._follow(url, headers | rest.headers(), seconds, consume)
            except NotTheRest:
                rest = None
        return self._follow(url, headers, seconds, consume)

    def take_turn(self, url: str) -> None:
        """Wait for the host of `url` as a request would, for a program of others that asks it next. Raises as `get`."""
        with self._politeness.turn(host_of(parse(url))):
            pass

    def pause(self, url: str, seconds: float | None) -> float:
        """Leave the host of `url` alone, as it told a program of others; returns for how many seconds."""
        return self._politeness.pause(host_of(parse(url)), seconds)

    def _follow(
        self, url: str, headers: dict[str, str], seconds: float, consume: Consume[T], robots: bool = True
    ) -> T:  # fmt: skip
        target = parse(url)
        hops: tuple[Hop, ...] = ()
        while len(hops) <= MAX_REDIRECTS:
            if self.settings.proxy:
                self.guard.check_literal(target.host, port_of(target))
            if robots and self.settings.respect_robots:
                self._politeness.slow(host_of(target), self._robots.check(origin_of(target), str(target)))
            outcome = self._exchange.ask(target, headers, seconds, consume, hops)
            if not isinstance(outcome, Moved):
                return outcome
            hops = (*hops, Hop(str(target), outcome.status))
            target = outcome.url
            # validators of a page belong to the address that they came from
            headers = {k: v for k, v in headers.items() if k not in ("If-None-Match", "If-Modified-Since")}
        raise Unparseable(f"{shown(parse(url))}: more than {MAX_REDIRECTS} redirects")

    def _fetch_robots(self, url: str) -> str | None:
        def consume(answer: httpx.Response, _hops: tuple[Hop, ...]) -> str:
            return beginning(answer, ROBOTS_MAX_BYTES).decode("utf-8", "replace")

        try:
            return self._follow(url, {}, self.settings.timeout_s, consume, robots=False)
        except (Gone, Unparseable):
            return None  # RFC 9309, 2.3.1.3: no robots.txt to be had means no rules
