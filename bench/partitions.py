"""What do partitions of posts by month bring, and cost? `python -m bench.partitions ADDRESS`

ADDRESS is a PostgreSQL store that `bench.store` filled, on this machine: it is measured, changed by `partitions.sql`,
and measured again. Processor time is that of the server's process for our connection, read from /proc.
"""

import argparse
import time
from pathlib import Path

import psycopg
from sqlalchemy import text

from bench.store import ask_all, server_clock, taken_in
from db.migrate import create_rebuilt, drop_rebuilt
from db.session import SESSION, Store

SIZES = """SELECT coalesce(sum(pg_table_size(i.oid)), 0) / 1000000, coalesce(sum(pg_indexes_size(i.oid)), 0) / 1000000
           FROM pg_class i WHERE i.relname LIKE 'posts%' AND i.relkind = 'r'"""
MONTH = "FROM posts WHERE collected_at >= '2023-07-01' AND collected_at < '2023-08-01'"


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("address")
    with Store(given.parse_args().address) as store:
        measure(store, "one table")
        timed(store, "a month deleted", f"DELETE {MONTH}")
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
        timed(store, "a month detached", "ALTER TABLE posts DETACH PARTITION posts_2023_07")


def measure(store: Store, name: str) -> None:
    with store.read() as conn:
        table, indexes = conn.execute(text(SIZES)).one()
    print(f"{name}: posts {table} MB, their indexes {indexes} MB")
    ask_all(store)
    began = time.process_time(), time.perf_counter()
    taken_in(store)
    print(f"  2000 posts taken in: {time.process_time() - began[0]:.1f} s here, {time.perf_counter() - began[1]:.1f} s")


def timed(store: Store, name: str, sql: str) -> None:
    """One statement, by the clock and by the server's processor time; taken back after."""
    with psycopg.connect(_plain(store), options=SESSION) as conn:
        clock = server_clock(conn)
        before, began = clock(), time.perf_counter()
        conn.execute(sql.encode())
        took = 1000 * (time.perf_counter() - began)
        print(f"  {name}: {1000 * (clock() - before):.0f} ms, {took:.0f} ms by the clock")
        conn.rollback()


def _plain(store: Store) -> str:
    return store.url.set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    main()
