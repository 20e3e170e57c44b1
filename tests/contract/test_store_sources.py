"""Sources: added, taken when due by one poller at a time, and what a poll leaves on them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import IntegrityError

from db import posts, query, sources
from db.models import Fetch, Source, SourceIssue
from db.rows import NewCapture
from db.session import Store
from db.types import AnyRow
from tests.contract.made import HOUR, NOW, count, fetch, post, source, update_of


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


def row(conn: Connection, source_id: int) -> AnyRow:
    return conn.execute(select(*Source.__table__.columns).where(Source.id == source_id)).one()


def claim(conn: Connection, limit: int = 10) -> list[AnyRow]:
    return sources.claim_due(conn, NOW, limit, HOUR)


def test_a_source_is_added_once_and_due_at_once(conn: Connection) -> None:
    first, new = sources.add(conn, "telegram", "chan", NOW)
    assert new
    assert sources.add(conn, "telegram", "chan", NOW + HOUR) == (first, False)
    assert sources.add(conn, "vk", "chan", NOW)[0] != first
    assert sources.any_due(conn, NOW)
    assert first in [s.id for s in claim(conn)]


def test_a_claimed_source_is_not_given_to_another_until_its_lease_ends(conn: Connection) -> None:
    source(conn)
    assert len(claim(conn)) == 1
    assert claim(conn) == []
    assert not sources.any_due(conn, NOW)
    assert len(sources.claim_due(conn, NOW + 2 * HOUR, 10, HOUR)) == 1


def test_the_most_overdue_comes_first(conn: Connection) -> None:
    for n, name in enumerate(("late", "later", "latest")):
        conn.execute(update(Source).where(Source.id == source(conn, name)).values(next_check_at=NOW - n * HOUR))
    assert [s.name for s in claim(conn, 2)] == ["latest", "later"]


def test_sources_that_are_passed_over_stay_due(conn: Connection) -> None:
    for n, name in enumerate(("late", "later", "latest")):
        conn.execute(update(Source).where(Source.id == source(conn, name)).values(next_check_at=NOW - n * HOUR))
    got = sources.claim_due(conn, NOW, 1, HOUR, lambda row: row.name != "latest")
    assert [s.name for s in got] == ["later"]
    assert [s.name for s in claim(conn)] == ["latest", "late"]


def test_two_pollers_never_get_the_same_source(store: Store) -> None:
    with store.write() as conn:
        for n in range(40):
            source(conn, f"chan{n}")
    together = threading.Barrier(4)

    def drain(_: int) -> list[str]:
        mine: list[str] = []
        together.wait()
        while True:
            with store.write() as conn:
                got = claim(conn, 2)
            if not got:
                return mine
            mine += [s.name for s in got]

    with ThreadPoolExecutor(4) as pool:
        taken = [name for mine in pool.map(drain, range(4)) for name in mine]
    assert sorted(taken) == sorted(f"chan{n}" for n in range(40))


def test_a_poll_that_broke_off_gives_its_source_back(conn: Connection) -> None:
    source(conn)
    (mine,) = claim(conn)
    sources.release(conn, mine)
    assert len(claim(conn)) == 1


def test_a_start_gives_back_what_a_killed_process_held(conn: Connection) -> None:
    source(conn)
    claim(conn)
    sources.release_all(conn)
    assert len(claim(conn)) == 1


def test_a_finished_poll_is_stored_with_its_answers_and_what_was_odd(conn: Connection) -> None:
    mine = source(conn)
    page = NewCapture("c0ffee", 10, "https://t.me/s/chan", 200, {"etag": 'W/"1"', "x": "nul \x00"}, NOW)
    done = fetch(posts_seen=20, captures=(page, page), issues=("odd \x00", "odd \x00", "y" * 900))
    sources.save_fetch(conn, mine, done, 3)
    sources.save_update(conn, mine, update_of(title="عنوان", etag='W/"1"'), done)
    stored = conn.execute(select(*Fetch.__table__.columns)).one()
    assert (stored.slot, stored.pages, stored.posts_seen, stored.posts_new) == (NOW, 2, 20, 3)
    assert (count(conn, "captures"), count(conn, "fetch_captures")) == (1, 2)
    assert sorted(len(r.detail) for r in query.issues(conn, mine)) == [4, 500]
    after = row(conn, mine)
    assert (after.state, after.title, after.etag, after.claimed_until) == ("ok", "عنوان", 'W/"1"', None)
    assert (after.next_check_at, after.last_ok_at) == (NOW + HOUR, done.finished_at)


def test_a_poll_that_is_repeated_is_stored_once(conn: Connection) -> None:
    mine = source(conn)
    for _ in range(2):
        sources.save_fetch(conn, mine, fetch(issues=("odd",)), 0)
    assert count(conn, "fetches") == 1
    assert conn.execute(select(SourceIssue.times)).scalars().all() == [1]
    sources.save_fetch(conn, mine, fetch(NOW + HOUR, issues=("odd",)), 0)
    assert conn.execute(select(SourceIssue.times)).scalars().all() == [2]


def test_a_failed_poll_keeps_what_was_known_and_says_what_was_wrong(conn: Connection) -> None:
    mine = source(conn)
    sources.save_update(conn, mine, update_of(title="Channel", cursor="90"), fetch())
    failed = fetch(NOW + HOUR, state="error", error="it is \x00 gone", error_kind="gone")
    sources.save_update(conn, mine, update_of(state="error", ok=False, failures=1), failed)
    after = row(conn, mine)
    assert (after.title, after.cursor, after.failures, after.last_error) == ("Channel", "90", 1, "it is  gone")
    assert after.last_ok_at == NOW + HOUR / 60


@pytest.mark.parametrize("change", [sources.remove, lambda c, i: sources.set_enabled(c, i, False, NOW)])
def test_a_source_that_was_stopped_while_it_was_polled_stays_stopped(conn: Connection, change: object) -> None:
    mine = source(conn)
    claim(conn)
    assert callable(change)
    change(conn, mine)
    sources.save_update(conn, mine, update_of(), fetch())
    after = row(conn, mine)
    assert (after.enabled, after.next_check_at, after.claimed_until) == (False, None, None)
    assert claim(conn) == []


def test_a_removed_source_is_hidden_and_comes_back_with_its_posts(conn: Connection) -> None:
    mine = source(conn)
    posts.save(conn, mine, [post()], NOW)
    sources.remove(conn, mine)
    assert sources.listing(conn) == []
    assert sources.find(conn, "chan") is None
    assert query.health(conn) == []
    assert sources.add(conn, "telegram", "chan", NOW) == (mine, True)
    assert [(h.name, h.posts) for h in query.health(conn)] == [("chan", 1)]
    assert len(claim(conn)) == 1


def test_a_source_of_imported_posts_is_not_polled_until_it_is_added(conn: Connection) -> None:
    mine, _ = sources.add(conn, "telegram", "chan", NOW, enabled=False)
    assert (row(conn, mine).state, claim(conn)) == ("off", [])
    assert sources.add(conn, "telegram", "chan", NOW, enabled=False) == (mine, False)
    assert sources.add(conn, "telegram", "chan", NOW) == (mine, True)
    assert (row(conn, mine).state, len(claim(conn))) == ("new", 1)


def test_a_paused_source_stays_paused_when_the_configuration_names_it(conn: Connection) -> None:
    mine = source(conn)
    sources.set_enabled(conn, mine, False, NOW)
    assert sources.add(conn, "telegram", "chan", NOW) == (mine, False)
    assert claim(conn) == []
    sources.set_enabled(conn, mine, True, NOW)
    assert len(claim(conn)) == 1


def test_a_source_is_found_whatever_the_case(conn: Connection) -> None:
    source(conn, "RybAr")
    source(conn, "Канал")
    for name in ("rybar", "RYBAR", "Канал"):
        assert sources.find(conn, name) is not None
    assert sources.find(conn, "rybar", "vk") is None


def test_a_source_with_posts_cannot_be_deleted(store: Store) -> None:
    with store.write() as conn:
        mine = source(conn)
        posts.save(conn, mine, [post()], NOW)
    with pytest.raises(IntegrityError), store.write() as conn:
        conn.execute(text("DELETE FROM sources"))
    with store.read() as conn:
        assert count(conn, "posts") == 1
