"""A whole store moves to the other database and back; killed anywhere, nothing is lost or doubled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from db import plain_rows, query
from db.migrate import upgrade
from db.models import Host, MessageText, Post
from db.session import Store
from db.transfer import CannotCopy, copy_store, tables
from db.upsert import insert
from tests import postgres
from tests.contract.made import NOW, saved_post
from tests.contract.test_store_queries import filled

HALFWAY = """
import os, sys
from db import plain_rows, transfer
from db.session import Store
plain_rows.BATCH = 2
def told(doing, table, rows):
    if (doing, table) == ("copy", sys.argv[3]):
        os.kill(os.getpid(), 9)
with Store(sys.argv[1]) as source, Store(sys.argv[2]) as target:
    transfer.copy_store(source, target, told)
"""


def whole(store: Store) -> None:
    """Rows in many tables, with values that the two databases spell differently."""
    filled(store)
    with store.write() as conn:
        conn.execute(insert(conn, Host).values({"host": "ü.example", "ask_at": NOW, "failures": 1, "updated_at": NOW}))
        odd = {"digest": "d", "hours": float("inf"), "packed": bytes(range(256))}
        conn.execute(insert(conn, MessageText).values(odd))
        told = {"b": [-0.0, 1e-7, 123456789.25, 1e20], "a": 'тег \\ \t \n "x"', "ж": None}
        conn.execute(update(Post).where(Post.id == 1).values(poll=told, text="tab\t\\N\nline"))


def digests(store: Store) -> dict[str, plain_rows.TableDigest]:
    with store.read() as conn:
        return {t.name: plain_rows.digest(conn, t) for t in tables()}


def other(own: Store, folder: str, tmp_path: Path) -> Store:
    """An empty store on the other database."""
    if not own.is_sqlite:
        return Store(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    name = f"copy_{tmp_path.name[-20:].lower().replace('-', '_')}"
    postgres.execute(folder, f"CREATE DATABASE {name} TEMPLATE template0")
    return Store(postgres.url(folder, name))


def test_there_and_back_is_the_same_and_goes_on_counting(own: Store, postgres_server: str, tmp_path: Path) -> None:
    whole(own)
    with other(own, postgres_server, tmp_path) as target:
        moved = copy_store(own, target)
        assert digests(target) == digests(own)
        assert {m.table: m.rows for m in moved} == {name: d.rows for name, d in digests(own).items()}
        with target.read() as there, own.read() as here:
            shown, were = ([s[:10] for s in query.sightings(conn, 10)] for conn in (there, here))
            assert shown == were
            odd = select(Post.poll, Post.text).order_by(Post.id)
            assert there.execute(odd).all() == here.execute(odd).all()
        with target.write() as conn:
            assert saved_post(conn, "chan/new", "a new one") > max(conn.execute(select(Post.id)).scalars().all()) - 1
        with pytest.raises(CannotCopy, match="not empty"):
            copy_store(own, target)


def test_killed_again_and_again_it_goes_on(own: Store, postgres_server: str, tmp_path: Path) -> None:
    whole(own)
    with other(own, postgres_server, tmp_path) as target:
        address = target.url.render_as_string(hide_password=False)
        for table in ("sources", "posts", "track_points", "no table"):
            command = [sys.executable, "-c", HALFWAY, own.url.render_as_string(hide_password=False), address, table]
            done = subprocess.run(command, cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": "."})
            assert done.returncode == (0 if table == "no table" else -9)
        assert digests(target) == digests(own)


def test_a_target_that_is_not_ours_to_fill_is_left_alone(own: Store, postgres_server: str, tmp_path: Path) -> None:
    whole(own)
    with other(own, postgres_server, tmp_path) as target:
        with target.write() as conn:
            conn.execute(text("CREATE TABLE accounts (id INTEGER)"))
        with pytest.raises(CannotCopy, match="another program"):
            copy_store(own, target)
        with target.write() as conn:
            conn.execute(text("DROP TABLE accounts"))
        upgrade(target)
        with target.write() as conn:
            saved_post(conn)
        with pytest.raises(CannotCopy, match="not empty"):
            copy_store(own, target)


def test_what_was_written_between_two_runs_is_found_out(
    own: Store, postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole(own)

    def stop(doing: str, table: str, rows: int) -> None:
        if table == "work" or doing == "check":
            raise KeyboardInterrupt

    with other(own, postgres_server, tmp_path) as target:
        with pytest.raises(KeyboardInterrupt):
            copy_store(own, target, stop)
        with own.write() as conn:
            conn.execute(text("UPDATE sources SET title = 'other'"))
        with pytest.raises(CannotCopy, match=r"differs after the copy: sources"):
            copy_store(own, target)
