"""What all models share: one metadata with named constraints, and the column shorthands."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from db.types import Id, Json, Text, Utc

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

RowId = Annotated[int, mapped_column(Id, primary_key=True)]
BigInt = Annotated[int, mapped_column(Id)]


class Base(DeclarativeBase):
    """The root of the models."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (read once by SQLAlchemy)
        str: Text, datetime: Utc, Any: Json, dict[str, Any]: Json, list[Any]: Json,
    }  # fmt: skip


def owner(target: str, *, primary_key: bool = False, index: bool = False) -> Any:
    """A foreign key whose row goes when its owner goes."""
    return mapped_column(Id, ForeignKey(target, ondelete="CASCADE"), primary_key=primary_key, index=index)
