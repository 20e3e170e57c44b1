"""When is a source asked again? As often as it posts, within bounds; after failures ever later, never not at all."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from collector.settings import Schedule

LONGEST_BACKOFF_S = 24 * 3600.0


def interval_s(times: Sequence[datetime], schedule: Schedule) -> float:
    """Seconds between polls for a source that posted at these times: its median gap, within the two bounds.

    The median, since channels post in bursts and sleep at night.
    """
    ordered = sorted(set(times))
    gaps = [(b - a).total_seconds() for a, b in pairwise(ordered)]
    usual = median(gaps) if gaps else schedule.max_interval_s
    return min(max(usual, schedule.min_interval_s), schedule.max_interval_s)


def retry_s(failures: int, schedule: Schedule, asked_s: float | None) -> float:
    """Seconds to wait after this many failures in a row: doubling up to a day; the server's own word wins if longer."""
    backoff = min(schedule.min_interval_s * 2.0 ** min(failures, 20), LONGEST_BACKOFF_S)
    return max(backoff, asked_s or 0.0)


def spoken(seconds: float) -> str:
    """A duration for people: 45 s, 12 min, 3.5 h, 30 days."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86_400 else f"{seconds / 86_400:.3g} days"
