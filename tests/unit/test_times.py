"""When the thing was seen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.text.normalise import tokenize
from geolocate.text.times import UNSAID, seen
from geolocate.types import Interval

POSTED = datetime(2025, 1, 10, 15, 0, tzinfo=UTC)


def _seen(text: str, posted_at: datetime | None = POSTED) -> Interval | None:
    return seen(text, tokenize(text), posted_at)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("вчера прошла колонна", datetime(2025, 1, 8, 21, tzinfo=UTC), datetime(2025, 1, 9, 21, tzinfo=UTC)),
        ("seen this morning", datetime(2025, 1, 10, 1, tzinfo=UTC), datetime(2025, 1, 10, 9, tzinfo=UTC)),
        ("رتل مر قبل قليل", datetime(2025, 1, 10, 13, tzinfo=UTC), POSTED),
        ("2016/3/13 قصف", datetime(2016, 3, 12, 21, tzinfo=UTC), datetime(2016, 3, 13, 21, tzinfo=UTC)),
        ("10.01.2025 колонна", datetime(2025, 1, 9, 21, tzinfo=UTC), POSTED),
        ("9 января 2025 года", datetime(2025, 1, 8, 21, tzinfo=UTC), datetime(2025, 1, 9, 21, tzinfo=UTC)),
        ("колонна прошла 9 января", datetime(2025, 1, 8, 21, tzinfo=UTC), datetime(2025, 1, 9, 21, tzinfo=UTC)),
        ("полчаса назад", datetime(2025, 1, 10, 14, 18, tzinfo=UTC), datetime(2025, 1, 10, 14, 42, tzinfo=UTC)),
        ("مر قبل ساعتين", datetime(2025, 1, 10, 12, 12, tzinfo=UTC), datetime(2025, 1, 10, 13, 48, tzinfo=UTC)),
        (
            "прошла в 14:10 по местному",
            datetime(2025, 1, 10, 10, 55, tzinfo=UTC),
            datetime(2025, 1, 10, 11, 25, tzinfo=UTC),
        ),
        ("passed at 8 am", datetime(2025, 1, 10, 4, 30, tzinfo=UTC), datetime(2025, 1, 10, 5, 30, tzinfo=UTC)),
        ("seen last night", datetime(2025, 1, 9, 15, tzinfo=UTC), datetime(2025, 1, 10, 4, tzinfo=UTC)),
        ("в четверг прошла колонна", datetime(2025, 1, 8, 21, tzinfo=UTC), datetime(2025, 1, 9, 21, tzinfo=UTC)),
        ("вечером прошла колонна", datetime(2025, 1, 10, 14, tzinfo=UTC), POSTED),
        ("колонна движется", datetime(2025, 1, 10, 12, tzinfo=UTC), POSTED),
        ("счёт матча 14:10", POSTED - UNSAID, POSTED),
    ],
)
def test_words_and_dates_give_an_interval(text: str, start: datetime, end: datetime) -> None:
    assert _seen(text) == Interval(start, end)


def test_a_clock_time_narrows_the_day() -> None:
    found = _seen("сегодня в 14:30 прошла колонна")
    assert found
    assert found.end - found.start == timedelta(minutes=30)


def test_without_a_word_it_is_the_hours_before_the_post() -> None:
    assert _seen("колонна") == Interval(POSTED - UNSAID, POSTED)


def test_without_a_word_and_a_post_time_it_is_unknown() -> None:
    assert _seen("колонна", None) is None


def test_impossible_dates_are_no_dates() -> None:
    assert _seen("99.99.2024", None) is None


@given(st.text(max_size=80), st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)))
def test_never_later_than_the_post(text: str, at: datetime) -> None:
    posted = at.replace(tzinfo=UTC)
    found = _seen(text + " сегодня вечером 23:59 2099-12-31", posted)
    assert found
    assert found.start <= found.end <= posted
