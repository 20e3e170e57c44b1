"""How is a row of any table read and written as plain values that are the same on SQLite and PostgreSQL?

Times are text in UTC with microseconds, JSON is text, truth is bool: past the types of SQLAlchemy, since millions of
rows are moved. The digest of a table is the sum of its rows' hashes, so that it depends on no order of text.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Table

from db.types import Json, Utc

Row = tuple[Any, ...]
#: rows that are read and written at a time
BATCH = 5_000
_MODULUS = 1 << 128
#: characters of a time as SQLAlchemy writes it to SQLite
_WRITTEN = len("2026-03-01 12:00:00.000000")


@dataclass(frozen=True, slots=True)
class TableDigest:
    """Number of rows, and a digest of all their values."""

    rows: int
    digest: str


def read(conn: Connection, table: Table, after: Sequence[Any] | None = None) -> Iterator[Row]:
    """Rows in the order of the primary key, those after a key only if one is given, in the connection's snapshot."""
    sqlite = conn.dialect.name == "sqlite"
    keys = [f'"{table.name}"."{c.name}"' for c in table.primary_key]
    marks = ", ".join("?" if sqlite else "%s" for _ in keys)
    where = f" WHERE ({', '.join(keys)}) > ({marks})" if after is not None else ""
    columns = ", ".join(_column(c, sqlite) for c in table.columns)
    sql = f'SELECT {columns} FROM "{table.name}"{where} ORDER BY {", ".join(keys)}'
    convert = _converters(table) if sqlite else []
    plain = conn.connection.dbapi_connection
    assert plain is not None
    cursor = plain.cursor() if sqlite else plain.cursor(name="plain_rows")
    try:
        cursor.execute(sql, tuple(after or ()))
        while rows := cursor.fetchmany(BATCH):
            if not convert:
                yield from rows
                continue
            for row in rows:
                values = list(row)
                for place, change in convert:
                    if values[place] is not None:
                        values[place] = change(values[place])
                yield tuple(values)
    finally:
        cursor.close()


def _column(column: "Column[Any]", sqlite: bool) -> str:
    name = f'"{column.name}"'
    if sqlite:
        return name
    if isinstance(column.type, Utc):
        return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    return f"CAST({name} AS text)" if isinstance(column.type, Json) else name


def _converters(table: Table) -> list[tuple[int, Callable[[Any], Any]]]:
    kinds: list[tuple[int, Callable[[Any], Any]]] = []
    for place, column in enumerate(table.columns):
        if isinstance(column.type, Boolean):
            kinds.append((place, bool))
        elif isinstance(column.type, Utc):
            kinds.append((place, _whole))
    return kinds


def _whole(at: str) -> str:
    if len(at) == _WRITTEN:
        return at
    told = datetime.fromisoformat(at)
    return f"{(told if told.tzinfo is None else told.astimezone(UTC)):%Y-%m-%d %H:%M:%S.%f}"


def write(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows, in the connection's transaction."""
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    plain: Any = conn.connection.dbapi_connection
    assert plain is not None
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in table.columns)
        plain.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)
        return
    with plain.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def digest(conn: Connection, table: Table, told: Callable[[int], None] = lambda _: None) -> TableDigest:
    """Of all rows of a table, whatever database they are in; `told` hears how many rows were looked at more."""
    places = [n for n, c in enumerate(table.columns) if isinstance(c.type, Json)]
    total = count = 0
    for batch in batches(read(conn, table)):
        for row in batch:
            total += int.from_bytes(_hash(row, places), "big")
        count += len(batch)
        told(len(batch))
    return TableDigest(count, f"{total % _MODULUS:032x}")


def _hash(row: Row, json_places: Sequence[int]) -> bytes:
    if json_places:
        values = list(row)
        for place in json_places:
            if (value := values[place]) is not None:
                values[place] = value if len(value) <= 2 else _canonical(value)
        row = tuple(values)
    return hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()


@lru_cache(maxsize=4096)
def _canonical(text: str) -> str:
    """JSON in one spelling: jsonb keeps neither the order of keys, nor the sign of a zero, nor an exponent."""
    told = json.loads(
        text, parse_float=lambda x: float(x) + 0.0, parse_int=lambda x: int(x) if len(x) < 17 else float(x)
    )
    return json.dumps(told, sort_keys=True)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of BATCH."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
