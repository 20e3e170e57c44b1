"""An analyst's own SQL: answers every question, writes nothing, and ends in time."""

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import URL

from db.migrate import DDL, upgrade
from db.readonly import SqlRefused, run
from db.session import Store
from tests.contract.dialects import on_postgresql, on_sqlite
from tests.contract.made import count, saved_sightings

VIEWS = (DDL / "views.sql").read_text(encoding="utf-8").count("CREATE VIEW v_")
ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"

WRITES = [
    "INSERT INTO destinations (id, name, lat, lon, radius_km, weight, enabled) VALUES ('x', 'x', 1, 1, 1, 1, true)",
    "INSERT INTO destinations SELECT * FROM destinations RETURNING id",
    "UPDATE posts SET text = 'x'",
    "UPDATE posts SET text = 'x' RETURNING id",
    "DELETE FROM posts",
    "DELETE FROM posts RETURNING id",
    "DROP TABLE posts",
    "DROP VIEW v_sightings",
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE mine (a int)",
    "CREATE TABLE mine AS SELECT * FROM posts",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE INDEX mine ON posts (text)",
    "ALTER TABLE posts ADD COLUMN mine int",
    "REINDEX",
    "ANALYZE",
    "VACUUM",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SELECT 1; DROP TABLE posts",
    "SELECT 1; SELECT 2",
    "; DROP TABLE posts",
    "SELECT 1 /* ; */ ; DELETE FROM posts --",
    "",
    ";",
    "-- nothing",
    "SELEC 1",
    "SELECT * FROM no_such_table",
    "SELECT 'nul \x00'",
    "SELECT '\ud800'",
]
SQLITE_WRITES = [
    "ATTACH 'other.sqlite' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "VACUUM INTO 'copy.sqlite'",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 7",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA temp_store_directory = '/'",
    "SELECT load_extension('mod_spatialite')",
    "INSERT INTO posts_fts (posts_fts) VALUES ('rebuild')",
    "INSERT INTO sightings_rtree VALUES (9, 1, 1, 1, 1)",
    "REPLACE INTO destinations SELECT * FROM destinations",
    "WITH x AS (SELECT 1) DELETE FROM posts",
    "SAVEPOINT x",
    "SELECT zeroblob(1000000000)",
]
POSTGRES_WRITES = [
    "WITH x AS (DELETE FROM posts RETURNING id) SELECT * FROM x",
    "COPY posts TO PROGRAM 'touch copied'",
    "COPY (SELECT 1) TO PROGRAM 'touch copied'",
    "COPY (SELECT 1) TO STDOUT",
    "COPY posts FROM STDIN",
    "SET default_transaction_read_only = off",
    "SET TRANSACTION READ WRITE",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT set_config('transaction_read_only', 'off', true), (SELECT count(*) FROM posts)",
    "DO $$ BEGIN DELETE FROM posts; END $$",
    "DO $$ BEGIN COMMIT; SET default_transaction_read_only = off; DELETE FROM posts; END $$",
    "SELECT 1 INTO mine",
    "SELECT nextval('posts_id_seq')",
    "SELECT * FROM posts FOR UPDATE",
    "TRUNCATE posts",
    "LOCK TABLE posts",
    "NOTIFY someone",
    "CREATE EXTENSION dblink",
    "SELECT query_to_xml('DELETE FROM posts', true, true, '')",
    "SELECT query_to_xml('SET transaction_read_only = off', true, true, '')",
    "GRANT ALL ON posts TO PUBLIC",
]


def test_a_question_is_answered(store: Store) -> None:
    with store.write() as conn:
        saved_sightings(conn, "1", "2")
    answer = run(store, "SELECT key, place, 2.5 * 2 AS five FROM v_sightings ORDER BY key -- a comment")
    assert answer.columns == ("key", "place", "five")
    assert [(row[0], row[1], float(row[2])) for row in answer.rows] == [("1", "Homs", 5.0), ("2", "Homs", 5.0)]
    assert not answer.cut


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1;",
        "VALUES (1)",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
        "select '100%' as a where 'a:b%s' like '%:b%%'",
        "SELECT count(*) AS a FROM v_evidence_trail",
        "\n\n SELECT 1 AS a, 2 AS a",
    ],
)
def test_every_kind_of_question_may_be_asked(store: Store, sql: str) -> None:
    assert len(run(store, sql).rows) == 1


@on_sqlite
def test_search_and_space_indexes_may_be_asked(store: Store) -> None:
    with store.write() as conn:
        saved_sightings(conn, "1", "2")
    for sql in (
        "SELECT rowid FROM posts_fts WHERE posts_fts MATCH 'text' ORDER BY rank",
        "SELECT id FROM sightings_rtree WHERE min_lat > 34 AND max_lat < 35",
        "SELECT s.id FROM v_sightings s JOIN sightings_rtree r ON r.id = s.id WHERE r.min_lon > 36",
    ):
        assert len(run(store, sql).rows) == 2, sql


def test_the_tables_may_be_looked_up(store: Store) -> None:
    if store.is_sqlite:
        assert len(run(store, "PRAGMA table_info(posts)").rows) > 10
        assert len(run(store, "SELECT name FROM sqlite_master WHERE type = 'view'").rows) == VIEWS
        assert run(store, "EXPLAIN QUERY PLAN SELECT * FROM posts").rows
    else:
        views = "SELECT table_name FROM information_schema.views WHERE table_name LIKE 'v\\_%'"
        assert len(run(store, views).rows) == VIEWS


def refused(store: Store, sql: str) -> None:
    with store.write() as conn:
        saved_sightings(conn, "1")
    with pytest.raises(SqlRefused) as told:
        run(store, sql, seconds=5)
    assert str(told.value)
    with store.read() as conn:
        assert count(conn, "posts") == 1
        assert count(conn, "destinations") == 0
        assert count(conn, "v_sightings") == 1
        assert count(conn, "posts", "text <> 'text of 1'") == 0


@pytest.mark.parametrize("sql", WRITES)
def test_nothing_that_writes_is_run(store: Store, sql: str) -> None:
    refused(store, sql)


@on_sqlite
@pytest.mark.parametrize("sql", SQLITE_WRITES)
def test_nothing_that_writes_is_run_on_sqlite(
    store: Store, sql: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = set(os.listdir(tmp_path))
    monkeypatch.chdir(tmp_path)
    refused(store, sql)
    assert set(os.listdir(tmp_path)) - there <= {"store.sqlite-wal", "store.sqlite-shm"}


@on_postgresql
@pytest.mark.parametrize("sql", POSTGRES_WRITES)
def test_nothing_that_writes_is_run_on_postgresql(store: Store, sql: str) -> None:
    refused(store, sql)
    folder = Path(str(store.url.query["host"]))
    assert list(folder.rglob("copied")) == []


@on_postgresql
def test_what_a_function_writes_in_spite_of_all_is_undone(store: Store) -> None:
    run(store, "SELECT lo_create(4711)")
    with store.read() as conn:
        assert count(conn, "pg_largeobject_metadata") == 0


def test_an_endless_query_is_stopped(store: Store) -> None:
    began = time.monotonic()
    with pytest.raises(SqlRefused, match=r"longer than|timeout"):
        run(store, ENDLESS, seconds=0.3)
    assert time.monotonic() - began < 5


def test_an_endless_answer_is_cut(store: Store) -> None:
    endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"
    answer = run(store, endless, limit=10, seconds=5)
    assert (len(answer.rows), answer.cut) == (10, True)
    exact = run(store, "SELECT 1 AS a UNION ALL SELECT 2", limit=2)
    assert (len(exact.rows), exact.cut) == (2, False)


@on_postgresql
def test_what_one_statement_sets_is_not_there_for_the_next(store: Store) -> None:
    run(store, "SELECT set_config('default_transaction_read_only', 'off', false)")
    assert run(store, "SELECT current_setting('transaction_read_only')").rows == [("on",)]


@pytest.mark.parametrize("name", ["a?b#c.sqlite", "100%25 пути.sqlite", "with space.sqlite"])
def test_a_file_of_any_name_may_be_asked(tmp_path: Path, name: str) -> None:
    with Store(URL.create("sqlite", database=str(tmp_path / name))) as odd:
        upgrade(odd)
        assert run(odd, "SELECT count(*) FROM posts").rows == [(0,)]
