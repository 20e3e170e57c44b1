"""The search and space indexes: kept by the database itself, whoever writes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, delete, text, update

from db.models import Post, Sighting
from db.session import Store
from tests.contract.dialects import on_sqlite
from tests.contract.made import count, saved_post, saved_sightings


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


def found(conn: Connection, word: str) -> set[int]:
    sql = "SELECT rowid FROM posts_fts WHERE posts_fts MATCH :word"
    return set(conn.execute(text(sql), {"word": word}).scalars())


@on_sqlite
def test_words_are_found_in_every_script(conn: Connection) -> None:
    ids = [saved_post(conn, f"chan/{n}", t) for n, t in enumerate(("колонна у Хомса", "رتل عسكري", "a column"))]
    assert [found(conn, w) for w in ("Хомса", "عسكري", "column", "tank")] == [{ids[0]}, {ids[1]}, {ids[2]}, set()]


@on_sqlite
def test_the_search_index_follows_updates_and_deletions(conn: Connection) -> None:
    one, two = saved_post(conn, "chan/1", "a column"), saved_post(conn, "chan/2", "a column too")
    conn.execute(update(Post).where(Post.id == one).values(text="nothing"))
    assert (found(conn, "column"), found(conn, "nothing")) == ({two}, {one})
    conn.execute(delete(Post).where(Post.id == two))
    assert found(conn, "column") == set()


@on_sqlite
def test_the_space_index_follows_insert_update_and_delete(conn: Connection) -> None:
    here = "min_lat >= 34 AND max_lat <= 35 AND min_lon >= 36 AND max_lon <= 37"
    ids = saved_sightings(conn, "1", "2")
    assert count(conn, "sightings_rtree", here) == 2
    conn.execute(update(Sighting).where(Sighting.id == ids["1"]).values(lat=10.0))
    assert count(conn, "sightings_rtree", here) == 1
    conn.execute(delete(Sighting))
    assert count(conn, "sightings_rtree") == 0


@on_sqlite
def test_the_search_index_agrees_with_what_it_indexes(conn: Connection) -> None:
    saved_post(conn, "chan/1", "a column")
    conn.exec_driver_sql("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
    assert found(conn, "column")
