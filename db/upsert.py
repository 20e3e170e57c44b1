"""How a row is written so that writing it again does no harm: INSERT ... ON CONFLICT, the same on both dialects."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

Insert = sqlite.Insert | postgresql.Insert


def insert(conn: Connection, model: type[DeclarativeBase]) -> Any:
    """The dialect's own INSERT, which has on_conflict_do_nothing and on_conflict_do_update."""
    return (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(model)
