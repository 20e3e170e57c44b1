"""When a source is asked again: within its bounds, ever later after failures, and never not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.schedule import LONGEST_BACKOFF_S, interval_s, retry_s, spoken
from collector.settings import Schedule

BOUNDS = Schedule(min_interval_s=300, max_interval_s=43_200)
T0 = datetime(2026, 3, 1, tzinfo=UTC)
moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))


def every(minutes: float, times: int) -> list[datetime]:
    return [T0 + timedelta(minutes=minutes * n) for n in range(times)]


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ([], 43_200),
        ([T0], 43_200),
        ([T0, T0, T0], 43_200),
        (every(60, 5), 3600),
        (every(1, 5), 300),
        (every(60 * 24 * 7, 5), 43_200),
    ],
    ids=["never", "once", "a burst of one moment", "hourly", "often", "weekly"],
)
def test_the_interval_is_the_usual_gap_within_the_bounds(times: list[datetime], seconds: float) -> None:
    assert interval_s(times, BOUNDS) == seconds


def test_one_night_does_not_slow_the_day() -> None:
    day = every(20, 10)
    assert interval_s([*day, *(t + timedelta(hours=14) for t in day)], BOUNDS) == 1200


@given(st.lists(moments, max_size=30))
def test_the_interval_is_within_the_bounds_whatever_the_order(times: list[datetime]) -> None:
    found = interval_s(times, BOUNDS)
    assert 300 <= found <= 43_200
    assert found == interval_s(times[::-1], BOUNDS)


@given(st.integers(0, 10_000), st.none() | st.floats(0, 1e7))
def test_a_retry_waits_ever_longer_up_to_a_day_and_never_less_than_asked(failures: int, asked: float | None) -> None:
    wait = retry_s(failures, BOUNDS, asked)
    assert retry_s(failures + 1, BOUNDS, asked) >= wait >= (asked or 0)
    assert wait <= max(LONGEST_BACKOFF_S, asked or 0)
    assert wait >= BOUNDS.min_interval_s


def test_the_server_is_believed_when_it_asks_for_longer() -> None:
    assert retry_s(1, BOUNDS, None) == 600
    assert retry_s(1, BOUNDS, 5) == 600
    assert retry_s(1, BOUNDS, 7200) == 7200
    assert retry_s(1, BOUNDS, 7 * 24 * 3600) == 7 * 24 * 3600


def test_after_many_failures_a_source_is_still_asked_once_a_day() -> None:
    assert retry_s(50, BOUNDS, None) == LONGEST_BACKOFF_S


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45.4, "45 s"), (89, "89 s"), (90, "2 min"), (720, "12 min"), (5400, "1.5 h"), (12_600, "3.5 h")],
)
def test_durations_are_spoken(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
