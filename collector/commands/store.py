"""convoywatch db: the schema, whether the store is sound, and moving it to another database."""

import json

import click

from collector.commands.copy import copy
from collector.commands.open import settings, store
from collector.commands.output import as_json, console, plain
from collector.commands.report import reporter
from collector.context import Context
from db.audit import check as checks
from db.migrate import current, upgrade


@click.group()
def db() -> None:
    """Bring the store's schema up to date, check the store, or copy it to another database."""


db.add_command(copy)


@db.command(name="upgrade")
@click.pass_context
def upgrade_(ctx: click.Context) -> None:
    """Create the store, or bring its schema up to date; safe to repeat."""
    with store(ctx, existing=False) as opened:
        before = current(opened)
        upgrade(opened)
        if opened.carrier:
            from collector.dispatch.postgres import prepare_engine

            prepare_engine(Context(settings(ctx), opened, reporter(False)))
        after = current(opened)
    click.echo(f"the store is at schema {after}" + ("" if before == after else f" (was: {before or 'nothing'})"))


@db.command(name="check")
@as_json
@click.pass_context
def check_(ctx: click.Context, machine: bool) -> None:
    """Check the file, the schema and what must always hold; exit code 1 when something does not."""
    bad = 0
    with store(ctx) as opened:
        for name, wrong in checks(opened):
            bad += wrong is not None
            if machine:
                click.echo(json.dumps({"check": name, "ok": wrong is None, "wrong": wrong}))
            else:
                console().print(f"[red]bad[/]  {name}: {plain(wrong)}" if wrong else f"[green]ok[/]   {name}")
    ctx.exit(1 if bad else 0)
