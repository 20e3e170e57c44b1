"""When may we ask this host again?

One request at a time and at least a gap between the starts of two, per host, for all threads together. A host that
asked for a pause is closed until then: callers are told at once, rather than left to sleep.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from collector.errors import RateLimited, RetryLater

#: the longest pause that a server may ask for: past a day, asking again once is not impolite
MAX_PAUSE_S = 24 * 3600.0
#: the first pause after a 429 that names none; doubles with each one in a row
FIRST_PAUSE_S = 60.0
#: robots.txt may ask for a longer gap, but not for one that stops the polling
MAX_GAP_S = 60.0
_FORGET_OVER = 1024
_POLL_S = 0.1


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds in a `Retry-After` (RFC 9110, 10.2.3: seconds or an HTTP date), from 0 to a day; None when unreadable.

    `now` is the server's clock where it sent a `Date`, so that a wrong clock on either side does no harm.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_PAUSE_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), MAX_PAUSE_S)


@dataclass(slots=True)
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0
    closed_until: float = 0.0
    limited: int = 0
    gap_s: float = 0.0
    users: int = 0


class Politeness:
    """The gaps and pauses of every host. Thread-safe. `stop` ends every wait."""

    def __init__(
        self,
        gap_s: float,
        jitter: float,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap_s, self._jitter = gap_s, jitter
        self._stop = stop or threading.Event()
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold the host for one request, after waiting for others and for the gap.

        Raises `RateLimited` when the host is closed, `RetryLater` when the program is stopping.
        """
        state = self._enter(host)
        try:
            self._wait_for_lock(state)
            try:
                self._raise_if_closed(host, state)
                self._sleep_until(state.next_start)
                state.next_start = self._clock() + self._next_gap(state)
                yield
            finally:
                state.turn.release()
        finally:
            with self._lock:
                state.users -= 1

    def pause(self, host: str, retry_after_s: float | None) -> float:
        """Close the host for what it asked, or for a pause that doubles each time it asks in a row; returns seconds."""
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            asked = FIRST_PAUSE_S * 2.0 ** min(state.limited, 12) if retry_after_s is None else retry_after_s
            seconds = min(asked, MAX_PAUSE_S)
            state.limited += 1
            state.closed_until = max(state.closed_until, self._clock() + seconds)
            return seconds

    def answered(self, host: str) -> None:
        """The host answered properly: the next pause starts small again."""
        with self._lock:
            if host in self._hosts:
                self._hosts[host].limited = 0

    def slow(self, host: str, gap_s: float) -> None:
        """Keep at least this gap to the host (its robots.txt asked for it), up to a minute."""
        with self._lock:
            self._hosts.setdefault(host, _Host()).gap_s = min(gap_s, MAX_GAP_S)

    def _enter(self, host: str) -> _Host:
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            self._raise_if_closed(host, state)
            state.users += 1
            if len(self._hosts) > _FORGET_OVER:
                self._forget_idle()
            return state

    def _forget_idle(self) -> None:
        now = self._clock()
        for name in [n for n, h in self._hosts.items() if not h.users and now > max(h.next_start, h.closed_until)]:
            del self._hosts[name]

    def _raise_if_closed(self, host: str, state: _Host) -> None:
        left = state.closed_until - self._clock()
        if left > 0:
            raise RateLimited(f"{host} asked us to wait; {left:.0f} s are left", left)

    def _wait_for_lock(self, state: _Host) -> None:
        while not state.turn.acquire(timeout=_POLL_S):
            if self._stop.is_set():
                raise RetryLater("the program is stopping; nothing was asked", 0.0)

    def _sleep_until(self, moment: float) -> None:
        if self._stop.wait(max(0.0, moment - self._clock())):
            raise RetryLater("the program is stopping; nothing was asked", 0.0)

    def _next_gap(self, state: _Host) -> float:
        gap = max(self._gap_s, state.gap_s)
        return gap * (1.0 + self._jitter * random.random())
