"""Hosts: one asker at a time, pauses that no one cuts short, and what nobody asks any more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from db import hosts
from db.session import Store
from tests.contract.made import HOUR, NOW

GAP = timedelta(seconds=2)
NAME = "news.example"


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


def save(conn: Connection, **changes: object) -> None:
    values = {"failures": 0, "limited": 0, "open_until": None, "gap_s": None, "reason": None} | changes
    hosts.save(conn, NAME, NOW, **values)  # type: ignore[arg-type]


def test_a_host_is_asked_once_a_gap(conn: Connection) -> None:
    assert hosts.claim(conn, NAME, NOW, NOW + GAP)
    assert not hosts.claim(conn, NAME, NOW + GAP / 2, NOW + 2 * GAP)
    assert hosts.claim(conn, NAME, NOW + GAP, NOW + 2 * GAP)
    assert hosts.claim(conn, "other.example", NOW, NOW + GAP)


def test_a_closed_host_is_not_asked(conn: Connection) -> None:
    save(conn, open_until=NOW + HOUR, limited=2, reason="it asked us to wait")
    assert not hosts.claim(conn, NAME, NOW, NOW + GAP)
    assert hosts.claim(conn, NAME, NOW + HOUR, NOW + HOUR + GAP)


def test_a_longer_pause_stays_whatever_is_noted_after_it(conn: Connection) -> None:
    save(conn, open_until=NOW + HOUR, limited=1)
    for until in (None, NOW + GAP):
        save(conn, failures=1, open_until=until)
        (row,) = hosts.listing(conn)
        assert (row.open_until, row.failures) == (NOW + HOUR, 1)
    save(conn, open_until=NOW + 2 * HOUR)
    assert hosts.listing(conn)[0].open_until == NOW + 2 * HOUR


def test_a_pause_that_is_over_is_forgotten(conn: Connection) -> None:
    save(conn, open_until=NOW - HOUR)
    save(conn, failures=0)
    assert hosts.listing(conn)[0].open_until is None


def test_moments_of_a_clock_that_was_wrong_stop_nobody(conn: Connection) -> None:
    save(conn, open_until=NOW + 1000 * HOUR)
    assert hosts.claim(conn, NAME, NOW, NOW + 1000 * HOUR)
    assert hosts.claim(conn, NAME, NOW, NOW + GAP)


def test_closed_and_failing_hosts_come_first(conn: Connection) -> None:
    for name in ("a.example", "z.example"):
        hosts.claim(conn, name, NOW, NOW + GAP)
    save(conn, failures=3, reason="answered 500")
    hosts.save(conn, "closed.example", NOW, failures=0, limited=1, open_until=NOW + HOUR, gap_s=5.0, reason="429")
    assert [row.host for row in hosts.listing(conn)] == ["closed.example", NAME, "a.example", "z.example"]


def test_hosts_of_which_nothing_was_heard_are_dropped(conn: Connection) -> None:
    hosts.claim(conn, "old.example", NOW - 100 * HOUR, NOW - 99 * HOUR)
    hosts.claim(conn, NAME, NOW, NOW + GAP)
    hosts.forget(conn, NOW - HOUR)
    assert [row.host for row in hosts.listing(conn)] == [NAME]


def test_of_many_that_ask_at_once_one_gets_the_host(store: Store) -> None:
    def ask(_: int) -> bool:
        with store.write() as conn:
            return hosts.claim(conn, NAME, NOW, NOW + GAP)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(16))) == 1
