"""convoywatch export: sightings and tracks for maps and spreadsheets."""

import sys
from pathlib import Path

import click

from collector.commands.open import store
from collector.export import csv as as_csv
from collector.export import geojson as as_geojson

FORMATS = {"geojson": as_geojson.write, "csv": as_csv.write}


@click.command()
@click.argument("shape", metavar="geojson|csv", type=click.Choice(list(FORMATS)))
@click.option("--what", type=click.Choice(["sightings", "tracks"]), default="sightings", show_default=True)
@click.option("--public", is_flag=True, help="Only what may be published: confirmed, late and coarse sightings.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write (default: standard output).")
@click.pass_context
def export(ctx: click.Context, shape: str, what: str, public: bool, out: Path | None) -> None:
    """Sightings or tracks as GeoJSON or CSV. Times are UTC, angles degrees (WGS 84), radii 90 % bounds in km."""
    if public and what == "tracks":
        raise click.UsageError("--public gives sightings only: a track tells more than its coarse points")
    view = "v_public_sightings" if public else f"v_{what}"
    with store(ctx) as opened, opened.read() as conn:
        if out is None:
            FORMATS[shape](conn, view, sys.stdout)
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            count = FORMATS[shape](conn, view, file)
    click.echo(f"{count} {what} written to {out}", err=True)
