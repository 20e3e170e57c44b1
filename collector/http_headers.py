"""What do the headers of an answer say about when to ask again, and about which part of a file came?"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: the longest pause that a server may ask for: past a day, asking again once is not impolite
MAX_PAUSE_S = 24 * 3600.0
#: a number this large in a reset header is a moment (seconds since 1970), a smaller one a duration
_EPOCH_FROM = 10**9
_DIRECTIVE = re.compile(r'([a-z-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;]*)))?', re.IGNORECASE)
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\Z")


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds in a `Retry-After` (RFC 9110, 10.2.3: seconds or an HTTP date), from 0 to a day; None when unreadable.

    `now` is the server's clock where it sent a `Date`, so that a wrong clock on either side does no harm.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_PAUSE_S)
    at = _http_date(text)
    return None if at is None else _until(at, now)


def server_clock(headers: Mapping[str, str]) -> datetime:
    """The moment at which the server says it answered, or the present by our own clock."""
    return _http_date(headers.get("date", "")) or datetime.now(UTC)


def fresh_for_s(headers: Mapping[str, str]) -> float | None:
    """Seconds for which an answer stays fresh (RFC 9111, 4.2), from 0 to a day; None when the server does not say.

    `Cache-Control` wins over `Expires`; `Age` counts off. Header names in lower case.
    """
    said = {m[1].lower(): m[2] or m[3] or "" for m in _DIRECTIVE.finditer(headers.get("cache-control", ""))}
    if "no-store" in said or "no-cache" in said:
        return 0.0
    if (seconds := _digits(said.get("max-age"))) is not None:
        return min(max(seconds - (_digits(headers.get("age")) or 0.0), 0.0), MAX_PAUSE_S)
    if expires := headers.get("expires", ""):
        at = _http_date(expires)
        return 0.0 if at is None else _until(at, server_clock(headers))
    return None


def spent_for_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until a host's allowance is renewed, when this answer used up the last of it; else None.

    `X-RateLimit-*` as Mastodon sends them (a reset date) and GitHub (seconds since 1970), `RateLimit-*` as Bluesky
    does (seconds since 1970) and as the IETF draft has it (seconds from now).
    """
    for prefix in ("x-ratelimit", "ratelimit"):
        if _digits(headers.get(f"{prefix}-remaining")) == 0.0:
            return _reset_s(headers.get(f"{prefix}-reset", "").strip(), server_clock(headers))
    return None


def content_range(headers: Mapping[str, str]) -> tuple[int, int | None] | None:
    """The first byte and the whole size (None: unknown) that a `Content-Range` names; None when it names none."""
    found = _RANGE.match(headers.get("content-range", "").strip())
    if not found or int(found[2]) < int(found[1]):
        return None
    return int(found[1]), None if found[3] == "*" else int(found[3])


def strong_validator(headers: Mapping[str, str]) -> str | None:
    """What `If-Range` may send to get the rest of exactly this file: a strong ETag, or a date that is old enough.

    A date is strong when the server's clock was past it by a second or more (RFC 9110, 8.8.2.2).
    """
    etag = headers.get("etag", "").strip()
    if etag:
        return etag if etag.startswith('"') and etag.endswith('"') and len(etag) > 2 else None
    text = headers.get("last-modified", "").strip()
    changed, answered = _http_date(text), _http_date(headers.get("date", ""))
    return text if changed and answered and answered - changed >= timedelta(seconds=1) else None


def length(headers: Mapping[str, str]) -> int | None:
    """The announced length of the body in bytes, as sent."""
    value = _digits(headers.get("content-length"))
    return None if value is None else int(value)


def _reset_s(text: str, now: datetime) -> float | None:
    if (number := _digits(text)) is not None:
        return _until_epoch(number, now) if number >= _EPOCH_FROM else min(number, MAX_PAUSE_S)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _until(at if at.tzinfo else at.replace(tzinfo=UTC), now)


def _until_epoch(number: float, now: datetime) -> float:
    return min(max(number - now.timestamp(), 0.0), MAX_PAUSE_S)


def _until(at: datetime, now: datetime) -> float:
    return min(max((at - now).total_seconds(), 0.0), MAX_PAUSE_S)


def _digits(text: str | None) -> float | None:
    text = (text or "").strip()
    return float(text[:18]) if text.isascii() and text.isdigit() else None


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
