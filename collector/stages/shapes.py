"""From rows of the store to the values that thinking takes, and back."""

from collections.abc import Sequence
from typing import Any

from db.rows import NewTrack, NewTrackPoint
from db.types import AnyRow
from geolocate.types import Candidate, Position, Sighting, Track


def stored(key: str, row: AnyRow) -> Sighting:
    """An observation or a sighting, as a linker sees it."""
    hint = row.from_hint
    return Sighting(
        id=key, lat=row.lat, lon=row.lon, radius_km=row.radius_km, seen_from=row.seen_from, seen_to=row.seen_to,
        posted_at=row.posted_at or row.seen_to, alternatives=tuple(candidate(a) for a in row.alternatives),
        vehicles_min=row.vehicles_min, vehicles_max=row.vehicles_max, kinds=tuple(row.kinds),
        bearing_deg=row.bearing_deg, from_hint=Position(hint["lat"], hint["lon"], hint["radius_km"]) if hint else None,
        to_hint=row.to_hint,
    )  # fmt: skip


def candidate(raw: dict[str, Any]) -> Candidate:
    """One alternative place out of its JSON."""
    return Candidate(raw["ref"], raw["name"], raw["lat"], raw["lon"], raw["radius_km"], raw["probability"])


def counted(rows: Sequence[AnyRow]) -> tuple[int | None, int | None]:
    """How many vehicles several accounts make: each saw a part of the column, so the largest numbers are nearest.

    "More than 30" beside "20 to 25" leaves the upper end open.
    """
    low = max((r.vehicles_min for r in rows if r.vehicles_min is not None), default=None)
    high = max((r.vehicles_max for r in rows if r.vehicles_max is not None), default=None)
    return low, high if low is None or high is None or low <= high else None


def new_track(track: Track, row_of: dict[str, AnyRow]) -> NewTrack:
    """A track as the store writes it; `row_of` gives each sighting's row by its key."""
    rows = [row_of[p.sighting_id] for p in track.points]
    low, high = counted(rows)
    return NewTrack(
        key=track.key, first_seen=track.points[0].at, last_seen=track.points[-1].at, sightings=len(track.points),
        road_km=round(sum(p.road_km or 0.0 for p in track.points), 3),
        vehicles_min=low, vehicles_max=high,
        eta_from=track.eta.start if track.eta else None, eta_to=track.eta.end if track.eta else None,
        state=track.state, state_probability=round(track.state_probability, 6),
        state_destination_id=track.state_destination,
        points=tuple(
            NewTrackPoint(
                row_of[p.sighting_id].id, p.lat, p.lon, p.at, p.probability,
                p.road_km, p.hours, p.speed_kmh, p.explanation,
            )
            for p in track.points
        ),
        destinations=dict(track.destinations),
    )  # fmt: skip
