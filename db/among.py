"""Is a column's value one of these, however many they are? One bound value instead of one a value.

SQLite takes 32,766 bound values a statement and PostgreSQL 65,535; a closure over copies may hold more rows than that.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, String, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from db.types import Text, storable


def among(conn: Connection, column: Any, values: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """`column IN (values)` for row numbers or text, none of them None."""
    if isinstance(column.type, Text):
        listed: list[Any] = [storable(str(v)) for v in values]
    else:
        listed = [int(v) for v in values]
    if conn.dialect.name == "sqlite":
        found: ColumnElement[bool] = column.in_(
            select(func.json_each(json.dumps(listed)).table_valued("value").c.value)
        )
        return found
    kind = ARRAY(String() if isinstance(column.type, Text) else BigInteger())
    same: ColumnElement[bool] = column == any_(literal(listed, kind))
    return same
