"""Which day does a line of writing in a picture state in full (with its year), and is it the stamp of a camera's clock?

12.03.2022, 2022-03-12, 12/03/22, 12 марта 2022, March 12, 2022; digits of any script. A weekday or a month alone is no
date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from geolocate.text.normalise import tokenize
from geolocate.text.times import plain_digits, worded_day

_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/. :])(\d{1,2})\2(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)?\d\d)(?!\d)")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?(?!\d)")


@dataclass(frozen=True, slots=True)
class StatedDay:
    """`readings`: the midnights (UTC) that it can mean, two for 03.04.2022; `clock`: a time of day stands beside it;
    `letters`: how many letters do."""

    readings: tuple[datetime, ...]
    clock: bool
    letters: int


def stated_days(line: str) -> StatedDay | None:
    """The first full date of a line; None when it has none."""
    plain = plain_digits(line)
    found = _YEAR_FIRST.search(plain) or _YEAR_LAST.search(plain)
    if found is None:
        told = worded_day(tokenize(plain))
        letters = sum(c.isalpha() for c in plain)
        # the name of the month is part of the date
        return StatedDay((told.replace(tzinfo=UTC),), bool(_CLOCK.search(plain)), max(0, letters - 8)) if told else None
    first, _, second, last = found.groups()
    numbers = (int(first), int(second), int(last))
    if len(first) == 4:
        orders = [numbers]
    else:
        year = numbers[2] + 2000 if len(last) == 2 else numbers[2]
        orders = [(year, numbers[1], numbers[0]), (year, numbers[0], numbers[1])]
    readings = sorted({day for order in orders if (day := _day(*order))})
    rest = plain[: found.start()] + " " + plain[found.end() :]
    letters = sum(c.isalpha() for c in rest)
    return StatedDay(tuple(readings), bool(_CLOCK.search(rest)), letters) if readings else None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
