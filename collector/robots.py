"""Does the host's robots.txt let us fetch this address? (RFC 9309)"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from protego import Protego

from collector.errors import Gone

#: how long one answer holds (RFC 9309, 2.4: at most a day)
KEEP_S = 24 * 3600.0
#: how much of a robots.txt is read (RFC 9309, 2.5: at least 500 KiB)
MAX_BYTES = 512 * 1024
#: the name that robots.txt files may address us by
TOKEN = "convoywatch"

_FORGET_OVER = 1024

#: fetches a robots.txt: its text, or None when the host has none (a 4xx answer). Raises what the network raises
Fetch = Callable[[str], str | None]


@dataclass(slots=True)
class _Origin:
    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: Any = None
    expires: float = 0.0


class Robots:
    """The robots.txt of every origin, fetched when first needed and once a day after that. Thread-safe."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._origins: dict[str, _Origin] = {}
        self._lock = threading.Lock()

    def check(self, origin: str, url: str) -> float | None:
        """Seconds between requests that the host asks for, or None.

        `origin` is `scheme://host[:port]`. Raises `Gone` when the address is disallowed; a robots.txt that cannot be
        fetched (5xx, no network) raises `RetryLater` from the fetch: until we know, we do not ask.
        """
        rules = self._rules(origin)
        if not rules.can_fetch(url, TOKEN):
            raise Gone(
                f"{origin}/robots.txt disallows this address for {TOKEN}. "
                "With the publisher's permission, set respect_robots = false"
            )
        delay = rules.crawl_delay(TOKEN)
        return float(delay) if delay else None

    def _rules(self, origin: str) -> Any:
        with self._lock:
            if len(self._origins) > _FORGET_OVER:
                self._forget_expired()
            entry = self._origins.setdefault(origin, _Origin())
        with entry.lock:
            if entry.rules is None or entry.expires <= self._clock():
                entry.rules = Protego.parse(self._fetch(f"{origin}/robots.txt") or "")
                entry.expires = self._clock() + KEEP_S
            return entry.rules

    def _forget_expired(self) -> None:
        now = self._clock()
        for name in [n for n, o in self._origins.items() if o.expires <= now and not o.lock.locked()]:
            del self._origins[name]
