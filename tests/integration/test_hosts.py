"""Is a host asked no faster than its gap, whoever asks: threads, processes, and what comes after a kill?"""

import itertools
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.errors import RateLimited, RetryLater
from collector.host_memory import StoredHosts
from collector.http import HttpSettings, PoliteClient
from collector.politeness import Politeness
from db import hosts
from db.migrate import upgrade
from db.session import Store
from tests.integration.loopback import Handler, Site, serve

GAP = 0.3


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path / 'store.sqlite'}") as opened:
        upgrade(opened)
        yield opened


def client(site: Site, store: Store, **changes: Any) -> PoliteClient:
    wanted: dict[str, Any] = {
        "gap_s": GAP, "jitter": 0.0, "timeout_s": 3.0, "respect_robots": False, "allow_hosts": frozenset({site.host}),
    }  # fmt: skip
    return PoliteClient(HttpSettings(**wanted | changes), memory=StoredHosts(store))


def gaps(site: Site) -> list[float]:
    return [b.at - a.at for a, b in itertools.pairwise(site.asked)]


ASK_FOR_EVER = """
    import sys
    from collector.host_memory import StoredHosts
    from collector.http import HttpSettings, PoliteClient
    from db.session import Store

    url, store, host, gap = sys.argv[1:]
    settings = HttpSettings(gap_s=float(gap), jitter=0, respect_robots=False, allow_hosts=frozenset({host}))
    with Store(store) as opened, PoliteClient(settings, memory=StoredHosts(opened)) as client:
        while True:
            client.get(url)
"""


def asking(site: Site, store: Store, url: str) -> "subprocess.Popen[bytes]":
    """A process of its own that asks without end."""
    words = [url, store.url.render_as_string(), site.host, str(GAP)]
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(ASK_FOR_EVER), *words], stderr=subprocess.DEVNULL)


def wait_for(site: Site, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(site.asked) < count and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(site.asked) >= count


def test_a_killed_process_is_followed_no_faster_than_the_gap(site: Site, store: Store) -> None:
    url = site.page("/page", b"x")
    for turn in range(2):
        process = asking(site, store, url)
        try:
            wait_for(site, len(site.asked) + 1)
            time.sleep(0.02 * turn)
        finally:
            process.kill()
            process.wait()
        with client(site, store) as at_once:  # as quick as a restart could ever be
            at_once.get(url)
    assert len(site.asked) >= 4
    assert min(gaps(site)) >= GAP


def test_two_processes_take_turns(site: Site, store: Store) -> None:
    url = site.page("/page", b"x")
    process = asking(site, store, url)
    try:
        wait_for(site, 1)
        with client(site, store) as ours:
            for _ in range(4):
                ours.get(url)
    finally:
        process.kill()
        process.wait()
    assert len(site.asked) >= 5
    # a slot is taken when it is asked for; the way to the server takes a few milliseconds more or less
    assert min(gaps(site)) >= GAP * 0.8


def test_the_gap_counts_from_when_the_server_was_reached(site: Site, store: Store) -> None:
    def slow(handler: Handler) -> None:
        site.closing.wait(0.2)
        handler.reply(200, b"x")

    url = site.on("/slow", slow)
    done: list[float] = []
    with client(site, store) as ours:
        for _ in range(2):
            ours.get(url)
            done.append(time.monotonic())
    assert site.asked[1].at - done[0] >= GAP - 0.05


def test_a_pause_outlives_the_process_that_was_told_of_it(site: Site, store: Store) -> None:
    url = site.page("/page", b"", 429, Retry_After="120")
    with client(site, store) as first, pytest.raises(RateLimited):
        first.get(url)
    with client(site, store) as second, pytest.raises(RateLimited) as caught:
        second.get(url)
    assert caught.value.retry_after_s == pytest.approx(120, abs=5)
    assert len(site.asked) == 1
    with store.read() as conn:
        (row,) = hosts.listing(conn)
    assert (row.host, row.limited, row.failures) == (site.host, 1, 0)
    assert "asked us to wait" in row.reason


def test_pauses_go_on_doubling_after_a_restart(store: Store) -> None:
    told = []
    for _ in range(3):
        told.append(Politeness(0.0, 0.0, memory=StoredHosts(store)).pause("h.example", None))
    assert told == [60, 120, 240]


def test_a_pause_that_another_process_was_told_of_is_not_cut_short(store: Store) -> None:
    ours, theirs = (Politeness(0.0, 0.0, memory=StoredHosts(store)) for _ in range(2))
    ours.answered("h.example")
    theirs.pause("h.example", 600.0)
    ours.failed("h.example", "reset")
    with pytest.raises(RetryLater), ours.turn("h.example"):
        pass


def test_a_host_that_keeps_failing_is_left_alone_ever_longer_and_never_for_good(site: Site, store: Store) -> None:
    url = site.page("/page", b"", 500)
    settings = {"gap_s": 0.0, "break_after": 3, "break_s": 0.2, "break_max_s": 0.4}
    with client(site, store, **settings) as ours:
        asked, waits = 0, []
        for _ in range(6):
            with pytest.raises(RetryLater) as caught:
                ours.get(url)
            if len(site.asked) > asked:
                asked = len(site.asked)
            with store.read() as conn:
                (row,) = hosts.listing(conn)
            if row.failures >= 3:
                with pytest.raises(RetryLater, match="left alone") as caught:
                    ours.get(url)
                assert len(site.asked) == asked
                waits.append(caught.value.retry_after_s or 0.0)
                time.sleep(waits[-1] + 0.01)
        assert [round(wait, 1) for wait in waits] == [0.2, 0.4, 0.4, 0.4]
        site.page("/page", b"well again")
        assert ours.get(url).body == b"well again"
        with store.read() as conn:
            (row,) = hosts.listing(conn)
        assert (row.failures, row.reason) == (0, None)


def test_an_open_circuit_outlives_the_process(site: Site, store: Store) -> None:
    url = site.page("/page", b"", 503)
    settings = {"gap_s": 0.0, "break_after": 2, "break_s": 60.0}
    with client(site, store, **settings) as first:
        for _ in range(2):
            with pytest.raises(RetryLater):
                first.get(url)
    with client(site, store, **settings) as second, pytest.raises(RetryLater, match="failed 2 times in a row"):
        second.get(url)
    assert len(site.asked) == 2


def test_one_probe_decides_for_all_that_wait(site: Site, store: Store) -> None:
    url = site.page("/page", b"", 500)
    settings = {"gap_s": 0.0, "break_after": 1, "break_s": 0.3}
    with client(site, store, **settings) as ours:
        with pytest.raises(RetryLater):
            ours.get(url)
        time.sleep(0.35)
        wrong: list[Exception] = []

        def ask() -> None:
            try:
                ours.get(url)
            except RetryLater as error:
                wrong.append(error)

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(wrong) == 5
    assert len(site.asked) == 2


def test_a_refused_page_is_no_failure_of_its_host(site: Site, store: Store) -> None:
    with client(site, store, gap_s=0.0, break_after=2) as ours:
        for status in (500, 404, 500, 403, 500):
            with pytest.raises(Exception, match=str(status)):
                ours.get(site.page(f"/{status}", b"", status))
        assert ours.get(site.page("/page", b"x")).status == 200


def test_a_spent_allowance_closes_the_host_before_it_has_to_say_so(site: Site, store: Store) -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=90)).isoformat()
    url = site.page("/page", b"x", X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    with client(site, store, gap_s=0.0) as ours:
        assert ours.get(url).body == b"x"
        with pytest.raises(RateLimited, match="allowance") as caught:
            ours.get(url)
    assert caught.value.retry_after_s == pytest.approx(90, abs=5)
    assert len(site.asked) == 1


def test_a_crawl_delay_is_remembered(site: Site, store: Store) -> None:
    site.page("/robots.txt", b"User-agent: *\nCrawl-delay: 0.5\n")
    with client(site, store, respect_robots=True, gap_s=0.0) as ours:
        ours.get(site.page("/page", b"x"))
    with store.read() as conn:
        (row,) = hosts.listing(conn)
    assert row.gap_s == 0.5


def test_a_clock_that_was_set_back_stops_nobody(store: Store) -> None:
    ahead = StoredHosts(store, lambda: datetime.now(UTC) + timedelta(days=400))
    assert ahead.claim("h.example", 2.0) is None
    assert StoredHosts(store).claim("h.example", 2.0) is None
    other = StoredHosts(store).claim("h.example", 2.0)
    assert other is not None
    assert 0 < other.wait_s <= 2


def test_a_store_that_fails_stops_the_asking(site: Site, tmp_path: Path) -> None:
    url = site.page("/page", b"x")
    with Store(f"sqlite:///{tmp_path / 'other.sqlite'}") as opened:
        upgrade(opened)
        with client(site, opened) as ours:
            with opened.write() as conn:
                conn.exec_driver_sql("ALTER TABLE hosts RENAME TO away")
            with pytest.raises(RetryLater, match="store failed"):
                ours.get(url)
    assert site.asked == []


def test_hosts_that_nobody_asks_are_dropped(store: Store) -> None:
    long_ago = StoredHosts(store, lambda: datetime.now(UTC) - timedelta(days=40))
    long_ago.claim("old.example", 1.0)
    StoredHosts(store)
    with store.read() as conn:
        assert hosts.listing(conn) == []


def test_a_program_of_others_takes_its_turn_and_its_pause(site: Site, store: Store) -> None:
    url = site.page("/page", b"x")
    with client(site, store) as ours:
        began = time.monotonic()
        for _ in range(3):
            ours.take_turn(url)
        assert time.monotonic() - began >= 2 * GAP
        assert ours.pause(url, None) == 60
        with pytest.raises(RateLimited):
            ours.get(url)
    assert site.asked == []
