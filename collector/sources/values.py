"""What do the values mean that every kind of source writes: moments and addresses?"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urljoin, urlsplit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: an address that needs no resolving (most do not, and `urljoin` is slow)
_FULL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#]|$)")


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time in UTC (one without a zone is taken as UTC); None when there is none."""
    try:
        at = datetime.fromisoformat((text or "").strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_unix(seconds: object) -> datetime | None:
    """Seconds since 1970 (a number, or one written as text) as UTC; None when it is no such number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str | Decimal):
        return None
    try:
        return _EPOCH + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None


def address(text: str | None, base: str) -> str | None:
    """A full http(s) address from one that is relative, lacks its scheme or was escaped twice; else None."""
    if not text:
        return None
    plain = text.strip()
    while "&amp;" in plain:
        plain = plain.replace("&amp;", "&")
    if _FULL.match(plain):
        return plain
    try:
        full = urljoin(base, plain)
        parts = urlsplit(full)
    except ValueError:
        return None
    return full if parts.scheme in ("http", "https") and parts.netloc else None
