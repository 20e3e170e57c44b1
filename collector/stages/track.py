"""From sightings to tracks: the whole timeline is linked, but only what changed is worked out and written again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from collector.context import Context, now
from collector.errors import ConvoywatchError
from collector.ruled import ruled_pairs
from collector.settings import Roads, Settings
from collector.stages.base import Outcome, Write
from collector.stages.shapes import new_track, stored
from db import observations, rulings, sightings, tracks
from db.identity import Succession
from geolocate.pair_rulings import Pair


class Track:
    """Many days at a time, since they are linked together; the input is a row of buckets of kind "day"."""

    name = "track"
    version = "2"
    batch = 1000
    apart = False

    def params(self, settings: Settings) -> dict[str, Any]:
        """The destinations decide where a track may head, the roads what can be one convoy."""
        params: dict[str, Any] = {"destinations": [d.model_dump(mode="json") for d in settings.destinations]}
        if settings.roads != Roads():
            params["roads"] = settings.roads.model_dump(mode="json")
        return params

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Link everything: what these days do not touch is still known from the last time."""
        turn = ctx.timeline.turn()
        with ctx.store.read() as conn:
            rows = {r.key: r for r in sightings.of_analyzer(conn, ctx.analyzers["cluster"])}
            ruled = _ruled(ctx, conn)
        linked = ctx.timeline.link([stored(key, row) for key, row in rows.items()], ruled)
        fresh = ctx.timeline.told(linked, rows, new_track)

        def write(conn: Connection) -> Outcome:
            if not ctx.timeline.supersedes(turn):
                return Outcome()
            changed = tracks.replace(conn, ctx.analyzers["track"], fresh, now())
            grown = [one for one in changed if one.before != one.track.sightings]
            numbers = tracks.sizes(conn, ctx.analyzers["track"], [one.track.key for one in grown])
            places = {r.id: r.place or "?" for r in rows.values()}
            lines = [_line(ctx, one, numbers[one.track.key][0], places) for one in grown]
            return Outcome(empty=not fresh, lines=tuple(lines))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every day; clustering adds others."""
        return observations.bucket_ids(conn, "day")


def _ruled(ctx: Context, conn: Connection) -> dict[Pair, bool]:
    """What people say of pairs of sightings, by their keys."""
    ruled = rulings.holding(conn, "track")
    home = rulings.sightings_of(conn, ctx.analyzers["cluster"], {name for r in ruled for name in r.named})
    return ruled_pairs(ruled, home)


def _line(ctx: Context, one: Succession, track_id: int, places: dict[int, str]) -> tuple[str, str]:
    """Which track is new or has another length, from where to where, and where it heads."""
    track = one.track
    names = {d.id: d.name for d in ctx.destinations}
    best = max(track.destinations, key=lambda d: track.destinations[d])
    change = f"{one.before} -> {track.sightings}" if one.before else f"new, {track.sightings}"
    ends = f"{places[track.points[0].sighting_id]} - {places[track.points[-1].sighting_id]}"
    return (
        "track",
        f"T{track_id} {change} sightings, {ends}, {track.road_km:.0f} km by road; "
        f"heading to {names.get(best, best)}: {track.destinations[best]:.0%}",
    )
