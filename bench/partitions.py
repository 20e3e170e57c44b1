"""What do partitions of posts by month bring, and cost? `python -m bench.partitions ADDRESS`

ADDRESS is a PostgreSQL store that `bench.store` filled, on this machine: it is measured, changed by `partitions.sql`,
and measured again. Processor time is that of the server's process for our connection, read from /proc.
"""

import argparse
import statistics
import time
from pathlib import Path

import psycopg
from sqlalchemy import text

from bench.store import taken_in
from db.migrate import create_rebuilt, drop_rebuilt
from db.session import SESSION, Store
from tests.contract.test_store_queries import questions

ROWS, TIMES = 1000, 5
SIZES = """SELECT coalesce(sum(pg_table_size(i.oid)), 0) / 1000000, coalesce(sum(pg_indexes_size(i.oid)), 0) / 1000000
           FROM pg_class i WHERE i.relname LIKE 'posts%' AND i.relkind = 'r'"""
MONTH = "FROM posts WHERE collected_at >= '2023-07-01' AND collected_at < '2023-08-01'"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("address")
    with Store(given.parse_args().address) as store:
        measure(store, "one table")
        timed(store, "a month deleted", f"DELETE {MONTH}", undo=True)
        began = time.perf_counter()
        with store.write() as conn:
            drop_rebuilt(conn)
            conn.exec_driver_sql(Path(__file__).with_name("partitions.sql").read_text("utf-8").replace("%", "%%"))
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.exec_driver_sql("VACUUM ANALYZE")
        with store.write() as conn:
            create_rebuilt(conn)
        print(f"parted in {time.perf_counter() - began:.0f} s")
        measure(store, "partitions")
        timed(store, "a month detached", "ALTER TABLE posts DETACH PARTITION posts_2023_07", undo=True)


def measure(store: Store, name: str) -> None:
    table, indexes = _row(store, SIZES)
    print(f"{name}: posts {table} MB, their indexes {indexes} MB")
    with psycopg.connect(_plain(store), options=SESSION) as conn:
        for number, sql in questions():
            took = []
            for _ in range(TIMES):
                before = _used(conn)
                conn.execute(b"DECLARE answer NO SCROLL CURSOR FOR " + sql.encode(), prepare=True)
                conn.execute(f"FETCH FORWARD {ROWS + 1} FROM answer".encode()).fetchall()
                took.append(_used(conn) - before)
                conn.rollback()
            print(f"  question {number}: {statistics.median(took):.1f} ms")
    began = time.process_time(), time.perf_counter()
    taken_in(store)
    print(f"  2000 posts taken in: {time.process_time() - began[0]:.1f} s here, {time.perf_counter() - began[1]:.1f} s")


def timed(store: Store, name: str, sql: str, *, undo: bool) -> None:
    """One statement, by the clock and by the server's processor time; taken back after."""
    with psycopg.connect(_plain(store), options=SESSION) as conn:
        before, began = _used(conn), time.perf_counter()
        conn.execute(sql.encode())
        print(f"  {name}: {_used(conn) - before:.0f} ms, {1000 * (time.perf_counter() - began):.0f} ms by the clock")
        if undo:
            conn.rollback()


def _used(conn: "psycopg.Connection[tuple[object, ...]]") -> float:
    """Milliseconds of processor that the server's process of a connection used: proc(5), schedstat."""
    return int(Path(f"/proc/{conn.info.backend_pid}/schedstat").read_text().split()[0]) / 1e6


def _plain(store: Store) -> str:
    return store.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _row(store: Store, sql: str) -> tuple[int, int]:
    with store.read() as conn:
        table, indexes = conn.execute(text(sql)).one()
    return int(table), int(indexes)


if __name__ == "__main__":
    main()
