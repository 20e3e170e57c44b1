"""How do we ask the outside world for bytes? One polite client, for pages and for media.

Politely: one request at a time and a gap per host, conditional requests, Retry-After, robots.txt, an honest
User-Agent. Safely: no address inside the operator's network at any hop, sizes capped while reading, and a deadline for
each whole request. Every failure is one of `collector.errors`.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import BinaryIO, Self, TypeVar

import httpx

from collector.addresses import Guard, Resolver
from collector.errors import Gone, RateLimited, RetryLater, Unparseable, Unsupported
from collector.inflate import inflate
from collector.pinned import PinnedTransport, deadline
from collector.politeness import Politeness, parse_retry_after
from collector.robots import MAX_BYTES as ROBOTS_MAX_BYTES
from collector.robots import TOKEN, Robots

T = TypeVar("T")

log = logging.getLogger("collector.http")
# it logs whole URLs, in which media hosts put access tokens
logging.getLogger("httpcore").setLevel(logging.WARNING)

MAX_REDIRECTS = 5
MIB = 1024 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How to ask. Times in seconds, sizes in bytes (after decompression).

    `contact` is a URL or e-mail address at which a publisher can reach the operator. `allow_hosts` are hosts
    (`host` or `host:port`) whose private addresses are permitted. `proxy` is an http or socks5 URL; names are then
    resolved by the proxy, so that only addresses spelled out in a URL can be checked here.
    """

    user_agent: str = ""
    contact: str = ""
    gap_s: float = 2.0
    jitter: float = 0.2
    timeout_s: float = 30.0
    download_timeout_s: float = 900.0
    max_page_bytes: int = 8 * MIB
    max_media_bytes: int = 512 * MIB
    allow_hosts: frozenset[str] = frozenset()
    proxy: str | None = None
    respect_robots: bool = True

    def agent(self) -> str:
        """The User-Agent: `convoywatch/VERSION (+contact)` unless another is set."""
        contact = f" (+{self.contact})" if self.contact else ""
        return self.user_agent or f"{TOKEN}/{_version()}{contact}"


@dataclass(frozen=True, slots=True)
class Response:
    """A page: `url` is the final one, `status` 200 or 304, header names in lower case, `fetched_at` aware UTC."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime

    @property
    def not_modified(self) -> bool:
        """The page is as it was when its `etag` or `last_modified` was given."""
        return self.status == 304

    @property
    def etag(self) -> str | None:
        """The validator to send next time."""
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        """The date to send next time, as the server wrote it."""
        return self.headers.get("last-modified")


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was written out: `url` is the final one, `size` in bytes."""

    url: str
    headers: Mapping[str, str]
    size: int
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class _Moved:
    url: httpx.URL


class PoliteClient:
    """One client for all threads; close it, or use it as a context manager. `stop` ends every wait and read."""

    def __init__(
        self,
        settings: HttpSettings,
        *,
        stop: threading.Event | None = None,
        resolve: Resolver = socket.getaddrinfo,
    ) -> None:
        self.settings = settings
        self.guard = Guard(settings.allow_hosts, resolve)
        self._stop = stop or threading.Event()
        self._politeness = Politeness(settings.gap_s, settings.jitter, self._stop)
        self._robots = Robots(self._fetch_robots)
        # the bare transport: httpx's client adds cookies, netrc and its own redirects, none of which we want
        self._transport = PinnedTransport(self.guard, settings.proxy)
        self._headers = {"User-Agent": settings.agent(), "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        self._timeouts = httpx.Timeout(settings.timeout_s).as_dict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

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
        the host is still closed), `RetryLater` (5xx, network, timeout, stopping), `Unparseable` (over `max_bytes`,
        redirect loop, broken encoding), `Unsupported` (not http or https), `Misconfigured` (a private address).
        """
        limit = self.settings.max_page_bytes if max_bytes is None else max_bytes
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}

        def consume(answer: httpx.Response) -> Response:
            body = b"" if answer.status_code == 304 else b"".join(self._pieces(answer, limit))
            return Response(str(answer.url), answer.status_code, dict(answer.headers), body, datetime.now(UTC))

        headers = {name: value for name, value in conditions.items() if value}
        return self._follow(url, headers, self.settings.timeout_s, consume)

    def download(self, url: str, into: BinaryIO, max_bytes: int | None = None) -> Downloaded:
        """Write the file at `url` to `into` as it comes. Raises as `get`; what was written before is then partial."""
        limit = self.settings.max_media_bytes if max_bytes is None else max_bytes

        def consume(answer: httpx.Response) -> Downloaded:
            size = 0
            for piece in self._pieces(answer, limit):
                into.write(piece)
                size += len(piece)
            return Downloaded(str(answer.url), dict(answer.headers), size, datetime.now(UTC))

        return self._follow(url, {"Accept-Encoding": "identity"}, self.settings.download_timeout_s, consume)

    def _follow(
        self,
        url: str,
        headers: dict[str, str],
        seconds: float,
        consume: Callable[[httpx.Response], T],
        robots: bool = True,
    ) -> T:
        target = _parse(url)
        for _ in range(MAX_REDIRECTS + 1):
            if self.settings.proxy:
                self.guard.check_literal(target.host, _port(target))
            if robots and self.settings.respect_robots:
                delay = self._robots.check(_origin(target), str(target))
                if delay:
                    self._politeness.slow(_host(target), delay)
            outcome = self._once(target, headers, seconds, consume)
            if not isinstance(outcome, _Moved):
                return outcome
            target = outcome.url
            # validators belong to the address that they came from
            headers = {k: v for k, v in headers.items() if not k.startswith("If-")}
        raise Unparseable(f"{_shown(_parse(url))}: more than {MAX_REDIRECTS} redirects")

    def _once(
        self, url: httpx.URL, headers: dict[str, str], seconds: float, consume: Callable[[httpx.Response], T]
    ) -> T | _Moved:
        host = _host(url)
        with self._politeness.turn(host), deadline(seconds), _network_errors(url):
            began = time.monotonic()
            with self._send(url, headers) as answer:
                log.debug("GET %s -> %d in %.2f s", _shown(url), answer.status_code, time.monotonic() - began)
                if answer.status_code in _MOVED:
                    return _Moved(_next(url, answer.headers.get("location", "")))
                self._refuse(host, answer, conditional="If-None-Match" in headers or "If-Modified-Since" in headers)
                self._politeness.answered(host)
                return consume(answer)

    @contextmanager
    def _send(self, url: httpx.URL, headers: dict[str, str]) -> Iterator[httpx.Response]:
        extensions = {"timeout": self._timeouts}
        request = httpx.Request("GET", url, headers=self._headers | headers, extensions=extensions)
        answer = self._transport.handle_request(request)
        answer.request = request
        try:
            yield answer
        finally:
            answer.close()

    def _refuse(self, host: str, answer: httpx.Response, conditional: bool) -> None:
        """Raise unless the answer is a 200, or a 304 that was asked for."""
        status = answer.status_code
        if status == 200 or (status == 304 and conditional):
            return
        what = f"{_shown(answer.url)} answered {status}"
        pause = parse_retry_after(answer.headers.get("retry-after"), _server_clock(answer))
        if status == 429 or (status == 503 and pause is not None):
            seconds = self._politeness.pause(host, pause)
            raise RateLimited(f"{what}: the host asks us to wait {seconds:.0f} s", seconds)
        if status >= 500 or status in (408, 425):
            raise RetryLater(what, pause)
        if status in (404, 410):
            raise Gone(f"{what}: there is no such page, or no longer")
        if status in (401, 403, 451):
            raise Gone(f"{what}: the server does not show this to us (log-in, region or law)")
        if status >= 400:
            raise Gone(f"{what}: the server refuses the request")
        raise Unparseable(f"{what}, which is no answer to a plain request")

    def _pieces(self, answer: httpx.Response, limit: int) -> Iterator[bytes]:
        """The decompressed body in pieces; raises `Unparseable` as soon as it is over `limit` bytes."""
        declared = answer.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:18]) > limit:
            raise Unparseable(f"{_shown(answer.url)} announces {declared} bytes; the limit is {limit}")
        size = 0
        for piece in inflate(answer.iter_raw(_CHUNK), answer.headers.get("content-encoding", "")):
            size += len(piece)
            if size > limit:
                raise Unparseable(f"{_shown(answer.url)} is larger than the limit of {limit} bytes")
            if self._stop.is_set():
                raise RetryLater("the program is stopping; the answer was not read to its end", 0.0)
            yield piece

    def _fetch_robots(self, url: str) -> str | None:
        def consume(answer: httpx.Response) -> str:
            body = bytearray()
            for piece in inflate(answer.iter_raw(_CHUNK), answer.headers.get("content-encoding", "")):
                body += piece
                if len(body) >= ROBOTS_MAX_BYTES:
                    break
            return bytes(body[:ROBOTS_MAX_BYTES]).decode("utf-8", "replace")

        try:
            return self._follow(url, {}, self.settings.timeout_s, consume, robots=False)
        except (Gone, Unparseable):
            return None  # RFC 9309, 2.3.1.3: no robots.txt to be had means no rules


@contextmanager
def _network_errors(url: httpx.URL) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise RetryLater(f"{_shown(url)} took too long ({type(error).__name__})") from error
    except httpx.TransportError as error:
        raise RetryLater(f"{_shown(url)}: {error or type(error).__name__}") from error


def _parse(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unsupported(f"not an address that can be fetched: {text[:200]!r} ({error})") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Unsupported(f"only http and https addresses are fetched, not {text[:200]!r}")
    return url.copy_with(username=None, password=None, fragment=None)


def _next(url: httpx.URL, location: str) -> httpx.URL:
    if not location:
        raise Unparseable(f"{_shown(url)} redirects to nowhere")
    try:
        return _parse(str(url.join(location)))
    except (httpx.InvalidURL, ValueError, Unsupported) as error:
        raise Unparseable(f"{_shown(url)} redirects to what is no web address ({location[:200]!r})") from error


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _host(url: httpx.URL) -> str:
    return url.host if url.port is None else f"{url.host}:{url.port}"


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _shown(url: httpx.URL) -> str:
    """The address without its query, which may hold an access token."""
    return f"{_origin(url)}{url.path}"


def _server_clock(answer: httpx.Response) -> datetime:
    try:
        at = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _version() -> str:
    try:
        return version(TOKEN)
    except PackageNotFoundError:
        return "0"
