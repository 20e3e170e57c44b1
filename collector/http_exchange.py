"""How does one request to one host go, politely and within its deadline, and what does its outcome say of the host?"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import httpx
from h2.exceptions import H2Error

from collector.addresses import Guard
from collector.errors import Gone, RetryLater, Unparseable
from collector.host_state import Breaker, Memory
from collector.http_body import remains
from collector.http_headers import spent_for_s
from collector.http_refuse import refusal
from collector.http_urls import following, host_of, shown
from collector.http_values import Hop, HttpSettings, Response
from collector.pinned import PinnedTransport, deadline
from collector.politeness import Politeness

T = TypeVar("T")
#: reads an answer; told the redirects that led to it
Consume = Callable[[httpx.Response, tuple[Hop, ...]], T]

log = logging.getLogger("collector.http")
for _name in ("httpcore", "hpack"):  # they log whole URLs, in which media hosts put access tokens
    logging.getLogger(_name).setLevel(logging.WARNING)

#: how much is kept of the body of an error, bytes
ERROR_BYTES = 256 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Moved:
    """The answer was a redirect to here."""

    url: httpx.URL
    status: int


class Exchange:
    """Requests to all hosts, one at a time to each."""

    def __init__(self, settings: HttpSettings, guard: Guard, stop: threading.Event, memory: Memory | None) -> None:
        breaker = Breaker(settings.break_after, settings.break_s, settings.break_max_s)
        self.politeness = Politeness(
            settings.gap_s, settings.jitter, stop, memory=memory, breaker=breaker, flight_s=settings.timeout_s
        )
        self._stop = stop
        # the bare transport: httpx's client adds cookies, netrc and its own redirects, none of which we want
        self._transport = PinnedTransport(guard, settings.proxy, settings.ca_file)
        self._headers = {"User-Agent": settings.agent(), "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        self._timeouts = httpx.Timeout(settings.timeout_s).as_dict()

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def ask(
        self, url: httpx.URL, headers: dict[str, str], seconds: float, consume: Consume[T], hops: tuple[Hop, ...]
    ) -> T | Moved:
        """What `consume` makes of the answer, or where the address points on. Raises as `PoliteClient.get`."""
        host = host_of(url)
        with self.politeness.turn(host), self._judged(host), deadline(seconds), _network_errors(url):
            began = time.monotonic()
            with self._send(url, headers) as answer:
                self.politeness.arrived(host)
                log.debug("GET %s -> %d in %.2f s", shown(url), answer.status_code, time.monotonic() - began)
                if answer.status_code in _MOVED:
                    return Moved(following(url, answer.headers.get("location", "")), answer.status_code)
                if not _wanted(answer.status_code, headers):
                    told = response(answer, remains(answer, ERROR_BYTES), hops)
                    raise refusal(told, shown(url), lambda pause: self.politeness.pause(host, pause))
                if (spent := spent_for_s(answer.headers)) is not None:
                    self.politeness.spent(host, spent)
                return consume(answer, hops)

    @contextmanager
    def _judged(self, host: str) -> Iterator[None]:
        try:
            yield
        except RetryLater as error:
            if type(error) is RetryLater and not self._stop.is_set():  # the kinds of it are no fault of the host
                self.politeness.failed(host, str(error))
            raise
        except (Gone, Unparseable):
            self.politeness.answered(host, well=False)
            raise
        self.politeness.answered(host)

    @contextmanager
    def _send(self, url: httpx.URL, headers: dict[str, str]) -> Iterator[httpx.Response]:
        extensions = {"timeout": self._timeouts}
        request = httpx.Request("GET", url, headers=self._headers | headers, extensions=extensions)
        whole = False
        try:
            try:
                answer = self._transport.handle_request(request)
            except ValueError as error:  # a status that is no number, over HTTP/2
                raise Unparseable(f"{shown(url)} answered with nonsense ({error})") from error
            answer.request = request
            try:
                yield answer
            finally:
                whole = answer.is_closed or answer.extensions.get("http_version") != b"HTTP/2"
                answer.close()
        finally:
            if not whole:  # httpx closes what was read to its end
                self._transport.drop(url)


def response(answer: httpx.Response, body: bytes, hops: tuple[Hop, ...]) -> Response:
    """The answer as our own value, with what was asked and how it came there."""
    return Response(
        url=str(answer.url),
        status=answer.status_code,
        headers=dict(answer.headers),
        body=body,
        fetched_at=datetime.now(UTC),
        sent=dict(answer.request.headers),
        hops=hops,
    )


def _wanted(status: int, headers: dict[str, str]) -> bool:
    """A 200, or what was asked for by a condition or a range."""
    conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
    return status == 200 or (status == 304 and conditional) or (status in (206, 416) and "Range" in headers)


@contextmanager
def _network_errors(url: httpx.URL) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise RetryLater(f"{shown(url)} took too long ({type(error).__name__})") from error
    except (httpx.TransportError, H2Error) as error:  # httpcore lets some of h2's pass
        raise RetryLater(f"{shown(url)}: {error or type(error).__name__}") from error
