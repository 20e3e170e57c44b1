"""convoywatch bundle: what a finding stands on, as one file that can be handed over."""

from pathlib import Path

import click

from collector.commands.open import settings, store
from collector.commands.show import everything, resolve
from collector.export.bundle import Folders, write
from collector.kept import Kept
from db import query


@click.command()
@click.argument("idents", nargs=-1, required=True, metavar="ID...")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The zip file to write.")
@click.option("--media", "with_media", is_flag=True, help="Videos and pictures too, not only their list.")
@click.pass_context
def bundle(ctx: click.Context, idents: tuple[str, ...], out: Path, with_media: bool) -> None:
    """Sightings (S12) or tracks (T3) with every post, raw answer and file under them, hashed. Holds exact places."""
    with store(ctx) as opened, opened.read() as conn:
        found = []
        for ident in idents:
            kind, row_id = resolve(conn, ident)
            found.append({"kind": kind} | everything(conn, kind, row_id))
        posts = {row["post_id"]: row for one in found for part in one.get("points", [one]) for row in part["trail"]}
        files = [
            {"post_id": i, "post_url": row["url"]} | dict(a._mapping)
            for i, row in sorted(posts.items())
            for a in query.attachments(conn, i)
        ]
    kept = Kept(lambda: settings(ctx), lambda: 0)
    folders = Folders(kept.captures, kept.media if with_media else None)
    missing = write(out, found, list(posts.values()), files, folders)
    click.echo(f"{len(posts)} posts, {len(files)} attachments written to {out}", err=True)
    if missing:
        click.echo(f"{missing} files are not there any more: see missing.csv in it", err=True)
