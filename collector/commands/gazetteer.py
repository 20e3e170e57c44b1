"""convoywatch gazetteer: more places than those shipped."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from collector.commands.open import settings
from collector.commands.output import as_json, plain, table
from collector.errors import Misconfigured

#: rows told one by one before only their number is
_TOLD = 20


@click.group()
def gazetteer() -> None:
    """Import more places, or list what there is."""


@gazetteer.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "kind", required=True, type=click.Choice(["geonames", "whosonfirst", "csv"]))
@click.option("--name", help="What to call it (default: after the file).")
@click.option(
    "--columns", metavar="FIELD=COLUMN,...",
    help="csv: name (may be repeated), lat, lon, ref, country, admin1, population, kind, radius.",
)  # fmt: skip
@click.option(
    "--alternate-names",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="geonames: alternateNamesV2.",
)
@click.option("--licence", help="Under which terms the data may be used; kept and shown.")
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    kind: str,
    name: str | None,
    columns: str | None,
    alternate_names: Path | None,
    licence: str | None,
) -> None:
    """Read a gazetteer (plain, .gz or .zip) into the data folder; the same name again replaces it.

    Exit code 3: some rows were bad and skipped.
    """
    from collector.gazetteers import checked, name_of, take_in
    from geolocate.gazetteer_import import FORMATS
    from geolocate.imports.columns import parse_map

    if (columns and kind != "csv") or (alternate_names and kind != "geonames"):
        raise Misconfigured("--columns belongs to --format csv, --alternate-names to --format geonames")
    try:
        mapped = parse_map(columns) if columns else None
    except ValueError as wrong:
        raise Misconfigured(f"--columns: {wrong}") from wrong
    skipped = 0

    def bad(number: int, what: str) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= _TOLD:
            click.echo(f"line {number}: {what}", err=True)

    done = take_in(
        file, settings(ctx).data, next(f for f in FORMATS if f == kind), name=checked(name) if name else name_of(file),
        licence=licence, columns=mapped, alternate=alternate_names, bad=bad,
        progress=lambda count: click.echo(f"{count} places read", err=True),
    )  # fmt: skip
    if skipped > _TOLD:
        click.echo(f"and {skipped - _TOLD} more bad rows", err=True)
    click.echo(f"{done.name}: {done.places} places, {done.bad} bad rows skipped; licence: {done.licence}", err=True)
    click.echo(f"use it: convoywatch locate --gazetteer {done.name}, or gazetteers in [locate]", err=True)
    ctx.exit(3 if done.bad else 0)


@gazetteer.command(name="list")
@as_json
@click.pass_context
def list_(ctx: click.Context, machine: bool) -> None:
    """The shipped gazetteer and the imported ones: places, licence, origin, date."""
    from collector.gazetteers import listed

    found = list(listed(settings(ctx).data))
    if machine:
        for one in found:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
        return
    rows = [
        (plain(a.name), str(a.places), plain(a.licence), plain(f"{a.source} ({a.format})"), a.imported_at or "shipped")
        for a in found
    ]
    table("Gazetteers", ("name", "places", "licence", "origin", "imported"), rows, empty="none")
