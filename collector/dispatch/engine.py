"""Where are the engine's own tables, and are they those that this program needs?

Procrastinate's tables lie in a schema of their own, which is no part of our migrations: it holds nothing that cannot be
made again from the work rows, so that another version of it is dropped, made anew and filled by `rebuild`.
"""

import hashlib
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, text

from collector.errors import Misconfigured
from db.session import PATIENCE, Store

if TYPE_CHECKING:
    import psycopg

SCHEMA = "convoywatch_engine"


def raw(conn: Connection) -> "psycopg.Connection[Any]":
    """The driver's own connection, in the same transaction."""
    return cast("psycopg.Connection[Any]", conn.connection.driver_connection)


def require(store: Store) -> None:
    """Raises `Misconfigured` where there can be no engine."""
    if store.is_sqlite:
        raise Misconfigured(
            'dispatch = "postgres" needs a store on PostgreSQL: set store = "postgresql+psycopg://USER@HOST/NAME"'
        )
    try:
        import procrastinate  # noqa: F401 (is it there?)
    except ImportError as error:
        raise Misconfigured('dispatch = "postgres" needs the extra: pip install "convoywatch[postgres]"') from error


def connection_info(store: Store, name: str) -> str:
    """How the engine's own connections reach its tables; `name` is what the server shows of them."""
    from psycopg.conninfo import make_conninfo

    said: dict[str, Any] = {
        **PATIENCE,
        **store.url.translate_connect_args(username="user", database="dbname"),
        **store.url.query,
    }
    said |= {"options": f"{said.get('options', '')} -c search_path={SCHEMA}", "application_name": name}
    return make_conninfo(**said)


def digest() -> str:
    """Which tables this program's engine has."""
    return hashlib.sha256(_script().encode()).hexdigest()


def installed(store: Store) -> bool:
    """Are the engine's tables there, and those of this program's engine?"""
    with store.read() as conn:
        return _installed(conn) == digest()


def install(store: Store) -> bool:
    """Make the engine's tables, unless they are there; True when they are new and empty. Safe to repeat.

    Tables of another version are dropped with all that waits in them: `rebuild` puts it into the new ones.
    """
    if installed(store):
        return False
    with store.write() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(726275)"))
        if _installed(conn) == digest():
            return False  # another process was quicker
        conn.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        conn.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        conn.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
        raw(conn).execute(_script().encode())  # many statements, with percent signs
        conn.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest()}'")
    return True


def _installed(conn: Connection) -> str | None:
    found = conn.execute(
        text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name"), {"name": SCHEMA}
    )
    return cast("str | None", found.scalar())


def _script() -> str:
    from procrastinate.schema import SchemaManager

    return SchemaManager.get_schema()
