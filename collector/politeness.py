"""When may we ask this host again?

One request at a time and at least a gap between two, per host, for all threads together. A host that asked for a pause
is closed until then, and so, for ever longer, is one that keeps failing: callers are told at once, rather than left to
sleep. With a `Memory` all this holds for all processes on one store, and over restarts and kills:

- A request is noted before it is made, in one step with the question whether it may be made. So of two processes that
  ask at once, one waits.
- The gap counts from the moment the answer began, not from the moment we wrote: a slow connection cannot let two
  requests arrive close together. A process that was killed cannot have noted that moment; therefore a host that was
  asked shortly before this process began is first left alone for one gap from that beginning.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from collector.errors import RateLimited, RetryLater
from collector.host_state import Breaker, HostState, Memory, Standing
from collector.http_headers import MAX_PAUSE_S

#: the first pause after a 429 that names none; doubles with each one in a row
FIRST_PAUSE_S = 60.0
#: robots.txt may ask for a longer gap, but not for one that stops the polling
MAX_GAP_S = 60.0
_FORGET_OVER = 1024
_POLL_S = 0.1


class Politeness:
    """The gaps and pauses of every host. Thread-safe. `stop` ends every wait; `flight_s` is the longest request."""

    def __init__(
        self,
        gap_s: float,
        jitter: float,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        memory: Memory | None = None,
        breaker: Breaker | None = None,
        flight_s: float = 30.0,
    ) -> None:
        self._gap_s, self._jitter, self._flight_s = gap_s, jitter, flight_s
        self._stop = stop or threading.Event()
        self._clock, self._began = clock, clock()
        self._memory, self._breaker = memory, breaker or Breaker()
        self._hosts: dict[str, HostState] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold the host for one request, after waiting for others and for the gap.

        Raises `RateLimited` when the host asked for a pause, `RetryLater` when it keeps failing and is left alone, or
        when the program is stopping.
        """
        state = self._enter(host)
        try:
            self._wait_for_lock(state)
            try:
                self._claim(host, state)
                yield
            finally:
                if not state.arrived:  # it may still be on its way
                    state.next_start = max(state.next_start, self._clock() + self._gap(state))
                state.turn.release()
        finally:
            with self._lock:
                state.users -= 1

    def arrived(self, host: str) -> None:
        """The answer to this turn's request begins: from now on the gap counts."""
        state = self._state(host)
        state.arrived = True
        state.next_start = max(state.next_start, self._clock() + self._gap(state))

    def pause(self, host: str, retry_after_s: float | None) -> float:
        """Close the host for what it asked, or for a pause that doubles each time it asks in a row; returns seconds."""
        state = self._state(host)
        asked = FIRST_PAUSE_S * 2.0 ** min(state.limited, 12) if retry_after_s is None else retry_after_s
        seconds = min(asked, MAX_PAUSE_S)
        state.limited += 1
        self._close(host, state, seconds, "it asked us to wait")
        return seconds

    def spent(self, host: str, seconds: float) -> None:
        """The host's allowance is used up until then: it is closed before it has to say 429."""
        self._close(host, self._state(host), seconds, "its allowance of requests is used up")

    def failed(self, host: str, reason: str) -> None:
        """The host did not answer, or with an error of its own; after a few in a row it is left alone for a while."""
        state = self._state(host)
        state.failures += 1
        state.reason = reason[:300]
        if (seconds := self._breaker.seconds(state.failures)) is not None:
            state.closed_until = max(state.closed_until, self._clock() + seconds)
        self._note(host, state)

    def answered(self, host: str, *, well: bool = True) -> None:
        """The host answered: its failures are over, and, when it answered `well`, its next pause starts small again."""
        state = self._state(host)
        if state.failures or (well and state.limited):
            state.failures, state.limited, state.reason = 0, 0 if well else state.limited, None
            self._note(host, state)

    def slow(self, host: str, gap_s: float | None) -> None:
        """Keep at least this gap to the host (its robots.txt asks for it), up to a minute; None: no gap of its own."""
        state, gap = self._state(host), min(gap_s or 0.0, MAX_GAP_S)
        if state.gap_s != gap:
            state.gap_s = gap
            self._note(host, state)

    def _close(self, host: str, state: HostState, seconds: float, reason: str) -> None:
        state.failures, state.reason = 0, reason
        state.closed_until = max(state.closed_until, self._clock() + seconds)
        self._note(host, state)

    def _note(self, host: str, state: HostState) -> None:
        if self._memory:
            left = max(0.0, state.closed_until - self._clock())
            self._memory.note(host, Standing(0.0, left, state.failures, state.limited, state.gap_s, state.reason))

    def _state(self, host: str) -> HostState:
        with self._lock:
            state = self._hosts.setdefault(host, HostState())
        if not state.recalled:
            self._recall(host, state)
        return state

    def _recall(self, host: str, state: HostState) -> None:
        """What an earlier process knew of the host."""
        state.recalled = True
        found = self._memory.recall(host) if self._memory else None
        if found is None:
            return
        self._learn(state, found)
        state.gap_s = max(state.gap_s, found.gap_s)
        if found.asked_before_s < self._clock() - self._began + self._flight_s + self._gap_s:
            state.next_start = max(state.next_start, self._began + self._gap(state))

    def _learn(self, state: HostState, found: Standing) -> None:
        now = self._clock()
        state.next_start = max(state.next_start, now + found.wait_s)
        state.closed_until = max(state.closed_until, now + found.closed_s) if found.closed_s else state.closed_until
        state.failures, state.limited, state.reason = found.failures, found.limited, found.reason

    def _enter(self, host: str) -> HostState:
        state = self._state(host)
        with self._lock:
            self._raise_if_closed(host, state)
            state = self._hosts.setdefault(host, state)
            state.users += 1
            if len(self._hosts) > _FORGET_OVER:
                self._forget_idle()
            return state

    def _claim(self, host: str, state: HostState) -> None:
        state.arrived = False
        while True:
            self._raise_if_closed(host, state)
            self._sleep_until(state.next_start)
            gap = self._gap(state)
            other = self._memory.claim(host, gap) if self._memory else None
            if other is None:
                state.next_start = self._clock() + gap
                return
            self._learn(state, other)

    def _forget_idle(self) -> None:
        now = self._clock()
        for name in [n for n, h in self._hosts.items() if not h.users and now > max(h.next_start, h.closed_until)]:
            del self._hosts[name]

    def _raise_if_closed(self, host: str, state: HostState) -> None:
        left = state.closed_until - self._clock()
        if left <= 0:
            return
        if state.failures:
            raise RetryLater(
                f"{host} failed {state.failures} times in a row and is left alone for {left:.0f} s more; "
                f"last: {state.reason}",
                left,
            )
        raise RateLimited(f"{host} is left alone, since {state.reason}; {left:.0f} s are left", left)

    def _wait_for_lock(self, state: HostState) -> None:
        while not state.turn.acquire(timeout=_POLL_S):
            if self._stop.is_set():
                raise RetryLater("the program is stopping; nothing was asked", 0.0)

    def _sleep_until(self, moment: float) -> None:
        if self._stop.wait(max(0.0, moment - self._clock())):
            raise RetryLater("the program is stopping; nothing was asked", 0.0)

    def _gap(self, state: HostState) -> float:
        return max(self._gap_s, state.gap_s) * (1.0 + self._jitter * random.random())
