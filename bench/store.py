"""How does the store fare as it grows? `python -m bench.store --posts 10000 100000 --postgres`

Fills a store with made posts (see `store_made`), and measures the questions of docs/howto/queries.md, what taking in
more posts costs, and size. On SQLite processor time of this process, on PostgreSQL the clock.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.store_made import END, fill
from db import posts, search, sources
from db.readonly import run
from db.rows import NewPost
from db.session import Store
from db.transfer import copy_store
from tests import postgres
from tests.contract.test_store_queries import questions

ROWS, TIMES, TAKEN_IN = 1000, 3, 2000


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
            measure(store, time.process_time)
            if asked.postgres:
                moved(store)


def moved(store: Store) -> None:
    with postgres.server() as folder:
        postgres.execute(folder, "CREATE DATABASE bench")
        with Store(postgres.url(folder, "bench")) as target:
            began = time.process_time()
            copied = sum(one.rows for one in copy_store(store, target))
            print(f"  copied to PostgreSQL: {copied} rows in {time.process_time() - began:.0f} s of this process")
            postgres.execute(folder, "ANALYZE", "bench")
            size = run(target, "SELECT pg_database_size(current_database()) / 1000000").rows[0][0]
            print(f"  {size} MB")
            measure(target, time.perf_counter)


def measure(store: Store, clock: Callable[[], float]) -> None:
    for number, sql in questions():
        took = []
        for _ in range(TIMES):
            began = clock()
            answer = run(store, sql, limit=ROWS, seconds=300)
            took.append(clock() - began)
        more = " and more" if answer.cut else ""
        print(f"  question {number}: {1000 * statistics.median(took):.1f} ms, {len(answer.rows)} rows{more}")
    for words in (["колонна"], ["convoy", "palmyra"]):
        terms = [search.Term((w,)) for w in words]
        took = []
        for _ in range(TIMES):
            began = clock()
            with store.read() as conn:
                search.find(conn, terms, 20)
            took.append(clock() - began)
        print(f"  search {' '.join(words)}: {1000 * statistics.median(took):.1f} ms")
    began = clock()
    taken_in(store)
    print(f"  taking in: {TAKEN_IN / (clock() - began):.0f} posts/s")


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
