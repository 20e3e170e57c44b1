"""convoywatch backup, restore: everything a second time, and back."""

import json
from pathlib import Path

import click

from collector.backup import back_up_store, copy_files, copy_own, finished, forget_oldest, restore_store
from collector.commands.copy import bar
from collector.commands.open import settings, store
from collector.commands.output import as_json, plain
from collector.context import now
from collector.errors import ConvoywatchError
from collector.kept import folder as kept_in
from collector.lock import DaemonLock
from collector.shelves import FolderShelf, shelf


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", type=click.IntRange(1), help="Remove all but so many copies of the store (never files).")
@as_json
@click.pass_context
def backup(ctx: click.Context, folder: Path, keep: int | None, machine: bool) -> None:
    """Copy the store as it is at one moment, and every file by its hash that FOLDER does not have yet: from the data
    folder, or from wherever [objects] keeps them.

    The daemon may go on. Run it as often as you like: only what is new is copied.
    """
    said = settings(ctx)
    if any(place in (folder.resolve(), *folder.resolve().parents) for place in (said.data, kept_in(said))):
        raise ConvoywatchError("a backup inside the data folder is lost with it: name a folder elsewhere")
    with store(ctx) as opened, bar(opened, 1 if opened.is_sqlite else 3) as told:
        kept = back_up_store(opened, folder, now(), told)
    files = copy_files(shelf(said), FolderShelf(folder))
    copy_own(said.data, folder)
    gone = forget_oldest(folder, keep) if keep else 0
    rows = sum(n for n, _ in kept.tables.values())
    if machine:
        click.echo(json.dumps({"at": kept.at, "rows": rows, "copied": files.copied, "there": files.there}))
    else:
        click.echo(
            f"{rows:,} rows of {kept.at}, {files.copied:,} files copied, {files.there:,} were there; {gone} removed"
        )
    _tell_damaged(ctx, files.damaged)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--at", "wanted", help="Which copy of the store (the beginning of its time; default: the newest).")
@click.pass_context
def restore(ctx: click.Context, folder: Path, wanted: str | None) -> None:
    """Put a backup into the (empty) store of the configuration and where it keeps files; check that all came back."""
    known = finished(folder)
    found = [m for m in known if m.stem.startswith(f"store-{(wanted or '').replace('-', '').replace(':', '')}")]
    if not found:
        there = ", ".join(m.stem.removeprefix("store-") for m in known) or "none"
        raise ConvoywatchError(f"no finished backup {plain(wanted)} in {folder} (there: {there})")
    said = settings(ctx)
    with DaemonLock(said.data):
        with store(ctx, existing=False) as opened, bar(opened, 2) as told:
            kept = restore_store(folder, found[-1], opened, told)
        files = copy_files(FolderShelf(folder), shelf(said))
        copy_own(folder, said.data)
    rows = sum(n for n, _ in kept.tables.values())
    click.echo(
        f"{rows:,} rows of {kept.at} and {files.copied + files.there:,} files are back; counts and digests agree"
    )
    _tell_damaged(ctx, files.damaged)


def _tell_damaged(ctx: click.Context, damaged: tuple[str, ...]) -> None:
    for name in damaged:
        click.echo(f"damaged, not copied: {name} does not hold what its name says", err=True)
    if damaged:
        ctx.exit(3)
