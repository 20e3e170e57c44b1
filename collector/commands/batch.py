"""convoywatch parse, locate, link: files in, JSON lines out, the store not touched."""

import gc
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.errors import Misconfigured

if TYPE_CHECKING:
    from collector.settings.thinking import ClosedLine
    from geolocate.roads import RoadGraph

#: latitude, longitude and, if said, km
_PLACE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*(?:,\s*(\d+(?:\.\d+)?)\s*)?")

file_argument = click.Path(path_type=Path, exists=True, allow_dash=True)


@click.command()
@click.argument("kind")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def parse(ctx: click.Context, kind: str, files: tuple[Path, ...]) -> None:
    """Saved pages and exports to JSON lines, one a post.

    KIND: telegram, telegram-export, feed, mastodon, bluesky, ytdlp, web, jsonl, csv. FILE may be a folder, or - for
    standard input.
    """
    from collector.parse import parse_files

    ctx.exit(parse_files(kind, files, sys.stdout, sys.stderr))


@click.command()
@click.argument("file", default="-", type=file_argument)
@click.option(
    "--gazetteer", "gazetteers", multiple=True, metavar="NAME", help="An imported gazetteer to add (repeatable)."
)
@click.option("--region", default="", metavar="XX,YY", help="Countries to prefer, as ISO codes.")
@click.option("--online", is_flag=True, help="Ask the configured online geocoder too (geopy).")
@click.pass_context
def locate(ctx: click.Context, file: Path, gazetteers: tuple[str, ...], region: str, online: bool) -> None:
    """JSON lines of texts to JSON lines of places, roles, convoy and time.

    In: {"id", "text", "lang"?, "posted_at"?, "spans"?}. Out: the same order, one line each. The answer depends on the
    line and the options only: of the configuration, no more than the data folder and the geocoder are used.
    """
    from collector.locating import make_locator
    from collector.settings import load
    from geolocate.locate_lines import locate_lines

    # what is remembered of words lives long: looking through it after every 700 new objects takes a twelfth of the time
    gc.set_threshold(50_000, 20, 50)
    wanted = load(ctx.find_root().obj)
    codes = tuple(c.strip().upper() for c in region.split(",") if c.strip())
    locate_settings = wanted.locate.model_copy(update={"region": codes, "gazetteers": gazetteers})
    locator = make_locator(wanted.model_copy(update={"locate": locate_settings}), (), online=online)
    with click.open_file(str(file), encoding="utf-8", errors="surrogateescape") as lines:
        ctx.exit(locate_lines(lines, locator, sys.stdout, sys.stderr))


@click.command()
@click.argument("file", metavar="SIGHTINGS.jsonl", type=file_argument)
@click.option(
    "--destinations", required=True, type=click.Path(path_type=Path, exists=True), help="JSON list of destinations."
)
@click.option(
    "--roads",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another road graph (JSON, GeoJSON or CSV, may be .gz).",
)
@click.option(
    "--corridors",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Lines with names (GeoJSON or CSV): the roads along them take these.",
)
@click.option(
    "--closed", multiple=True, metavar="NAME|LAT,LON[,KM]", help="A road, or all within so many km (1): not driven."
)
@click.option(
    "--border-penalty", type=click.FloatRange(min=0), default=0.0, metavar="HOURS", help="Lost at every border."
)
@click.option("--tracks", type=click.Path(path_type=Path), help="Write the tracks to this file.")
@click.pass_context
def link(
    ctx: click.Context,
    file: Path,
    destinations: Path,
    roads: Path | None,
    corridors: Path | None,
    closed: tuple[str, ...],
    border_penalty: float,
    tracks: Path | None,
) -> None:
    """JSON lines of sightings to their tracks: {"id", "track", "event", "probability"} each.

    The answer depends on the files and the options only: [roads] of the configuration is not read.
    """
    from geolocate.link_lines import link_files

    graph = _graph(roads, corridors, closed, border_penalty)
    out = tracks.open("w", encoding="utf-8") if tracks else None
    try:
        with click.open_file(str(file), encoding="utf-8") as lines:
            code = link_files(lines, destinations.read_text(encoding="utf-8"), graph, sys.stdout, out, sys.stderr)
    except ValueError as error:
        raise Misconfigured(f"--destinations {destinations}: {error}") from error
    finally:
        if out:
            out.close()
    ctx.exit(code)


def _graph(roads: Path | None, corridors: Path | None, closed: tuple[str, ...], border_penalty: float) -> "RoadGraph":
    from collector.road_graph import roads_of
    from collector.settings import Roads

    try:
        said = Roads(
            file=str(roads) if roads else None,
            corridors=str(corridors) if corridors else None,
            border_penalty_h=border_penalty,
            closed=tuple(map(_closed, closed)),
        )
        return roads_of(said, Path())
    except (OSError, ValueError) as error:
        raise Misconfigured(f"the roads: {error}") from error


def _closed(told: str) -> "str | ClosedLine":
    from collector.settings.thinking import ClosedLine

    if (place := _PLACE.fullmatch(told)) is None:
        return told
    lat, lon, radius_km = map(float, place.groups("1"))
    if abs(lat) > 90 or abs(lon) > 180 or radius_km <= 0:
        raise Misconfigured(f"--closed {told}: expected a latitude, a longitude and, if you like, km")
    return ClosedLine(lat=lat, lon=lon, radius_km=radius_km)
