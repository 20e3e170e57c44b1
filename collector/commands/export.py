"""convoywatch export: sightings and tracks for maps, spreadsheets and data frames."""

import sys
from pathlib import Path

import click

from collector.commands.open import store
from collector.export import csv as as_csv
from collector.export import geojson as as_geojson
from collector.export import geopackage as as_geopackage
from collector.export import geoparquet as as_geoparquet
from collector.export import kml as as_kml

#: written as text, to standard output too
TEXTS = {"geojson": as_geojson.write, "kml": as_kml.write, "csv": as_csv.write}
#: written to a file only
FILES = {"gpkg": as_geopackage.write, "geoparquet": as_geoparquet.write}


@click.command()
@click.argument("shape", metavar="|".join([*TEXTS, *FILES]), type=click.Choice([*TEXTS, *FILES]))
@click.option("--what", type=click.Choice(["sightings", "tracks"]), default="sightings", show_default=True)
@click.option("--public", is_flag=True, help="Only what may be published: confirmed, late and coarse sightings.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file (default: standard output).")
@click.pass_context
def export(ctx: click.Context, shape: str, what: str, public: bool, out: Path | None) -> None:
    """Sightings or tracks for maps and tables. Times are UTC, angles degrees (WGS 84), radii 90 % bounds in km."""
    if public and what == "tracks":
        raise click.UsageError("--public gives sightings only: a track tells more than its coarse points")
    if shape in FILES and out is None:
        raise click.UsageError(f"{shape} needs --out FILE")
    view = "v_public_sightings" if public else f"v_{what}"
    with store(ctx) as opened, opened.read() as conn:
        if out is None:
            TEXTS[shape](conn, view, sys.stdout)
            return
        if shape in FILES:
            count = FILES[shape](conn, view, out)
        else:
            with out.open("w", encoding="utf-8", newline="") as file:
                count = TEXTS[shape](conn, view, file)
    click.echo(f"{count} {what} written to {out}", err=True)
