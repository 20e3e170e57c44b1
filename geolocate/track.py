"""Which sightings are one convoy, in which order, and where is it going?

All pairs of sightings that could be one convoy get log-odds from everything known (`affinity`), the whole window is
divided into groups that agree best (`partition`), weak members are left out, and each group becomes a track: places
chosen among the alternatives, order and times (`trajectory`), destination (`heading`). The answer depends neither on
the order of the input nor on ids, except that a track's key names its founding sighting.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from geolocate.affinity import affinity
from geolocate.belief import Beliefs, believe, time_samples
from geolocate.cluster import order, same_event
from geolocate.heading import GOALS_WITHIN_KM, Way, head, priors
from geolocate.link_params import DEFAULT, LinkParams
from geolocate.membership import Support, support
from geolocate.partition import partition
from geolocate.roads import Ints, RoadGraph
from geolocate.trajectory import Trajectory, trace
from geolocate.types import Destination, Sighting, Track, TrackPoint

#: sightings from which on remembering distances between crossroads pays
_MANY = 1000

__all__ = ["LinkParams", "Linked", "Membership", "episodes", "link"]


class Membership(NamedTuple):
    """Where one sighting went. `probability` is of being in `track`; of being in none when `track` is None."""

    track: str | None
    event: str
    probability: float


@dataclass(frozen=True, slots=True)
class Linked:
    """Tracks sorted by key, and for every sighting's id where it went."""

    tracks: tuple[Track, ...]
    membership: dict[str, Membership]


def episodes(sightings: Sequence[Sighting], params: LinkParams = DEFAULT) -> list[list[Sighting]]:
    """Split a timeline where nothing can be linked across, so that a changed part can be linked again on its own.

    Linking the parts one by one gives exactly what linking all together gives.
    """
    ordered = order(sightings)
    timed = sorted((float(time_samples(s, params).mean()), k) for k, s in enumerate(ordered))
    parts: list[list[Sighting]] = []
    before = -np.inf
    for hour, k in timed:
        if hour - before > params.max_gap_hours:
            parts.append([])
        parts[-1].append(ordered[k])
        before = hour
    return parts


def link(
    sightings: Sequence[Sighting],
    destinations: Sequence[Destination],
    roads: RoadGraph,
    params: LinkParams = DEFAULT,
) -> Linked:
    """Join sightings (ids must differ) into tracks of two or more, each with the probability of each destination.

    Raises ValueError when two sightings have one id.
    """
    if len({s.id for s in sightings}) < len(sightings):
        raise ValueError("two sightings have one id")
    tracks: list[Track] = []
    membership: dict[str, Membership] = {}
    for part in episodes(sightings, params):
        linked = _link_part(part, destinations, roads, params)
        tracks.extend(linked.tracks)
        membership.update(linked.membership)
    return Linked(tuple(sorted(tracks, key=lambda t: t.key)), membership)


def _link_part(
    part: Sequence[Sighting], destinations: Sequence[Destination], roads: RoadGraph, params: LinkParams
) -> Linked:
    sightings = order(part)
    places = [(s.lat, s.lon) for s in sightings] + [(c.lat, c.lon) for s in sightings for c in s.alternatives]
    lat, lon = np.array(places + [(d.lat, d.lon) for d in destinations]).T
    near = roads.around(lat, lon, GOALS_WITHIN_KM)
    beliefs = believe(sightings, near, params)
    event = same_event(sightings)
    pairs = affinity(sightings, event, beliefs, near, priors(destinations), params)
    group = partition(len(sightings), pairs.i, pairs.j, pairs.weight, params.apart)
    held = support(group, event, pairs, params)
    tracks = []
    for members in held.groups:
        path = trace(sightings, beliefs, members, near, params)
        tracks.append(_track(path, sightings, beliefs, held, destinations, near, params))
    return Linked(tuple(tracks), _membership(sightings, event, tracks, held))


def _track(
    path: Trajectory,
    sightings: Sequence[Sighting],
    beliefs: Beliefs,
    held: Support,
    destinations: Sequence[Destination],
    roads: RoadGraph,
    params: LinkParams,
) -> Track:
    members = [sightings[k] for k in path.members.tolist()]
    lat, lon, radius = (a[path.places] for a in (beliefs.lat, beliefs.lon, beliefs.radius_km))
    hints = [s.to_hint for s in members if s.to_hint is not None]
    heading = head(Way(lat, lon, radius, float(path.hours[-1]), path.forward, hints), destinations, roads, params)
    points = tuple(_point(n, path, members, beliefs, held) for n in range(len(members)))
    return Track(_key(members), points, heading.destinations, heading.eta)


def _point(n: int, path: Trajectory, members: Sequence[Sighting], beliefs: Beliefs, held: Support) -> TrackPoint:
    number, row = int(path.members[n]), int(path.places[n])
    road_km = hours = speed = None
    if n:
        road_km, hours = float(path.step_km[n - 1]), float(path.hours[n] - path.hours[n - 1])
        speed = road_km / hours if hours > 0.05 else None
    at = datetime.fromtimestamp(round(float(path.hours[n]) * 60) * 60, UTC)
    words = _explain(n, path, beliefs, held, (road_km, hours, speed), members)
    lat, lon = float(beliefs.lat[row]), float(beliefs.lon[row])
    return TrackPoint(members[n].id, lat, lon, at, held.probability[number], road_km, hours, speed, words)


def _explain(
    n: int,
    path: Trajectory,
    beliefs: Beliefs,
    held: Support,
    step: tuple[float | None, float | None, float | None],
    members: Sequence[Sighting],
) -> str:
    number, row = int(path.members[n]), int(path.places[n])
    road_km, hours, speed = step
    words = ["first point of the track"]
    if road_km is not None and hours is not None:
        pace = f", {speed:.0f} km/h with halts" if speed is not None else ", times too close for a speed"
        words = [f"{road_km:.0f} km by road in {hours:.1f} h{pace}"]
    readings = beliefs.places(number)
    if len(readings) > 1:
        which = "the first" if row == readings[0] else "not the first"
        words.append(f"of {len(readings)} places of that name, {which} fits the others best")
    words.append(f"{_fit(held.mean[number])} the other {len(members) - 1} sightings of this track")
    rival = held.rival[number]
    words.append("no other track came into question" if rival is None else f"{_fit(rival)} the next best track")
    return "; ".join(words)


def _fit(log_odds: float) -> str:
    """Mean log-odds in words: 3 is odds of 20 to 1."""
    told = f"(log-odds {log_odds:+.1f}) with"
    if log_odds < -1:
        return f"does not fit {told}"
    return f"fits {'very well' if log_odds >= 3 else 'well' if log_odds >= 1 else 'hardly'} {told}"


def _membership(
    sightings: Sequence[Sighting], number: Ints, tracks: Sequence[Track], held: Support
) -> dict[str, Membership]:
    """Track, event and probability of each; reports of one event that went to two tracks are two events."""
    home = {p.sighting_id: t.key for t in tracks for p in t.points}
    chance = {s.id: held.probability[k] for k, s in enumerate(sightings)}
    rank = {s.id: (s.seen_from, s.id) for s in sightings}
    event: dict[str, str] = {}
    reports: dict[int, list[str]] = defaultdict(list)
    for sighting, k in zip(sightings, number.tolist(), strict=True):
        reports[k].append(sighting.id)
    for ids in reports.values():
        parted: dict[str | None, list[str]] = defaultdict(list)
        for name in ids:
            parted[home.get(name)].append(name)
        if len(parted) == 2 and None in parted:
            parted = defaultdict(list, {None: list(ids)})
        for names in parted.values():
            event.update(dict.fromkeys(names, f"event:{min(names, key=rank.__getitem__)}"))
    return {name: Membership(home.get(name), event[name], chance[name]) for name in rank}


def _key(members: Sequence[Sighting]) -> str:
    return f"track:{min(members, key=lambda s: (s.seen_from, s.id)).id}"
