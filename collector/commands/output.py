"""How a command answers: tables and colour for people, JSON lines for machines, the same facts in both."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from collector.kilometres import km
from db.types import AnyRow

#: direction marks that could turn a terminal's line around, and control characters
_UNSAFE = dict.fromkeys((*range(32), *range(127, 160), 8206, 8207, *range(8234, 8239), *range(8294, 8298)))

as_json = click.option("--json", "machine", is_flag=True, help="JSON lines for machines.")


def console() -> Console:
    """Standard output, with colour where it is a terminal; a pipe or a file gets long lines rather than folded ones."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)


def iso(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def lines(rows: Iterable[AnyRow]) -> None:
    """Rows as JSON lines."""
    for row in rows:
        click.echo(json.dumps({k: iso(v) for k, v in row._mapping.items()}, ensure_ascii=False))


def plain(text: str | None, width: int = 0) -> str:
    """Text of strangers made safe for a terminal: one line, no control characters, cut to `width`."""
    told = " ".join((text or "").replace("\n", " ").translate(_UNSAFE).split())
    return escape(told if not width or len(told) <= width else told[: width - 1] + "…")


def when(at: datetime | None) -> str:
    """A time for people, UTC."""
    return at.strftime("%d %b %H:%M") if at else "?"


def span(start: datetime | None, end: datetime | None) -> str:
    """An interval for people."""
    if start and end and start.date() == end.date():
        return f"{start:%d %b %H:%M}-{end:%H:%M}"
    return f"{when(start)} - {when(end)}"


def point(lat: float | None, lon: float | None, radius_km: float | None) -> str:
    """A place with its uncertainty."""
    if lat is None or lon is None:
        return ""
    return f"{lat:.3f}, {lon:.3f} ±{km(radius_km)}" if radius_km is not None else f"{lat:.3f}, {lon:.3f}"


def counts(low: int | None, high: int | None) -> str:
    """How many vehicles, as an interval."""
    if low is None and high is None:
        return ""
    return f"{low}" if low == high else f"{low if low is not None else '?'}-{high if high is not None else '?'}"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """A table for people, or a line that says why there is nothing and what to do."""
    drawn = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    out = console()
    out.print(drawn if drawn.row_count else f"[dim]{escape(empty)}[/]")
