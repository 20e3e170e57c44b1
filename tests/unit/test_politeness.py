import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import RateLimited, RetryLater
from collector.http_headers import MAX_PAUSE_S, parse_retry_after
from collector.politeness import Politeness

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0), (" 0 ", 0.0), ("999999999999999999999", MAX_PAUSE_S), (None, None), ("", None), ("soon", None),
        ("-5", None), ("1.5", None), ("٣", None),
        ("Mon, 02 Nov 2026 10:02:00 GMT", 120.0), ("Mon, 02 Nov 2026 09:00:00 GMT", 0.0),
        ("Mon, 09 Nov 2026 10:00:00 GMT", MAX_PAUSE_S),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_a_pause_within_bounds_or_none(value: str) -> None:
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= MAX_PAUSE_S


@given(st.integers(0, 86_400))
def test_a_date_means_the_seconds_until_then(seconds: int) -> None:
    assert parse_retry_after(format_datetime(NOW + timedelta(seconds=seconds), usegmt=True), NOW) == seconds


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_pauses_without_a_word_double_up_to_a_day_and_start_again() -> None:
    politeness = Politeness(0.0, 0.0, clock=Clock())
    assert [politeness.pause("h", None) for _ in range(3)] == [60, 120, 240]
    assert [politeness.pause("h", None) for _ in range(12)][-1] == MAX_PAUSE_S
    politeness.answered("h")
    assert politeness.pause("h", None) == 60


def test_a_closed_host_opens_again() -> None:
    clock = Clock()
    politeness = Politeness(0.0, 0.0, clock=clock)
    politeness.pause("h", 30.0)
    with pytest.raises(RateLimited) as caught, politeness.turn("h"):
        pass
    assert caught.value.retry_after_s == 30
    with politeness.turn("other"):
        pass
    clock.now += 31
    with politeness.turn("h"):
        pass


def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    politeness = Politeness(0.0, 0.0, clock=Clock())
    politeness.pause("h", 100.0)
    politeness.pause("h", 1.0)
    with pytest.raises(RateLimited) as caught, politeness.turn("h"):
        pass
    assert caught.value.retry_after_s == 100


def test_a_turn_is_given_back_when_the_request_fails() -> None:
    politeness = Politeness(0.0, 0.0)
    with pytest.raises(ValueError, match="broken"), politeness.turn("h"):
        raise ValueError("broken")
    with politeness.turn("h"):
        pass


def test_stopping_ends_the_wait_for_another_threads_request() -> None:
    stop, inside = threading.Event(), threading.Event()
    politeness = Politeness(0.0, 0.0, stop)

    def hold() -> None:
        with politeness.turn("h"):
            inside.set()
            stop.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(5)
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(RetryLater, match="stopping"), politeness.turn("h"):
        pass
    holder.join()


def test_hosts_that_are_idle_are_forgotten() -> None:
    clock = Clock()
    politeness = Politeness(0.0, 0.0, clock=clock)
    for number in range(3000):
        clock.now += 1
        with politeness.turn(f"host{number}"):
            pass
    assert len(politeness._hosts) < 1100
