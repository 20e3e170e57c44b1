"""What is known of a host: now, in this process, and by what outlives it?"""

import threading
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Standing:
    """A host as seconds from now: when it may be asked again, and until when it is closed.

    `failures` in a row (of the host), `limited`: how often in a row it said "too many", `gap_s` its own gap, `reason`
    of the last failure or pause. `asked_before_s`: how long ago it was last asked, infinite when never.
    """

    wait_s: float = 0.0
    closed_s: float = 0.0
    failures: int = 0
    limited: int = 0
    gap_s: float = 0.0
    reason: str | None = None
    asked_before_s: float = float("inf")


class Memory(Protocol):
    """What processes on one store share, and what outlives them. Each call is one short transaction."""

    def recall(self, host: str) -> Standing | None:
        """What is known of the host."""

    def claim(self, host: str, gap_s: float) -> Standing | None:
        """Note that the host is asked now and not again for `gap_s`; when it may not be asked yet: why."""

    def note(self, host: str, standing: Standing) -> None:
        """Keep how the host fares; `wait_s` and `asked_before_s` are `claim`'s."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """When is a host that keeps failing left alone? After `after` failures in a row, then ever longer.

    What comes after a pause is one request, the probe: its success closes the matter, its failure doubles the pause.
    There is always another probe.
    """

    after: int = 5
    first_s: float = 30.0
    longest_s: float = 1800.0

    def seconds(self, failures: int) -> float | None:
        """How long to leave it alone after so many failures in a row; None: not at all."""
        if failures < self.after:
            return None
        return min(self.first_s * 2.0 ** min(failures - self.after, 30), self.longest_s)


@dataclass(slots=True)
class HostState:
    """A host in this process; moments are of the process's own clock. `turn` is held while a request is under way."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0
    closed_until: float = 0.0
    limited: int = 0
    failures: int = 0
    gap_s: float = 0.0
    reason: str | None = None
    users: int = 0
    recalled: bool = False
    arrived: bool = False
