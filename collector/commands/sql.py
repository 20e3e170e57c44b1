"""convoywatch sql: an analyst's own question."""

import csv
import json
import sys
from pathlib import Path
from typing import TextIO

import click

from collector.commands.open import settings, store
from collector.commands.output import iso, plain, table
from collector.errors import ConvoywatchError, Misconfigured
from collector.settings import Settings
from db.readonly import Answer, SqlRefused, run


@click.command()
@click.argument("statement", required=False)
@click.option("--saved", metavar="NAME", help="Ask one of [queries] in the configuration.")
@click.option("--list", "listing", is_flag=True, help="The names of [queries].")
@click.option(
    "--format", "shape", type=click.Choice(["table", "csv", "json", "parquet"]), default="table", show_default=True
)
@click.option("--json", "machine", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(0.01, 86_400), help="Time limit.")
@click.option("--limit", default=10_000, show_default=True, type=click.IntRange(1, 10_000_000), help="Row limit.")
@click.pass_context
def sql(
    ctx: click.Context, statement: str | None, saved: str | None, listing: bool, shape: str, machine: bool,
    out: Path | None, seconds: float, limit: int,
) -> None:  # fmt: skip
    """Ask the store in SQL. The connection cannot write. Start with v_posts, v_sightings, v_tracks."""
    if listing:
        return _names(settings(ctx))
    if machine:
        shape = "json"
    if shape == "parquet" and out is None:
        raise click.UsageError("--format parquet needs --out FILE")
    asked = _asked(settings(ctx), statement, saved)
    with store(ctx) as opened:
        try:
            answer = run(opened, asked, seconds=seconds, limit=limit)
        except SqlRefused as error:
            raise ConvoywatchError(f"sql: {error}") from error
    _give(answer, shape, out)
    if answer.cut:
        click.echo(f"only the first {limit:,} rows are shown; give --limit more", err=True)
    return None


def _names(wanted: Settings) -> None:
    shown = ((plain(name), plain(query, 120)) for name, query in wanted.queries.items())
    table("", ("name", "statement"), shown, empty='none: write [queries] name = "SELECT ..." into the configuration')


def _asked(wanted: Settings, statement: str | None, saved: str | None) -> str:
    if (statement is None) == (saved is None):
        raise click.UsageError("give either a statement or --saved NAME")
    if saved is None:
        return statement or ""
    if saved not in wanted.queries:
        known = ", ".join(wanted.queries) or "none"
        raise Misconfigured(f"[queries] has no {saved!r} (it has: {known})")
    return wanted.queries[saved]


def _give(answer: Answer, shape: str, out: Path | None) -> None:
    if out is None:
        return _print(answer, shape, sys.stdout)
    if shape == "parquet":
        from collector.export.parquet import write_table

        write_table(answer.columns, answer.rows, out)
    else:  # a table for people is of no use in a file
        with out.open("w", encoding="utf-8", newline="") as file:
            _print(answer, "csv" if shape == "table" else shape, file)
    click.echo(f"{len(answer.rows)} rows written to {out}", err=True)
    return None


def _print(answer: Answer, shape: str, out: TextIO) -> None:
    if shape == "json":
        for row in answer.rows:
            told = {k: iso(v) for k, v in zip(answer.columns, row, strict=True)}
            out.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
    elif shape == "csv":
        writer = csv.writer(out)
        writer.writerow(answer.columns)
        writer.writerows([[iso(v) for v in row] for row in answer.rows])
    else:
        shown = ([plain("" if v is None else str(iso(v)), 100) for v in row] for row in answer.rows)
        table("", answer.columns, shown, empty="(no rows)")
