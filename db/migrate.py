"""Is the store's schema the one this program needs, and how does it get there?"""

import re
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.session import Store

HERE = Path(__file__).resolve().parent
DDL = HERE / "ddl"


def migrations_dir() -> Path:
    """Inside the wheel they lie at db/migrations, in a checkout beside db/."""
    inside = HERE / "migrations"
    return inside if inside.is_dir() else HERE.parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file."""
    cfg = Config()
    cfg.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    cfg.attributes["connection"] = connection
    return cfg


def head() -> str:
    """The revision that this program needs."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def current(store: Store) -> str | None:
    """The revision the store is at; None for an empty one."""
    with store.read() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the schema up to `revision`; safe to repeat and safe against a second process doing the same.

    On SQLite foreign keys are off meanwhile (a batch recreate would silently delete child rows) and checked after;
    views and triggers are dropped before and made anew after: a recreate fails on the former and loses the latter.
    """
    with store.engine.connect().execution_options(convoywatch_write=True) as conn:
        if store.is_sqlite:
            dbapi = conn.connection.dbapi_connection
            assert dbapi is not None
            dbapi.execute("PRAGMA foreign_keys=OFF")
        with conn.begin():
            if not store.is_sqlite:
                conn.execute(text("SELECT pg_advisory_xact_lock(726274)"))
            drop_rebuilt(conn)
            command.upgrade(config(conn), revision)
            create_rebuilt(conn)
            if store.is_sqlite and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(
                    f"the migration would leave {len(broken)} rows without their owner; nothing was changed"
                )


def drop_rebuilt(conn: Connection) -> None:
    """Drop every view and trigger of ours."""
    if conn.dialect.name == "sqlite":
        rows = conn.exec_driver_sql("SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')").fetchall()
        for kind, name in rows:
            conn.exec_driver_sql(f'DROP {kind} "{name}"')
        return
    for (name,) in conn.exec_driver_sql(
        "SELECT viewname FROM pg_views WHERE schemaname = current_schema() AND viewname LIKE 'v\\_%%'"
    ).fetchall():
        conn.exec_driver_sql(f'DROP VIEW IF EXISTS "{name}" CASCADE')


def create_rebuilt(conn: Connection) -> None:
    """Make the search and space indexes, the triggers that keep them, and the views."""
    for name in (conn.dialect.name, "views"):
        for statement in statements((DDL / f"{name}.sql").read_text(encoding="utf-8")):
            conn.exec_driver_sql(statement.replace("%", "%%") if conn.dialect.name == "postgresql" else statement)


def statements(script: str) -> list[str]:
    """Split a DDL file: statements are parted by a line that holds only two hyphens and a semicolon."""
    parts = re.split(r"^--;$", script, flags=re.MULTILINE)
    return [p.strip() for p in parts if re.sub(r"--.*", "", p).strip()]
