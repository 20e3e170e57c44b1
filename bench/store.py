"""How does the store fare as it grows? `python -m bench.store --posts 10000 100000 --postgres`

Fills a store with made posts (see `store_made`), and measures the questions of docs/howto/queries.md, search, taking
more posts in, and size. Processor time: on SQLite of this process, on PostgreSQL of the server's process that answers
(/proc), which others on the machine disturb least. `--postgres` starts a server of `SERVER`'s settings.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.store_made import END, fill
from db import posts, search, sources
from db.readonly import run
from db.rows import NewPost
from db.session import SESSION, Store
from db.transfer import copy_store
from tests import postgres
from tests.contract.test_store_queries import questions

ROWS, TIMES, TAKEN_IN = 1000, 5, 2000
SEARCHED = (["колонна"], ["convoy", "palmyra"], ["999983"])
#: what a server of one's own with 4 GB would have; everything that keeps data safe is on
SERVER = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB", "work_mem": "64MB",
    "maintenance_work_mem": "256MB", "effective_cache_size": "4GB", "max_wal_size": "2GB", "random_page_cost": "1.1",
    "autovacuum": "on", "timezone": "UTC",
}  # fmt: skip


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--posts", type=int, nargs="+", default=[10_000])
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "convoywatch-bench-store")
    given.add_argument("--postgres", action="store_true")
    asked = given.parse_args()
    for count in asked.posts:
        began = time.process_time()
        file = fill(asked.folder / f"{count}", count)
        print(f"{count} posts: filled in {time.process_time() - began:.0f} s, {file.stat().st_size / 1e6:.0f} MB")
        with Store(f"sqlite:///{file}") as store:
            if asked.postgres:
                moved(store)
            measure(store)


def moved(store: Store) -> None:
    with postgres.running(**SERVER) as server:
        postgres.execute(str(server.folder), "CREATE DATABASE bench")
        with Store(server.url("bench")) as target:
            began = time.process_time()
            copied = sum(one.rows for one in copy_store(store, target))
            print(f"  copied to PostgreSQL: {copied} rows in {time.process_time() - began:.0f} s of this process")
            postgres.execute(str(server.folder), "VACUUM ANALYZE", "bench")
            size = run(target, "SELECT pg_database_size(current_database()) / 1000000").rows[0][0]
            print(f"  {size} MB")
            measure(target)


def measure(store: Store) -> None:
    """Questions, search, and taking in, on either database."""
    ask_all(store)
    with store.read() as conn:
        clock = time.process_time if store.is_sqlite else server_clock(conn.connection.dbapi_connection)
        for words in SEARCHED:
            terms = [search.Term((w,)) for w in words]
            took = _median(clock, lambda t=terms: search.find(conn, t, 20))  # type: ignore[misc]
            print(f"  search {' '.join(words)}: {1000 * took:.1f} ms")
    began = time.process_time(), time.perf_counter()
    taken_in(store)
    used, took = time.process_time() - began[0], time.perf_counter() - began[1]
    print(f"  taking in: {TAKEN_IN / used:.0f} posts a second of this process, {TAKEN_IN / took:.0f} by the clock")


def ask_all(store: Store) -> None:
    """The questions of docs/howto/queries.md, each as `convoywatch sql` asks it."""
    with _asker(store) as (ask, clock):
        for number, sql in questions():
            found: list[int] = []
            took = _median(clock, lambda s=sql, f=found: f.append(ask(s)))  # type: ignore[misc]
            print(f"  question {number}: {1000 * took:.1f} ms, {found[-1]} rows{' and more' * (found[-1] > ROWS)}")


@contextmanager
def _asker(store: Store) -> Iterator[tuple[Callable[[str], int], Callable[[], float]]]:
    if store.is_sqlite:
        yield lambda sql: len((a := run(store, sql, limit=ROWS, seconds=300)).rows) + a.cut, time.process_time
        return
    address = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, options=SESSION) as conn:  # one connection, so that its process can be watched

        def ask(sql: str) -> int:
            conn.execute(b"DECLARE answer NO SCROLL CURSOR FOR " + sql.encode(), prepare=True)
            rows = conn.execute(f"FETCH FORWARD {ROWS + 1} FROM answer".encode()).fetchall()
            conn.rollback()
            return len(rows)

        yield ask, server_clock(conn)


def server_clock(conn: object) -> Callable[[], float]:
    """Seconds of processor that the server's process of a connection used: proc(5), schedstat."""
    assert isinstance(conn, psycopg.Connection)
    told = Path(f"/proc/{conn.info.backend_pid}/schedstat")
    return lambda: int(told.read_text().split()[0]) / 1e9


def _median(clock: Callable[[], float], do: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        began = clock()
        do()
        took.append(clock() - began)
    return statistics.median(took)


def taken_in(store: Store) -> None:
    """New posts, as a poll stores them, twenty a transaction."""
    with store.write() as conn:
        source = sources.add(conn, "telegram", "chan1", END)[0]
    numbers = itertools.count(time.time_ns())
    for _ in range(TAKEN_IN // 20):
        fresh = [
            NewPost("telegram", f"new/{(n := next(numbers))}", f"{n}", f"A convoy near Homs, {n}", posted_at=END)
            for _ in range(20)
        ]
        with store.write() as conn:
            posts.save(conn, source, fresh, END)


if __name__ == "__main__":
    main()
