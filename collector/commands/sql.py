"""convoywatch sql: an analyst's own question."""

import csv
import json
import sys

import click

from collector.commands.open import store
from collector.commands.output import iso, plain, table
from collector.errors import ConvoywatchError
from db.readonly import Answer, SqlRefused, run


@click.command()
@click.argument("statement")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--json", "machine", is_flag=True, help="The same as --format json.")
@click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(0.01, 86_400), help="Time limit.")
@click.option("--limit", default=10_000, show_default=True, type=click.IntRange(1, 10_000_000), help="Row limit.")
@click.pass_context
def sql(ctx: click.Context, statement: str, shape: str, machine: bool, seconds: float, limit: int) -> None:
    """Ask the store in SQL. The connection cannot write. Start with v_sightings, v_tracks, v_evidence_trail."""
    with store(ctx) as opened:
        try:
            answer = run(opened, statement, seconds=seconds, limit=limit)
        except SqlRefused as error:
            raise ConvoywatchError(f"sql: {error}") from error
    _print(answer, "json" if machine else shape)
    if answer.cut:
        click.echo(f"only the first {limit:,} rows are shown; give --limit more", err=True)


def _print(answer: Answer, shape: str) -> None:
    if shape == "json":
        for row in answer.rows:
            told = {k: iso(v) for k, v in zip(answer.columns, row, strict=True)}
            click.echo(json.dumps(told, ensure_ascii=False, default=str))
    elif shape == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(answer.columns)
        writer.writerows([[iso(v) for v in row] for row in answer.rows])
    else:
        shown = ([plain("" if v is None else str(iso(v)), 100) for v in row] for row in answer.rows)
        table("", answer.columns, shown, empty="(no rows)")
