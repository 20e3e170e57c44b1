"""When was the thing seen, as far as a text says? Never later than the post.

Absolute dates (ISO, day.month.year, day and month-name), so long ago (полчаса назад, قبل ساعة), clock times, words of
the day (вчера, أمس, this morning, weekdays). Days and hours are those of the theatre, UTC+3 (Moscow, Damascus, Kyiv
in summer). Words of time that speak of something else (see `aside`) do not count.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from geolocate.text.normalise import Token
from geolocate.text.words import under, words
from geolocate.types import Interval

THEATRE = timezone(timedelta(hours=3))
#: without a word on the time, what is posted was seen within this time before: delays from sighting to post are
#: log-normal with a median of 2 h (sigma 1), of which 8 h holds 92 %
UNSAID = timedelta(hours=8)
#: the same when the text speaks of it as going on, or says "now"
GOING_ON, NOW = timedelta(hours=3), timedelta(hours=2)
#: about this part of "so long ago" is the error either way
_VAGUE_AGO, _LEAST_AGO = 0.4, timedelta(minutes=10)
_QUARTER = timedelta(minutes=15)
_YMD = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)")
_DMY = re.compile(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ]((?:19|20)\d\d)(?!\d)")
_DIGIT = re.compile(r"\d")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-3]):([0-5]\d)(?![\d.])")
_MONTHS = {stem: int(number) for number, stems in under("month.").items() for stem in stems}
_MONTH_STEMS = tuple(_MONTHS)
#: word -> (days back, first hour, last hour) in theatre time
_DAYS: dict[str, tuple[int, int, int]] = {
    word: (int(back), int(first), int(last))
    for heading, found in under("day.").items()
    for back, first, last in [heading.split(".")]
    for word in found
}
_PLAIN_MONTHS = words("months.plain")
_WEEKDAYS = {word: int(day) for day, found in under("weekday.").items() for word in found}
_AGO = {word: int(unit) for unit, found in under("ago.").items() if unit.isdigit() for word in found}
#: two hours ago, три дня назад, قبل ثلاث ساعات: exact numbers in words
_NUMBERS = {
    word: int(low)
    for heading, found in under("count.").items()
    if (low := heading.partition("-")[0]).isdigit() and heading == f"{low}-{low}"
    for word in found
}
_AGO_AFTER, _AGO_BEFORE = words("ago.after"), words("ago.before")
_NOW, _GOING_ON = words("time.now"), words("time.going-on")
_AM, _PM, _AT = words("clock.am"), words("clock.pm"), words("clock.at")
#: a date without a year is the last such day, unless that is longer ago than this
_LONGEST = timedelta(days=300)

Aside = Callable[[int], bool]


def seen(
    text: str, tokens: Sequence[Token], posted_at: datetime | None, aside: Aside = lambda i: False
) -> Interval | None:
    """The interval that the text states, else the last UNSAID before the post; None without both.

    `aside(i)`: whether token `i` speaks of something else than the sighting.
    """
    plain = plain_digits(text)
    stated = _date(plain, tokens, posted_at)
    if stated is None and posted_at is None:
        return None
    if stated is not None:
        midnight = stated.replace(tzinfo=THEATRE)
        clock = _CLOCK.search(plain)
        return _around(midnight, clock, posted_at) or _until(midnight, midnight + timedelta(days=1), posted_at)
    assert posted_at is not None
    local = posted_at.astimezone(THEATRE)
    return (
        _ago(tokens, local, aside)
        or _by_day(plain, tokens, local, aside)
        or _until(local - (GOING_ON if _going_on(tokens) else UNSAID), local, posted_at)
    )


def _by_day(plain: str, tokens: Sequence[Token], local: datetime, aside: Aside) -> Interval | None:
    """What words of the day and clock times say."""
    said = {word: i for i in range(len(tokens)) for word in _forms(tokens, i)}
    told = {word for word, i in said.items() if (word in _DAYS or word in _NOW or word in _WEEKDAYS) and not aside(i)}
    spans = [_DAYS[word] for word in told if word in _DAYS]
    if told & _NOW and not any(back for back, _, _ in spans):
        return _until(local - NOW, local, local)
    days = max((back for back, _, _ in spans), default=0)
    if not days:
        days = min(((local.weekday() - _WEEKDAYS[word]) % 7 for word in told if word in _WEEKDAYS), default=0)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    weekday = any(word in _WEEKDAYS for word in told)
    exact = _clock(plain, tokens, midnight, local, aside, bool(spans) or weekday)
    if exact or not (spans or weekday):
        return exact
    first, last = max((a for _, a, _ in spans), default=0), min((b for _, _, b in spans), default=24)
    if first >= last:
        first, last = 0, 24
    start, end = midnight + timedelta(hours=first), midnight + timedelta(hours=last)
    if start >= local:
        start, end = start - timedelta(days=1), end - timedelta(days=1)
    return _until(start, end, local)


def _forms(tokens: Sequence[Token], i: int) -> tuple[str, ...]:
    """A word, and the two words that start with it: вчера, last-night."""
    fold = tokens[i].fold
    return (fold, f"{fold}-{tokens[i + 1].fold}") if i + 1 < len(tokens) else (fold,)


def _ago(tokens: Sequence[Token], local: datetime, aside: Aside) -> Interval | None:
    """So long ago: 2 hours ago, полчаса назад, قبل ساعة."""
    for i, token in enumerate(tokens):
        unit = next((_AGO[word] for word in reversed(_forms(tokens, i)) if word in _AGO), None)
        if unit is None:
            continue
        before = tokens[i - 1].fold if i else ""
        many = int(before) if before.isdecimal() and len(before) < 3 else _NUMBERS.get(before, 1)
        after = {t.fold for t in tokens[i + 1 : i + 3]}
        opener = {t.fold for t in tokens[max(0, i - 2) : i]}
        arabic = token.script == "arabic"
        if (opener & _AGO_BEFORE if arabic else after & _AGO_AFTER) and not aside(i):
            length = timedelta(minutes=unit * many)
            slack = max(_LEAST_AGO, length * _VAGUE_AGO)
            return _until(local - length - slack, local - length + slack, local)
    return None


def _clock(
    plain: str, tokens: Sequence[Token], midnight: datetime, local: datetime, aside: Aside, day: bool
) -> Interval | None:
    """The clock time that is told: any beside a word of the day, else one after "at", on the last day it can be."""
    for i, token in enumerate(tokens):
        found = _CLOCK.match(plain, token.start)
        announced = i and tokens[i - 1].fold in _AT
        if found and (day or announced or not i) and not aside(i):
            return _around(_past(midnight, _hours(found), local), found, local)
        half = _half_of_day(tokens, i)
        if half is not None and not aside(i):
            at = _past(midnight, half, local) + half
            return _until(at - 2 * _QUARTER, at + 2 * _QUARTER, local)
    return None


def _past(midnight: datetime, since: timedelta, local: datetime) -> datetime:
    """The midnight from which `since` is not in the future."""
    return midnight - timedelta(days=1) if midnight + since > local + _QUARTER else midnight


def _half_of_day(tokens: Sequence[Token], i: int) -> timedelta | None:
    """8 утра, 3 pm, الساعة 8 صباحا as the time since midnight."""
    hour = tokens[i].fold
    half = tokens[i + 1].fold if i + 1 < len(tokens) else ""
    if not (hour.isdecimal() and len(hour) < 3 and 1 <= int(hour) <= 12) or half not in _AM | _PM:
        return None
    return timedelta(hours=int(hour) % 12 + (12 if half in _PM else 0))


def _hours(clock: re.Match[str]) -> timedelta:
    return timedelta(hours=int(clock[1]), minutes=int(clock[2]))


def _around(midnight: datetime, clock: re.Match[str] | None, posted_at: datetime | None) -> Interval | None:
    at = midnight + _hours(clock) if clock else None
    return _until(at - _QUARTER, at + _QUARTER, posted_at) if at else None


def _going_on(tokens: Sequence[Token]) -> bool:
    """Whether a verb is in the present: движется, is passing, يمر."""
    return any(
        token.fold in _GOING_ON
        or (token.fold in {"is", "are"} and any(t.fold.endswith("ing") for t in tokens[i + 1 : i + 3]))
        for i, token in enumerate(tokens)
    )


def _until(start: datetime, end: datetime, posted_at: datetime | None) -> Interval:
    limit = posted_at or end
    end = min(end, limit)
    start = min(start, end)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def plain_digits(text: str) -> str:
    """A text with the digits of every script as 0 to 9, at the same offsets."""
    if not _FOREIGN_DIGIT.search(text):
        return text
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text)


def _date(plain: str, tokens: Sequence[Token], posted_at: datetime | None) -> datetime | None:
    if not _DIGIT.search(plain):
        return None
    found = _YMD.search(plain)
    if found:
        return _valid(int(found[1]), int(found[2]), int(found[3]))
    found = _DMY.search(plain)
    if found:
        return _valid(int(found[3]), int(found[2]), int(found[1]))
    return worded_day(tokens, posted_at)


def worded_day(tokens: Sequence[Token], posted_at: datetime | None = None) -> datetime | None:
    """10 декабря 2024, December 10; without a year the last such day before the post."""
    for i, token in enumerate(tokens[:-1]):
        day, name = (token, tokens[i + 1]) if token.script == "digit" else (tokens[i + 1], token)
        if day.script != "digit":
            continue
        if not name.fold.startswith(_MONTH_STEMS):
            continue
        month = next(number for stem, number in _MONTHS.items() if name.fold.startswith(stem))
        if not (day.fold.isascii() and day.fold.isdecimal() and len(day.fold) < 3):
            continue
        year = tokens[i + 2].fold if i + 2 < len(tokens) else ""
        if len(year) == 4 and year.isascii() and year.isdecimal():
            return _valid(int(year), month, int(day.fold))
        if posted_at is not None and name.fold in _PLAIN_MONTHS:
            return _last_such(month, int(day.fold), posted_at.astimezone(THEATRE).replace(tzinfo=None))
    return None


def _last_such(month: int, day: int, posted: datetime) -> datetime | None:
    for year in (posted.year, posted.year - 1):
        found = _valid(year, month, day)
        if found and found <= posted and posted - found < _LONGEST:
            return found
    return None


def _valid(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)
    except ValueError:
        return None
