"""convoywatch alerts: what a person should know, and what a person has seen."""

import getpass

import click

from collector.commands.open import store
from collector.commands.output import as_json, lines, plain, table, when
from collector.context import now
from collector.errors import ConvoywatchError
from db import alerts as stored


@click.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Those that are over, too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1))
@as_json
@click.pass_context
def alerts(ctx: click.Context, every: bool, limit: int, machine: bool) -> None:
    """What a person should know: open alerts, newest first."""
    if ctx.invoked_subcommand:
        return None
    with store(ctx) as opened, opened.read() as conn:
        rows = stored.newest(conn, limit, every=every)
    if machine:
        return lines(rows)
    return table(
        "Alerts",
        ("id", "since", "over", "kind", "what", "delivered", "seen by"),
        (
            (
                str(r.id), when(r.opened_at), when(r.closed_at) if r.closed_at else "", r.kind, plain(r.message),
                when(r.delivered_at) if r.delivered_at else plain(r.delivery_error, 40), plain(r.acknowledged_by),
            )
            for r in rows
        ),
        empty="no alert is open",
    )  # fmt: skip


@alerts.command()
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@click.pass_context
def ack(ctx: click.Context, ids: tuple[int, ...]) -> None:
    """You have seen it: `status` no longer fails because of it. It stays open until it is over."""
    with store(ctx) as opened, opened.write() as conn:
        for number in ids:
            if not stored.acknowledge(conn, number, getpass.getuser(), now()):
                raise ConvoywatchError(f"there is no alert {number}: `convoywatch alerts --all` lists them")
            click.echo(f"alert {number}: seen")
