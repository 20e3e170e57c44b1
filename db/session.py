"""How the store is opened: one engine a process, short write transactions, and connections that cannot write."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, PoolProxiedConnection

from db.asked import OPTION, Ask

BUSY_MS = 30_000
#: seconds to connect, milliseconds for what was sent to be acknowledged, seconds until silence is looked into (libpq)
PATIENCE = {"connect_timeout": "10", "tcp_user_timeout": "30000", "keepalives_idle": "20", "keepalives_interval": "5"}
#: of a PostgreSQL session. Times come back in its zone, in which the last day that Python knows may be the day after.
#: Compiling a statement (a view joins many tables) took longer than running it: question 6 at a million posts 1.5 s
SESSION = "-c timezone=UTC -c jit=off"

#: is told, at the end of a write transaction and inside it, what work was asked for
Carrier = Callable[[Connection, list[Ask]], None]


class Store:
    """The opened store. `read()` and `write()` give a connection inside one transaction.

    A `carrier` is told of the work that a write transaction asked for, just before that is committed.
    """

    carrier: Carrier | None = None

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(self.url, self.is_sqlite)
        self._open: PoolProxiedConnection | None = None
        self._opening = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading one consistent state; it cannot write."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a write transaction: all of it is stored, or none. Keep it short."""
        self._keep_open()
        asked: list[Ask] = []
        options: dict[str, Any] = {"convoywatch_write": True} | ({OPTION: asked} if self.carrier else {})
        with self.engine.connect().execution_options(**options) as conn, conn.begin():
            yield conn
            if asked and self.carrier:
                self.carrier(conn, asked)

    def dispose(self) -> None:
        """Close every connection."""
        with self._opening:
            if self._open:
                self._open.close()
            self._open = None
        self.engine.dispose()

    def _keep_open(self) -> None:
        """Hold one idle connection to a SQLite file as long as we write to it.

        When its last connection closes, SQLite copies the log back into the file and waits for the disk: with a
        connection a transaction, that made each of them ten times as long (13 ms instead of 1.3).
        """
        if not self.is_sqlite or self._open:
            return
        with self._opening:
            if not self._open:
                self._open = self.engine.raw_connection()
                self._open.cursor().execute("SELECT count(*) FROM sqlite_master").close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exc: object) -> None:
        self.dispose()


def _patience(url: URL) -> dict[str, str]:
    """How long one waits for a server that is away: when a line was cut, the system waits a quarter of an hour."""
    return {key: value for key, value in PATIENCE.items() if key not in url.query}


def _engine(url: URL, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        given = url.query.get("options", "")
        options = f"{given if isinstance(given, str) else ' '.join(given)} {SESSION}"
        return create_engine(url, pool_pre_ping=True, connect_args=_patience(url) | {"options": options})
    # a connection a transaction: SQLite opens in well under a millisecond, and threads never share one
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves, so that a writer takes its lock at once
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        writes = conn.get_execution_options().get("convoywatch_write")
        if not writes:  # for good: the connection is closed with its transaction
            conn.exec_driver_sql("PRAGMA query_only=ON")
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
