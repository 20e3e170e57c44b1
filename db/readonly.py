"""An analyst's own SQL: on a connection that cannot write, for a limited time, for a limited number of rows."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.session import SESSION, Store

#: what an analyst's statement may do on SQLite; everything else, ATTACH and PRAGMA writes included, is denied
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_PRAGMAS = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list", "data_version"}


#: a longer value than any that is stored: one made by the statement itself must not fill the memory
_LONGEST_VALUE = 32 * 2**20


class SqlRefused(Exception):
    """The statement is wrong, would write, or took too long; the message says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Column names and rows; `cut` says that there were more rows than asked for."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    cut: bool


def run(store: Store, sql: str, *, seconds: float = 30.0, limit: int = 10_000) -> Answer:
    """Run one statement. Raises SqlRefused."""
    return _sqlite(store, sql, seconds, limit) if store.is_sqlite else _postgresql(store, sql, seconds, limit)


def _sqlite(store: Store, sql: str, seconds: float, limit: int) -> Answer:
    conn = sqlite3.connect(f"{Path(str(store.url.database)).resolve().as_uri()}?mode=ro", uri=True)
    deadline = time.monotonic() + seconds
    try:
        conn.execute("PRAGMA query_only=ON")
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        _open_indexes(conn)
        conn.set_authorizer(_authorize)
        conn.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        cursor = conn.execute(sql)
        if cursor.description is None:
            raise SqlRefused("the statement gives no rows; write a SELECT")
        return _answer([d[0] for d in cursor.description], cursor.fetchmany(limit + 1), limit)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:  # ValueError: characters that no statement has
        if "interrupted" in str(error):
            raise SqlRefused(f"the query took longer than {seconds:g} s; narrow it, or give --seconds more") from error
        raise SqlRefused(
            f"{error}; only statements that read are run here (views: v_sightings, v_tracks, ...)"
        ) from error
    finally:
        conn.close()


def _open_indexes(conn: sqlite3.Connection) -> None:
    """R*Tree prepares its own writes when it is opened, which the authorizer would take for the statement's."""
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'").fetchall():
        conn.execute(f'SELECT 1 FROM "{name}" LIMIT 0')


def _authorize(action: int, first: str | None, second: str | None, _db: str | None, _by: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if first in _PRAGMAS else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _postgresql(store: Store, sql: str, seconds: float, limit: int) -> Answer:
    import psycopg  # an extra: only who keeps the store on PostgreSQL has it

    options = f"-c default_transaction_read_only=on -c statement_timeout={int(seconds * 1000)} {SESSION}"
    address = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(address, options=options) as conn:
            # a cursor takes nothing but a query (COPY writes files in a read-only transaction too), and gives no more
            # rows than asked for; prepared, it is exactly one statement: none can follow that turns writing on
            conn.execute(b"DECLARE answer NO SCROLL CURSOR FOR " + sql.encode(), prepare=True)
            cursor = conn.execute(f"FETCH FORWARD {limit + 1} FROM answer".encode())
            answer = _answer([d.name for d in cursor.description or ()], cursor.fetchall(), limit)
            conn.rollback()  # a few functions write in a read-only transaction too: lo_create() before version 16
            return answer
    except (psycopg.Error, ValueError) as error:
        raise SqlRefused(str(error).strip()) from error


def _answer(columns: list[str], rows: Sequence[Sequence[Any]], limit: int) -> Answer:
    return Answer(tuple(columns), rows[:limit], len(rows) > limit)
