"""How does a whole store move to another database? Table by table, each batch with the note how far it came.

Killed at any moment, the next run goes on after the last batch that was stored. At the end counts and digests of every
table are compared, and only then is the note removed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, inspect, text

from db import plain_rows
from db.migrate import current, head, upgrade
from db.models import Base
from db.session import Store

#: what is told while it goes on: what is done ("copy", "check"), the table, rows more
Told = Callable[[str, str, int], None]


class CannotCopy(Exception):
    """The store cannot be moved there; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that was moved whole: rows, and the digest that both sides have."""

    table: str
    rows: int
    digest: str


def tables() -> list[Table]:
    """Every table of the store, owners before what they own."""
    return list(Base.metadata.sorted_tables)


def count_rows(conn: Connection) -> int:
    """Rows of all tables."""
    return sum(conn.execute(text(f'SELECT count(*) FROM "{t.name}"')).scalar_one() for t in tables())


def copy_store(source: Store, target: Store, told: Told = lambda *_: None) -> list[Moved]:
    """Move everything from one store to another, or go on with that. Raises CannotCopy.

    `source` is read in one snapshot: what is written to it meanwhile is not moved.
    """
    if current(source) != head():
        raise CannotCopy(
            f"the store to copy is at schema {current(source)}, not {head()}: run `convoywatch db upgrade`"
        )
    origin = source.url.render_as_string(hide_password=True)
    _ready(target, origin)
    with source.read() as conn:
        for table in tables():
            _copy_table(conn, target, table, told)
        found = _verified(conn, target, told)
    with target.write() as conn:
        _number_on(conn)
        conn.execute(text("DROP TABLE copy_state"))
    return found


def _ready(target: Store, origin: str) -> None:
    """An empty store at our schema, or the half copy of this origin."""
    with target.read() as conn:
        there = set(inspect(conn).get_table_names()) - {"spatial_ref_sys"}
        if there and "alembic_version" not in there:
            raise CannotCopy(f"the target holds tables of another program ({', '.join(sorted(there)[:3])}, ...)")
        begun = conn.execute(text("SELECT origin FROM copy_state")).scalars().all() if "copy_state" in there else []
        full = [t.name for t in tables() if t.name in there and _any(conn, t)]
    if begun and origin not in begun:
        raise CannotCopy(f"the target is the half copy of another store ({begun[0]}): finish that, or empty it")
    if full and not begun:
        raise CannotCopy(f"the target is not empty ({', '.join(full[:3])} have rows): nothing was changed")
    upgrade(target)
    with target.write() as conn:
        conn.execute(
            text("CREATE TABLE IF NOT EXISTS copy_state (origin TEXT NOT NULL, name TEXT PRIMARY KEY, last TEXT)")
        )
        if not begun:
            conn.execute(text("INSERT INTO copy_state VALUES (:origin, '', NULL)"), {"origin": origin})


def _any(conn: Connection, table: Table) -> bool:
    return conn.execute(text(f'SELECT 1 FROM "{table.name}" LIMIT 1')).scalar() is not None


def _copy_table(conn: Connection, target: Store, table: Table, told: Told) -> None:
    with target.read() as looking:
        last = looking.execute(text("SELECT last FROM copy_state WHERE name = :name"), {"name": table.name}).scalar()
        if last is not None:
            told("copy", table.name, looking.execute(text(f'SELECT count(*) FROM "{table.name}"')).scalar_one())
    keys = [n for n, c in enumerate(table.columns) if c.primary_key]
    after = json.loads(last) if last is not None else None
    for batch in plain_rows.batches(plain_rows.read(conn, table, after)):
        _store(target, table, batch, [batch[-1][n] for n in keys])
        told("copy", table.name, len(batch))


def _store(target: Store, table: Table, batch: Sequence[plain_rows.Row], last: list[Any]) -> None:
    """A batch and how far it came, both or none."""
    with target.write() as conn:
        plain_rows.write(conn, table, batch)
        conn.execute(
            text(
                "INSERT INTO copy_state SELECT origin, :name, :last FROM copy_state WHERE name = ''"
                " ON CONFLICT (name) DO UPDATE SET last = excluded.last"
            ),
            {"name": table.name, "last": json.dumps(last)},
        )


def _verified(conn: Connection, target: Store, told: Told) -> list[Moved]:
    found, wrong = [], []
    with target.read() as other:
        for table in tables():
            mine = plain_rows.digest(conn, table, lambda rows, name=table.name: told("check", name, rows))  # type: ignore[misc]
            theirs = plain_rows.digest(other, table)
            found.append(Moved(table.name, mine.rows, mine.digest))
            if mine != theirs:
                wrong.append(f"{table.name} ({mine.rows} rows here, {theirs.rows} there)")
    if wrong:
        raise CannotCopy(
            f"differs after the copy: {'; '.join(wrong)}. The store was written to between two runs:"
            " stop what writes to it, empty the target, and copy again"
        )
    return found


def _number_on(conn: Connection) -> None:
    """Let new rows be numbered after the moved ones; SQLite does so by itself."""
    if conn.dialect.name == "sqlite":
        return
    for table in tables():
        if "id" not in table.columns or conn.execute(_SEQUENCE, {"name": table.name}).scalar() is None:
            continue
        most = f'SELECT max(id) FROM "{table.name}"'
        conn.execute(
            text(f"SELECT setval(pg_get_serial_sequence(:name, 'id'), coalesce(({most}), 1), ({most}) IS NOT NULL)"),
            {"name": table.name},
        )


_SEQUENCE = text(
    "SELECT pg_get_serial_sequence(:name, 'id') FROM information_schema.columns WHERE table_name = :name"
    " AND column_name = 'id' AND (is_identity = 'YES' OR column_default LIKE 'nextval%')"
)
