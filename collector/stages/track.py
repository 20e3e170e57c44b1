"""From sightings to tracks: link again every stretch of time that a changed sighting can reach."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from collector.stages.shapes import new_track, stored
from db import observations, sightings, tracks
from db.rows import NewTrack
from geolocate.track import LinkParams, episodes, link
from geolocate.types import Sighting

PARAMS = LinkParams()


class Track:
    """Many days at a time, since they are linked together; the input is a row of buckets of kind "day"."""

    name = "track"
    version = "1"
    batch = 1000
    apart = False

    def params(self, settings: Settings) -> dict[str, Any]:
        """The destinations decide where a track may head."""
        return {"destinations": [d.model_dump(mode="json") for d in settings.destinations]}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Link the episodes that these days touch."""
        with ctx.store.read() as conn:
            days = {cell[0] for cell in observations.cells(conn, inputs).values()}
            rows = {r.key: r for r in sightings.of_analyzer(conn, ctx.analyzers["cluster"])}
        parts = episodes([stored(key, row) for key, row in rows.items()], PARAMS)
        touched = [part for part in parts if _reaches(part, days)]
        fresh = [new_track(t, rows) for part in touched for t in link(part, ctx.destinations, ctx.roads, PARAMS).tracks]
        looked_at = [rows[s.id].id for part in touched for s in part]

        def write(conn: Connection) -> Outcome:
            mine = ctx.analyzers["track"]
            before = tracks.sizes(conn, mine)
            changed = tracks.replace(conn, mine, looked_at, fresh)
            after = tracks.sizes(conn, mine)
            grown = [t for t in fresh if t.key in changed and before.get(t.key, (0, 0))[1] != t.sightings]
            places = {r.id: r.place or "?" for r in rows.values()}
            lines = [_line(ctx, t, after[t.key][0], before.get(t.key, (0, 0))[1], places) for t in grown]
            return Outcome(empty=not fresh, lines=tuple(lines))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every day; clustering adds others."""
        return observations.bucket_ids(conn, "day")


def _reaches(part: Sequence[Sighting], days: Collection[str]) -> bool:
    """Could a sighting on one of these days be linked to this part?"""
    gap = timedelta(hours=PARAMS.max_gap_hours)
    first, last = min(s.seen_from for s in part) - gap, max(s.seen_to for s in part) + gap
    noons = (datetime.combine(date.fromisoformat(day), time(12), UTC) for day in days)
    return any(first - timedelta(hours=12) <= noon <= last + timedelta(hours=12) for noon in noons)


def _line(ctx: Context, track: NewTrack, track_id: int, before: int, places: dict[int, str]) -> tuple[str, str]:
    """Which track is new or has another length, from where to where, and where it heads."""
    names = {d.id: d.name for d in ctx.destinations}
    best = max(track.destinations, key=lambda d: track.destinations[d])
    change = f"{before} -> {track.sightings}" if before else f"new, {track.sightings}"
    ends = f"{places[track.points[0].sighting_id]} - {places[track.points[-1].sighting_id]}"
    return (
        "track",
        f"T{track_id} {change} sightings, {ends}, {track.road_km:.0f} km by road; "
        f"heading to {names.get(best, best)}: {track.destinations[best]:.0%}",
    )
