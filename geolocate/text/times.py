"""When was the thing seen, as far as a text says? Never later than the post.

Absolute dates (ISO, day.month.year, year/month/day, day month-name year), words of the day (вчера, أمس, this
morning) and clock times. Days and hours are those of the theatre, UTC+3 (Moscow, Damascus, Kyiv in summer).
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from geolocate.text.normalise import Token
from geolocate.text.words import under, words
from geolocate.types import Interval

THEATRE = timezone(timedelta(hours=3))
#: without a word on the time, what is posted was seen within this time before
UNSAID = timedelta(hours=24)
_YMD = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)")
_DMY = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ]((?:19|20)\d\d)(?!\d)")
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-3]):([0-5]\d)(?![\d.])")
_MONTHS = {stem: int(number) for number, stems in under("month.").items() for stem in stems}
#: word -> (days back, first hour, last hour) in theatre time
_DAYS: dict[str, tuple[int, int, int]] = {
    word: (int(back), int(first), int(last))
    for heading, found in under("day.").items()
    for back, first, last in [heading.split(".")]
    for word in found
}
_NOW = words("time.now")


def seen(text: str, tokens: Sequence[Token], posted_at: datetime | None) -> Interval | None:
    """The interval that the text states; the last UNSAID before the post when it states none; None without both."""
    stated = _date(text, tokens)
    if stated is not None:
        return _until(stated.replace(tzinfo=THEATRE), stated.replace(tzinfo=THEATRE) + timedelta(days=1), posted_at)
    if posted_at is None:
        return None
    local = posted_at.astimezone(THEATRE)
    words = {token.fold for token in tokens}
    spans = [_DAYS[word] for word in words if word in _DAYS]
    if words & _NOW and not spans:
        return _until(local - timedelta(hours=2), local, posted_at)
    if not spans:
        return _until(local - UNSAID, local, posted_at)
    days = max(back for back, _, _ in spans)
    first, last = max(start for _, start, _ in spans), min(end for _, _, end in spans)
    if first >= last:
        first, last = 0, 24
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    clock = _CLOCK.search(_plain(text))
    if clock:
        at = midnight + timedelta(hours=int(clock[1]), minutes=int(clock[2]))
        return _until(at - timedelta(minutes=15), at + timedelta(minutes=15), posted_at)
    return _until(midnight + timedelta(hours=first), midnight + timedelta(hours=last), posted_at)


def _until(start: datetime, end: datetime, posted_at: datetime | None) -> Interval:
    limit = posted_at or end
    end = min(end, limit)
    start = min(start, end)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text)


def _date(text: str, tokens: Sequence[Token]) -> datetime | None:
    plain = _plain(text)
    found = _YMD.search(plain)
    if found:
        return _valid(int(found[1]), int(found[2]), int(found[3]))
    found = _DMY.search(plain)
    if found:
        return _valid(int(found[3]), int(found[2]), int(found[1]))
    return _worded(tokens)


def _worded(tokens: Sequence[Token]) -> datetime | None:
    for i, token in enumerate(tokens[:-2]):
        month = next((number for stem, number in _MONTHS.items() if tokens[i + 1].fold.startswith(stem)), None)
        year = tokens[i + 2].fold
        if (
            month
            and token.fold.isascii()
            and token.fold.isdecimal()
            and len(token.fold) < 3
            and len(year) == 4
            and year.isascii()
            and year.isdecimal()
        ):
            return _valid(int(year), month, int(token.fold))
    return None


def _valid(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None
