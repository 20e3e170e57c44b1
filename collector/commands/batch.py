"""convoywatch parse, locate, link: files in, JSON lines out, the store not touched."""

import sys
from pathlib import Path

import click

from collector.errors import Misconfigured

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
    type=click.Path(path_type=Path, exists=True),
    help="Another road graph (JSON, GeoJSON or CSV, may be .gz).",
)
@click.option("--tracks", type=click.Path(path_type=Path), help="Write the tracks to this file.")
@click.pass_context
def link(ctx: click.Context, file: Path, destinations: Path, roads: Path | None, tracks: Path | None) -> None:
    """JSON lines of sightings to their tracks: {"id", "track", "event", "probability"} each."""
    from geolocate.link_lines import link_files
    from geolocate.roads import RoadGraph

    try:
        graph = RoadGraph.read(roads) if roads else RoadGraph.embedded()
    except ValueError as error:
        raise Misconfigured(f"--roads {roads}: {error}") from error
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
