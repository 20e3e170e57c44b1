"""convoywatch brief: the page for a morning meeting."""

import json
from datetime import datetime

import click

from collector.brief import as_json, as_lines, gather
from collector.commands.open import store
from collector.commands.times import moment


@click.command()
@click.option("--since", type=moment, default="24h", show_default=True, help="A date, a time, or 36h, 7d (ago).")
@click.option("--format", "shape", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--json", "machine", is_flag=True, help="The same as --format json.")
@click.pass_context
def brief(ctx: click.Context, since: datetime, shape: str, machine: bool) -> None:
    """What moved, toward where, how sure that is, who told it first, what is new, and what was removed."""
    with store(ctx) as opened, opened.read() as conn:
        told = gather(conn, since)
    if machine or shape == "json":
        click.echo(json.dumps(as_json(told), ensure_ascii=False, indent=1))
        return
    for line in as_lines(told, markdown=shape == "markdown"):
        click.echo(line)
