"""convoywatch destinations: the airbases and ports that are watched."""

import json
import os

import click

from collector.commands.open import settings
from collector.commands.output import as_json, plain, point, table
from collector.errors import Misconfigured
from collector.export.whole import whole
from collector.settings import ADDED, DestinationLine, Settings, added_destinations

_AFTER = "a running daemon takes it over at `convoywatch reload`"


@click.group()
def destinations() -> None:
    """Add, list or remove watched destinations, beside those of the configuration."""


@destinations.command(context_settings={"ignore_unknown_options": True})
@click.argument("ident", metavar="ID")
@click.argument("name")
@click.argument("lat", type=click.FloatRange(-90, 90))
@click.argument("lon", type=click.FloatRange(-180, 180))
@click.option("--radius", default=4.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Of it, km.")
@click.option("--weight", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True), help="A prior.")
@click.pass_context
def add(ctx: click.Context, ident: str, name: str, lat: float, lon: float, radius: float, weight: float) -> None:
    """Watch a destination; adding one again changes it. All tracks are then linked again."""
    wanted = settings(ctx)
    kept = {d.id: d for d in added_destinations(wanted.data)}
    if ident == "elsewhere":
        raise Misconfigured('a destination may not have the id "elsewhere": it stands for none of them')
    if ident not in kept and ident in {d.id for d in wanted.destinations}:
        raise Misconfigured(f"{ident} is a destination of the configuration {wanted.file}: change it there")
    kept[ident] = DestinationLine(id=ident, name=name, lat=lat, lon=lon, radius_km=radius, weight=weight)
    _keep(wanted, kept)
    click.echo(f"{ident}: watched; {_AFTER}")


@destinations.command()
@click.argument("ident", metavar="ID")
@click.pass_context
def remove(ctx: click.Context, ident: str) -> None:
    """Watch a destination no more that was added on the command line."""
    wanted = settings(ctx)
    kept = {d.id: d for d in added_destinations(wanted.data)}
    if kept.pop(ident, None) is None:
        inside = ident in {d.id for d in wanted.destinations}
        where = f"it is in the configuration {wanted.file}: remove it there" if inside else "there is no such one"
        raise Misconfigured(f"{ident}: {where}")
    _keep(wanted, kept)
    click.echo(f"{ident}: watched no more; {_AFTER}")


@destinations.command(name="list")
@as_json
@click.pass_context
def list_(ctx: click.Context, machine: bool) -> None:
    """Every watched destination, and where it is named."""
    wanted = settings(ctx)
    added = {d.id for d in added_destinations(wanted.data)}
    found = [(d, "added" if d.id in added else "configuration") for d in wanted.destinations]
    if machine:
        for d, origin in found:
            click.echo(json.dumps(d.model_dump() | {"origin": origin}, ensure_ascii=False))
        return
    table(
        "Destinations",
        ("id", "name", "where", "weight", "named in"),
        ((d.id, plain(d.name), point(d.lat, d.lon, d.radius_km), f"{d.weight:g}", origin) for d, origin in found),
        empty="none is watched: `convoywatch destinations add`",
    )


def _keep(wanted: Settings, kept: dict[str, DestinationLine]) -> None:
    wanted.data.mkdir(parents=True, exist_ok=True)
    with whole(wanted.data / ADDED) as part, part.open("w", encoding="utf-8") as file:
        json.dump([d.model_dump() for d in kept.values()], file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
