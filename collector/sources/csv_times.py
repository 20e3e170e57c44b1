"""When is this, that a person or a spreadsheet has written?"""

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collector.errors import Misconfigured, Unparseable
from collector.sources.values import from_unix

#: 31.12.2024 23:59, 31/12/2024, 2024/12/31: the year is in full
_WRITTEN = re.compile(
    r"(?P<a>\d{1,4})[./-](?P<b>\d{1,2})[./-](?P<c>\d{1,4})"
    r"(?:[,\sT]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp][Mm])?)?"
)
_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_NO_ZONE = "the time tells no zone: taken as {}"


def read_zone(name: str) -> tzinfo:
    """A time zone by its name ("Asia/Damascus", "UTC") or offset ("+03:00"); raises `Misconfigured`."""
    if re.fullmatch(r"[+-]\d\d:\d\d", name):
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{name}").tzinfo
        if zone is not None:
            return zone
    try:
        return UTC if name.upper() in ("UTC", "Z") else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Misconfigured(f"--timezone {name!r}: write a name such as Asia/Damascus, or +03:00") from unknown


def read_time(written: str | None, zone: tzinfo) -> tuple[datetime | None, list[str]]:
    """(the time in UTC, what is to be said of it). Raises `Unparseable` for what is no time, or could be two."""
    text = (written or "").strip()
    if not text:
        return None, ["no date is given"]
    if _UNIX.fullmatch(text):
        at = from_unix(text.partition(".")[0] if len(text.partition(".")[0]) < 11 else text[:-3])
        return at, []
    try:
        at = _iso(text) or _spreadsheet(text) or _mail(text)
        if at is None:
            raise Unparseable(f"no time: {text[:40]!r}; write YYYY-MM-DD HH:MM")
        if at.tzinfo is not None:
            return at.astimezone(UTC), []
        return at.replace(tzinfo=zone).astimezone(UTC), [_NO_ZONE.format(zone)]
    except (ValueError, OverflowError) as wrong:
        raise Unparseable(f"no time: {text[:40]!r}; write YYYY-MM-DD HH:MM") from wrong


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _spreadsheet(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    first, middle, last = (int(found[name]) for name in "abc")
    if len(found["a"]) == 4:
        year, month, day = first, middle, last
    elif len(found["c"]) == 4:
        year, month, day = _day_and_month(text, first, middle, last)
    else:
        return None
    hour = int(found["h"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    return datetime(year, month, day, hour, int(found["m"] or 0), int(found["s"] or 0))


def _day_and_month(text: str, first: int, middle: int, year: int) -> tuple[int, int, int]:
    """Points mean day.month; of slashes, the number over 12 tells; where neither is, a guess would be a wrong date."""
    if "." in text[:6] or first > 12 or first == middle:
        return year, middle, first
    if middle > 12:
        return year, first, middle
    raise Unparseable(f"{text[:40]!r} could be two dates (day or month first): write YYYY-MM-DD")


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
