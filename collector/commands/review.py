"""convoywatch review: a person's decision, kept for good."""

import getpass

import click

from collector.commands.open import store
from collector.commands.show import resolve
from collector.context import now
from db import reviews


@click.command()
@click.argument("ident", metavar="ID")
@click.argument("decision", type=click.Choice(["confirm", "reject", "note"]))
@click.argument("note", required=False)
@click.option("--who", help="Who decides (default: your login name).")
@click.pass_context
def review(ctx: click.Context, ident: str, decision: str, note: str | None, who: str | None) -> None:
    """Confirm, reject or annotate a sighting (S12) or a track (T3). The newest decision counts; all are kept."""
    with store(ctx) as opened:
        with opened.read() as conn:
            kind, row_id = resolve(conn, ident)
        with opened.write() as conn:
            key = reviews.add(conn, kind, row_id, decision, note, who or getpass.getuser(), now())
    click.echo(f"{decision}: {kind} {ident} ({key})")
