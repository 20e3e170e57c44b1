"""Parquet: any table, for data frames. Needs the extra `parquet`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from collector.errors import Misconfigured
from collector.export.whole import whole


def arrow() -> Any:
    """The library that writes Parquet. Raises Misconfigured where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise Misconfigured("Parquet needs pyarrow: pip install 'convoywatch[parquet]'") from error
    return pyarrow


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], out: Path) -> int:
    """Write an answer whole or not at all; returns how many rows.

    A column has the type that all its values have: whole numbers, numbers, truth values, times; else text.
    """
    pa = arrow()
    kept = list(rows)
    names = _each_once(columns)
    arrays = [_column(pa, [row[n] for row in kept]) for n in range(len(names))]
    with whole(out) as part:
        pa.parquet.write_table(pa.Table.from_arrays(arrays, names=names), part)
    return len(kept)


def _column(pa: Any, values: Sequence[Any]) -> Any:
    kinds = {type(v) for v in values if v is not None}
    if kinds == {int}:
        return pa.array(values, pa.int64()) if all(v is None or abs(v) < 2**63 for v in values) else _text(pa, values)
    if kinds and kinds <= {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds and all(issubclass(k, datetime) for k in kinds) and all(v is None or v.tzinfo for v in values):
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    return _text(pa, values)


def _text(pa: Any, values: Sequence[Any]) -> Any:
    return pa.array([None if v is None else str(v) for v in values], pa.string())


def _each_once(columns: Sequence[str]) -> list[str]:
    """A table has each name once; a statement may give one twice."""
    names: list[str] = []
    for name in columns:
        n, told = 2, name
        while told in names:
            told, n = f"{name}_{n}", n + 1
        names.append(told)
    return names
