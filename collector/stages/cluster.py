"""From observations to sightings: copies keep each other company, different accounts of one event become one."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from collector.context import Context
from collector.copied import copied
from collector.errors import ConvoywatchError
from collector.ruled import in_force, never_one, settled
from collector.settings import Settings
from collector.stages.account import Account, accounts
from collector.stages.base import Outcome, Write
from collector.stages.region import Region, touched_by
from collector.stages.shapes import stored
from db import observations, reviews, rulings, sightings, work
from db.rows import NewSighting
from db.rulings import Ruling
from db.types import AnyRow
from geolocate.cluster import cluster
from geolocate.joint import joint_count, joint_interval, joint_kinds


class Cluster:
    """Many buckets at a time, since they are looked at together; the input is a row of buckets."""

    name = "cluster"
    version = "3"
    batch = 1000
    apart = False

    def params(self, settings: Settings) -> dict[str, Any]:
        """What counts as a sighting, and how it is coarsened for the public."""
        return {
            "threshold": settings.locate.convoy_threshold, "publish": settings.publish.model_dump(mode="json"),
            "copies": settings.copies.model_dump(mode="json"),
        }  # fmt: skip

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Group again all that these buckets touch."""
        with ctx.store.read() as conn:
            region = touched_by(ctx, conn, inputs)
            ruled = in_force(rulings.holding(conn, "sighting"))
            groups = copied(conn, region.posts, ruled)
            names = observations.place_names(conn, ctx.analyzers["locate"], region.posts)
            moves = reviews.moves(conn)
            against = _against(ctx, conn, region)
        found = _sightings(ctx.settings, Told(accounts(region.observed, groups), against, names, ruled))
        fresh = [_moved(ctx.settings, s, moves.get(s.key)) for s in found]

        def write(conn: Connection) -> Outcome:
            days = sightings.replace(conn, ctx.analyzers["cluster"], region.posts, fresh)
            touched = [observations.bucket_id(conn, "day", (day, 0, 0)) for day in sorted(days)]
            work.enqueue(conn, ctx.analyzers["track"], touched)
            told = f"{len(fresh)} sightings of {len(region.observed)} observations"
            return Outcome(empty=not fresh, lines=(("sightings", told),) if days else ())

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every bucket; locating adds others."""
        return observations.bucket_ids(conn, "cell")


def _against(ctx: Context, conn: Connection, region: Region) -> dict[int, list[AnyRow]]:
    """What speaks against each post."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in observations.doubts(conn, ctx.analyzers["locate"], region.observed):
        found[row.post_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a region: accounts by key, what speaks against posts, names of places, what people ruled."""

    accounts: dict[str, Account]
    against: dict[int, list[AnyRow]]
    names: dict[int, str]
    ruled: Sequence[Ruling]


def _sightings(settings: Settings, told: Told) -> list[NewSighting]:
    """Events of all fresh accounts; what is recycled stands alone, and is no witness of anything."""
    old = {
        key: found
        for key, a in sorted(told.accounts.items())
        if (found := a.recycled(key, settings.copies, told.against.get(a.speaker.post_id, ())))
    }
    fresh = {key: a for key, a in sorted(told.accounts.items()) if key not in old}
    account = {name: key for key, a in fresh.items() for name in a.copied.names}
    groups = cluster([stored(key, a.speaker) for key, a in fresh.items()], never_one(told.ruled, account))
    events = settled(groups, told.ruled, account)
    known = [_sighting(settings, [(key, fresh[key]) for key in event], told.names) for event in events]
    return known + [
        replace(
            _sighting(settings, [(key, told.accounts[key])], told.names),
            recycled_of=found.first,
            recycled_since=found.since,
            recycled_why=found.why,
        )
        for key, found in old.items()
    ]


def _sighting(settings: Settings, event: Sequence[tuple[str, Account]], names: dict[int, str]) -> NewSighting:
    """One event out of the accounts of it. The best placed account gives the place, all give time and numbers."""
    told = sorted(event, key=lambda e: (e[1].speaker.posted_at or e[1].speaker.collected_at, e[0]))
    rows = [a.speaker for _, a in told]
    best = min(rows, key=lambda o: (o.radius_km, o.posted_at or o.collected_at))
    start, end = joint_interval([(o.seen_from, o.seen_to) for o in rows])
    low, high = joint_count([(o.vehicles_min, o.vehicles_max) for o in rows])
    members = tuple(m for _, a in told for m in a.copied.members)
    grid = settings.publish.grid_deg
    return NewSighting(
        key=told[0][0], lat=best.lat, lon=best.lon, radius_km=best.radius_km, alternatives=best.alternatives,
        seen_from=start, seen_to=end, posted_at=rows[0].posted_at or rows[0].collected_at,
        convoy_probability=1 - math.prod(1 - o.convoy_probability for o in rows),
        independent_sources=len(rows), copies=len(members) - len(rows),
        vehicles_min=low, vehicles_max=high, kinds=joint_kinds([o.kinds for o in rows]),
        bearing_deg=_first([o.bearing_deg for o in rows]),
        from_hint=_first([o.from_hint for o in rows]), to_hint=_first([o.to_hint for o in rows]),
        place=names.get(best.post_id), public_lat=_coarse(best.lat, grid), public_lon=_coarse(best.lon, grid),
        public_radius_km=_coarse_radius(best.radius_km, grid),
        public_after=end + timedelta(hours=settings.publish.delay_h), members=members,
    )  # fmt: skip


def _moved(settings: Settings, found: NewSighting, to: reviews.Moved | None) -> NewSighting:
    """A sighting where a person put it, if one did: no place that was read stands against that."""
    if to is None:
        return found
    (lat, lon, radius_km), grid = to, settings.publish.grid_deg
    return replace(
        found, lat=lat, lon=lon, radius_km=radius_km, alternatives=[], place=None, public_lat=_coarse(lat, grid),
        public_lon=_coarse(lon, grid), public_radius_km=_coarse_radius(radius_km, grid),
    )  # fmt: skip


def _first(values: Sequence[Any]) -> Any:
    return next((v for v in values if v is not None), None)


def _coarse(degrees: float, grid: float) -> float:
    """The middle of the grid cell, so that rounding does not point at a place."""
    return round((math.floor(degrees / grid) + 0.5) * grid, 6)


def _coarse_radius(radius_km: float, grid: float) -> float:
    """A radius around the middle of the cell that holds the circle around any point in it."""
    return round(radius_km + grid * 111.2 * math.sqrt(0.5), 3)
