"""convoywatch near: what was seen around a place."""

import itertools
import json
from datetime import datetime

import click

from collector.commands.open import store
from collector.commands.output import as_json, iso, plain, point, span, table, when
from collector.commands.times import moment
from db.spatial import Near
from db.spatial import near as found_near


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("lat", type=click.FloatRange(-90, 90))
@click.argument("lon", type=click.FloatRange(-180, 180))
@click.argument("km", type=click.FloatRange(0, 20_100, min_open=True))
@click.option("--since", type=moment, help="Seen or posted at or after: a date, a time, or 36h, 7d (ago).")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@as_json
@click.pass_context
def near(
    ctx: click.Context, lat: float, lon: float, km: float, since: datetime | None, limit: int, machine: bool
) -> None:
    """Sightings and posts placed within KM of a point (degrees north and east), the nearest first.

    What is counted is the middle of where a thing may have been: mind its radius.
    """
    with store(ctx) as opened, opened.read() as conn:
        found = list(itertools.islice(found_near(conn, lat, lon, km, since), limit))
    if machine:
        for one in found:
            facts = {"what": one.kind, "distance_km": one.distance_km} | {k: iso(v) for k, v in one.facts.items()}
            click.echo(json.dumps(facts, ensure_ascii=False))
        return
    table(
        f"Within {km:g} km of {lat:.4f}, {lon:.4f}",
        ("what", "away", "when (UTC)", "where", "told"),
        (_told(one) for one in found),
        empty="Nothing was placed there: try more kilometres.",
    )


def _told(one: Near) -> tuple[str, ...]:
    f = one.facts
    where = point(f["lat"], f["lon"], f["radius_km"])
    if one.kind == "sighting":
        told = f"{plain(f['place'])}, convoy {f['convoy_probability']:.0%}, {f['independent_sources']} source(s)"
        return f"S{f['id']}", f"{one.distance_km:.1f} km", span(f["seen_from"], f["seen_to"]), where, told
    told = f"{plain(f['channel_name'] or f['channel_title'])}: {plain(f['post_text'], 80)} {plain(f['url'])}"
    return "post", f"{one.distance_km:.1f} km", when(f["posted_at"]), where, told
