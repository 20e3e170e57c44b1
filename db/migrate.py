"""Is the store's schema the one this program needs, and how does it get there?"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from db.session import Store

if TYPE_CHECKING:  # Alembic takes a tenth of a second to load, and is needed only when something is to be changed
    from alembic.config import Config

_REVISION = re.compile(r"^(down_revision|revision)\b[^=]*=\s*(?:['\"](\w+)['\"]|None)", re.MULTILINE)

HERE = Path(__file__).resolve().parent
DDL = HERE / "ddl"


def migrations_dir() -> Path:
    """Inside the wheel they lie at db/migrations, in a checkout beside db/."""
    inside = HERE / "migrations"
    return inside if inside.is_dir() else HERE.parent / "migrations"


def config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, without a file."""
    from alembic.config import Config

    cfg = Config()
    cfg.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    cfg.attributes["connection"] = connection
    return cfg


def head() -> str:
    """The revision that this program needs."""
    found = [dict(_REVISION.findall(p.read_text("utf-8"))) for p in (migrations_dir() / "versions").glob("*.py")]
    (last,) = {f["revision"] for f in found} - {f["down_revision"] for f in found}
    return str(last)


def current(store: Store) -> str | None:
    """The revision the store is at; None for an empty one."""
    with store.read() as conn:
        known = inspect(conn).has_table("alembic_version")
        at = conn.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        return None if at is None else str(at)


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the schema up to `revision`; safe to repeat and safe against a second process doing the same.

    A store that is up to date is only looked at: it may be in use, and on PostgreSQL views made anew lose their grants.

    On SQLite foreign keys are off meanwhile (a batch recreate would silently delete child rows) and checked after;
    views and triggers are dropped before and made anew after: a recreate fails on the former and loses the latter.
    """
    if revision == "head" and _is_up_to_date(store):
        return
    from alembic import command

    with store.engine.connect().execution_options(convoywatch_write=True) as conn:
        if store.is_sqlite:
            dbapi = conn.connection.dbapi_connection
            assert dbapi is not None
            dbapi.execute("PRAGMA foreign_keys=OFF")
        with conn.begin():
            if not store.is_sqlite:
                conn.execute(text("SELECT pg_advisory_xact_lock(726274)"))
            foreign = drop_rebuilt(conn)
            command.upgrade(config(conn), revision)
            create_rebuilt(conn, foreign)
            if store.is_sqlite and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(
                    f"the migration would leave {len(broken)} rows without their owner; nothing was changed"
                )


def _is_up_to_date(store: Store) -> bool:
    if current(store) != head():
        return False
    with store.read() as conn:
        known = inspect(conn).has_table("ddl_state")
        return known and conn.execute(text("SELECT digest FROM ddl_state")).scalar() == _digest(conn)


def _scripts(conn: Connection) -> list[str]:
    return [(DDL / f"{name}.sql").read_text(encoding="utf-8") for name in (conn.dialect.name, "views")]


def _digest(conn: Connection) -> str:
    return hashlib.sha256("".join(_scripts(conn)).encode()).hexdigest()


def drop_rebuilt(conn: Connection) -> list[str]:
    """Drop every view and trigger of ours; returns the statements that make those again that went and are not ours."""
    if conn.dialect.name == "sqlite":
        rows = conn.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY rowid"
        ).fetchall()
        for kind, name, _ in rows:
            conn.exec_driver_sql(f'DROP {kind} IF EXISTS "{name}"')
        return [sql for _, name, sql in rows if not name.startswith(("v_", "ddl_"))]
    views = """SELECT n.nspname, c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n
               ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
               ORDER BY c.oid"""
    before = conn.exec_driver_sql(views).fetchall()
    mine = conn.exec_driver_sql("SELECT current_schema()").scalar()
    for schema, name, _ in before:
        if schema == mine and name.startswith("v_"):
            conn.exec_driver_sql(f'DROP VIEW IF EXISTS "{schema}"."{name}" CASCADE')
    left = {(schema, name) for schema, name, _ in conn.exec_driver_sql(views)}
    return [
        f'CREATE VIEW "{schema}"."{name}" AS {body}'
        for schema, name, body in before
        if (schema, name) not in left and not (schema == mine and name.startswith("v_"))
    ]


def create_rebuilt(conn: Connection, foreign: Sequence[str] = ()) -> None:
    """Make the search and space indexes, the triggers that keep them, the views, and the `foreign` ones after them."""
    own = [s for script in _scripts(conn) for s in statements(script)]
    for statement in [*own, *foreign]:
        conn.exec_driver_sql(statement.replace("%", "%%") if conn.dialect.name == "postgresql" else statement)
    conn.exec_driver_sql("CREATE TABLE IF NOT EXISTS ddl_state (digest TEXT NOT NULL)")
    conn.exec_driver_sql("DELETE FROM ddl_state")
    conn.execute(text("INSERT INTO ddl_state (digest) VALUES (:digest)"), {"digest": _digest(conn)})


def statements(script: str) -> list[str]:
    """Split a DDL file: statements are parted by a line that holds only two hyphens and a semicolon."""
    parts = re.split(r"^--;$", script, flags=re.MULTILINE)
    return [p.strip() for p in parts if re.sub(r"--.*", "", p).strip()]
