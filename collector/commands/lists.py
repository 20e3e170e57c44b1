"""convoywatch posts, sightings, tracks: the newest of each."""

import json

import click

from collector.commands.open import store
from collector.commands.output import as_json, counts, lines, plain, point, span, table, when
from db import query

limited = click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 100_000), help="How many.")


@click.command()
@limited
@click.option("--channel", help="Only this channel's.")
@as_json
@click.pass_context
def posts(ctx: click.Context, limit: int, channel: str | None, machine: bool) -> None:
    """The newest posts and what was made of them."""
    with store(ctx) as opened, opened.read() as conn:
        found = query.posts(conn, limit, channel)
    if machine:
        return lines(found)
    return table(
        "Posts",
        ("posted", "channel", "text", "convoy", "where", "sighting"),
        (
            (
                when(p.posted_at), plain(p.channel_name or p.channel_title or p.platform),
                f"[red](removed)[/] {plain(p.text, 70)}" if p.removed_at else plain(p.text, 70),
                f"{p.convoy_probability:.0%}" if p.convoy_probability is not None else "…",
                point(p.lat, p.lon, p.radius_km), f"S{p.sighting_id}" if p.sighting_id else "",
            )
            for p in found
        ),
        empty="No posts yet: `convoywatch run` collects them, `convoywatch ingest FILE` takes them in.",
    )  # fmt: skip


@click.command()
@limited
@as_json
@click.pass_context
def sightings(ctx: click.Context, limit: int, machine: bool) -> None:
    """The newest sightings of convoys."""
    with store(ctx) as opened, opened.read() as conn:
        found = query.sightings(conn, limit)
    if machine:
        return lines(found)
    return table(
        "Sightings",
        ("id", "seen (UTC)", "place", "where", "vehicles", "kinds", "sources", "copies", "convoy", "track"),
        (
            (
                f"S{s.id}", span(s.seen_from, s.seen_to), plain(s.place), point(s.lat, s.lon, s.radius_km),
                counts(s.vehicles_min, s.vehicles_max), ", ".join(_listed(s.kinds)), str(s.independent_sources),
                str(s.copies), f"{s.convoy_probability:.0%}", f"T{s.track_id}" if s.track_id else "",
            )
            for s in found
        ),
        empty="No sightings yet: no post so far reports a convoy at a place that could be told.",
    )  # fmt: skip


def _listed(value: object) -> list[str]:
    """A JSON column of a view: text on SQLite, a list on PostgreSQL."""
    return list(json.loads(value)) if isinstance(value, str) else list(value)  # type: ignore[call-overload]


@click.command()
@limited
@as_json
@click.pass_context
def tracks(ctx: click.Context, limit: int, machine: bool) -> None:
    """The newest tracks and where they head."""
    with store(ctx) as opened, opened.read() as conn:
        found = query.tracks(conn, limit)
        headings = {t.id: query.headings(conn, t.id) for t in found}
    if machine:
        return lines(found)
    return table(
        "Tracks",
        ("id", "seen (UTC)", "sightings", "by road", "vehicles", "heading to", "ETA (UTC)"),
        (
            (
                f"T{t.id}", span(t.first_seen, t.last_seen), str(t.sightings), f"{t.road_km:.0f} km",
                counts(t.vehicles_min, t.vehicles_max),
                ", ".join(f"{plain(h.destination)} {h.probability:.0%}" for h in headings[t.id][:3]),
                span(t.eta_from, t.eta_to) if t.eta_from else "",
            )
            for t in found
        ),
        empty="No tracks yet: a track needs two sightings that one convoy can have made.",
    )  # fmt: skip
