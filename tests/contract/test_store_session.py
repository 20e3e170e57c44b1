"""How the store is opened: real settings on real connections, readers that cannot write, nothing left open."""

import gc
import sqlite3
import threading
import warnings
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from db import audit, posts, sightings, tracks
from db.migrate import current, head, upgrade
from db.session import Store
from tests.contract import made
from tests.contract.dialects import on_postgresql, on_sqlite
from tests.contract.made import NOW, analyzer, count, saved_post, saved_sightings, sighting, source, track


@on_sqlite
def test_sqlite_is_opened_with_wal_foreign_keys_and_patience(store: Store) -> None:
    with store.read() as conn:
        asked = {
            p: conn.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "foreign_keys", "busy_timeout")
        }
        synchronous = conn.exec_driver_sql("PRAGMA synchronous").scalar()
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}
    assert synchronous is not None
    assert synchronous >= 1


@on_sqlite
def test_a_writer_takes_its_lock_at_once(store: Store) -> None:
    """BEGIN IMMEDIATE: one that only reads first would fail later, when another has written meanwhile."""
    other = sqlite3.connect(str(store.url.database), timeout=0, isolation_level=None)
    try:
        with store.write() as conn:
            conn.execute(text("SELECT 1"))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT count(*) FROM posts").fetchone() == (0,)  # readers go on
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    finally:
        other.close()


@on_postgresql
def test_postgresql_speaks_utc(store: Store) -> None:
    with store.read() as conn:
        assert conn.exec_driver_sql("SHOW timezone").scalar() == "UTC"


@pytest.mark.parametrize("sql", ["DELETE FROM posts", "CREATE TABLE mine (a int)"])
def test_a_reader_cannot_write(store: Store, sql: str) -> None:
    with pytest.raises((OperationalError, DBAPIError), match=r"(?i)read.?only"), store.read() as conn:
        conn.exec_driver_sql(sql)


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(store: Store) -> None:
    with store.read() as reader:
        assert count(reader, "posts") == 0
        with store.write() as writer:
            saved_post(writer)
        assert count(reader, "posts") == 0
    with store.read() as reader:
        assert count(reader, "posts") == 1


def test_many_threads_may_write(store: Store) -> None:
    with store.write() as conn:
        mine = source(conn)
    failed: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for n in range(10):
                with store.write() as conn:
                    posts.save(conn, mine, [made.post(f"chan/{number * 100 + n}", f"{number} {n}")], NOW)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with store.read() as conn:
        assert count(conn, "posts", "is_current") == 40


def test_a_disposed_store_leaves_nothing_open(own: Store) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with Store(own.url) as store:
            with store.write() as conn:
                saved_post(conn)
            with store.read() as conn:
                assert count(conn, "posts") == 1
        del store, conn
        gc.collect()
    assert [str(w.message) for w in told if issubclass(w.category, ResourceWarning)] == []


@on_sqlite
def test_the_folder_of_a_new_store_is_made(tmp_path: Path, dialect: str) -> None:
    with Store(f"{dialect}:///{tmp_path / 'deep' / 'down' / 'x.sqlite'}") as store:
        upgrade(store)
        assert current(store) == head()


# the audit


def wrong(store: Store) -> dict[str, str]:
    return {name: told for name, told in audit.check(store) if told}


def test_the_audit_has_nothing_to_say_of_a_sound_store(store: Store) -> None:
    with store.write() as conn:
        ids = saved_sightings(conn, "1", "2")
        tracks.replace(conn, analyzer(conn, "track"), [track("1", list(ids.values()))], NOW)
    assert wrong(store) == {}


def test_the_audit_tells_a_store_that_is_not_up_to_date(empty: Store) -> None:
    assert list(wrong(empty)) == ["schema"]
    assert "db upgrade" in wrong(empty)["schema"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("UPDATE posts SET is_current = false WHERE native_id = 'chan/1'", "posts with no current revision"),
        (
            "DELETE FROM sighting_members WHERE sighting_id = (SELECT min(id) FROM sightings)",
            "sightings without a post",
        ),
        ("DELETE FROM track_points WHERE seq = 1", "tracks of fewer than two points"),
        ("UPDATE track_destinations SET probability = 0.1", "tracks whose destinations do not sum to one"),
        (
            "UPDATE analyzers SET version = version || stage, is_current = true, stage = 'x'",
            "stages with several current versions",
        ),
    ],
)
def test_the_audit_finds_what_is_wrong(store: Store, fault: str, told: str) -> None:
    with store.write() as conn:
        ids = saved_sightings(conn, "1", "2")
        tracks.replace(conn, analyzer(conn, "track"), [track("1", list(ids.values()))], NOW)
        conn.execute(text(fault))
    assert told in wrong(store)


def test_posts_pass_between_sightings_and_those_between_tracks_and_are_in_one_of_a_version(store: Store) -> None:
    with store.write() as conn:
        ids = saved_sightings(conn, "1", "2", "3", "4")
        one, two = conn.execute(text("SELECT post_id FROM sighting_members ORDER BY sighting_id LIMIT 2")).scalars()
        cluster, linker = analyzer(conn, "cluster"), analyzer(conn, "track")
        sightings.replace(conn, cluster, [one, two], [sighting("1", [two]), sighting("2", [one])])
        pairs = ([ids["1"], ids["2"]], [ids["3"], ids["4"]])
        tracks.replace(conn, linker, [track(str(n), pair) for n, pair in enumerate(pairs)], NOW)
        crossed = ([ids["1"], ids["3"]], [ids["2"], ids["4"]])
        tracks.replace(conn, linker, [track(str(n), pair) for n, pair in enumerate(crossed)], NOW)
        found = conn.execute(text("SELECT post_id FROM sighting_members ORDER BY sighting_id LIMIT 2")).scalars().all()
    assert found == [two, one]
    assert wrong(store) == {}
    twice = "INSERT INTO sighting_members (sighting_id, post_id, analyzer_id) VALUES (:other, :post, :analyzer)"
    with pytest.raises(IntegrityError), store.write() as conn:
        conn.execute(text(twice), {"other": ids["3"], "post": one, "analyzer": cluster})


@on_sqlite
def test_the_audit_finds_rows_without_their_owner(store: Store) -> None:
    raw = sqlite3.connect(str(store.url.database))
    raw.execute("INSERT INTO copy_keys VALUES (4711, 'text', 'x')")
    raw.commit()
    raw.close()
    assert wrong(store) == {"file": "1 rows without their owner"}
