"""When is a source asked again? As often as it posts, within bounds; after failures ever later, never not at all."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

from collector.settings import Schedule

LONGEST_BACKOFF_S = 24 * 3600.0
_MAX_AGE = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})")


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


def fresh_s(headers: Mapping[str, str]) -> float:
    """Seconds for which a server calls its answer fresh (`Cache-Control: max-age`, less `Age`; RFC 9111, 4.2)."""
    said = headers.get("cache-control", "").casefold()
    found = _MAX_AGE.search(said)
    if not found or "no-store" in said or "no-cache" in said:
        return 0.0
    age = headers.get("age", "").strip()
    return max(0.0, float(found[1]) - (float(age[:9]) if age.isascii() and age.isdigit() else 0.0))


def budget_s(headers: Mapping[str, str], at: datetime) -> float:
    """Seconds until a server lets us ask again, where its answer says that our budget of requests is spent; else 0.

    Mastodon writes X-RateLimit-Remaining and -Reset (ISO 8601), Bluesky RateLimit-Remaining and -Reset (unix seconds).
    """
    for prefix in ("x-ratelimit", "ratelimit"):
        if headers.get(f"{prefix}-remaining", "").strip() == "0":
            reset = _moment(headers.get(f"{prefix}-reset", "").strip())
            return min(max((reset - at).total_seconds(), 0.0), LONGEST_BACKOFF_S) if reset else 0.0
    return 0.0


def _moment(written: str) -> datetime | None:
    try:
        if written.isascii() and written.isdigit():
            return datetime.fromtimestamp(int(written[:11]), UTC)
        found = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def spoken(seconds: float) -> str:
    """A duration for people: 45 s, 12 min, 3.5 h, 30 days."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86_400 else f"{seconds / 86_400:.3g} days"
