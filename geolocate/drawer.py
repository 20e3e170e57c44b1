"""What does a group of sightings look like as a track? Points in order, why each is there, destination and state."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from geolocate.groups import Groups
from geolocate.heading import Heading, Way, head
from geolocate.link_params import LinkParams
from geolocate.link_words import explain
from geolocate.reports import Reports
from geolocate.roads import RoadGraph
from geolocate.state import Seen, state
from geolocate.trajectory import Trajectory, trace
from geolocate.types import Destination, Sighting, Track, TrackPoint


class Drawer:
    """Draws groups; the way of a group is worked out once, for it depends on its members only."""

    def __init__(self, destinations: Sequence[Destination], roads: RoadGraph, params: LinkParams) -> None:
        self._destinations, self._roads, self._params = destinations, roads, params
        self._ways: dict[int, tuple[Trajectory, Heading]] = {}

    def forget(self, groups: Iterable[int]) -> None:
        """These groups are no more."""
        for g in groups:
            self._ways.pop(g, None)

    def draw(self, group: int, reports: Reports, groups: Groups) -> Track:
        """The track of one group."""
        if group not in self._ways:
            self._ways[group] = self._way(group, reports, groups)
        path, heading = self._ways[group]
        members = [reports.sightings[k] for k in path.members.tolist()]
        points = tuple(_point(n, path, reports, groups, self._roads) for n in range(len(members)))
        radius = reports.beliefs.radius_km[path.places].tolist()
        seen = [
            Seen(p.lat, p.lon, r, h, p.probability) for p, r, h in zip(points, radius, path.hours.tolist(), strict=True)
        ]
        does = state(seen, path.forward, self._destinations)
        return Track(
            _key(members), points, heading.destinations, heading.eta, does.state, does.probability, does.destination
        )

    def _way(self, group: int, reports: Reports, groups: Groups) -> tuple[Trajectory, Heading]:
        beliefs = reports.beliefs
        path = trace(reports.sightings, beliefs, groups.members[group], self._roads, self._params)
        hints = [h for k in path.members.tolist() if (h := reports.sightings[k].to_hint) is not None]
        lat, lon, radius = (a[path.places] for a in (beliefs.lat, beliefs.lon, beliefs.radius_km))
        way = Way(lat, lon, radius, float(path.hours[-1]), path.forward, hints)
        return path, head(way, self._destinations, self._roads, self._params)


def _point(n: int, path: Trajectory, reports: Reports, groups: Groups, roads: RoadGraph) -> TrackPoint:
    slot, row = int(path.members[n]), int(path.places[n])
    road_km = hours = speed = None
    if n:
        road_km, hours = float(path.step_km[n - 1]), float(path.hours[n] - path.hours[n - 1])
        speed = road_km / hours if hours > 0.05 else None
    at = datetime.fromtimestamp(round(float(path.hours[n]) * 60) * 60, UTC)
    lat, lon = float(reports.beliefs.lat[row]), float(reports.beliefs.lon[row])
    here = float(groups.standing.here[slot])
    road = roads.name(reports.beliefs.snapped, row)
    words = explain(n, path, reports, groups, (road_km, hours, speed), road)
    return TrackPoint(reports.sightings[slot].id, lat, lon, at, here, road_km, hours, speed, words)


def _key(members: Sequence[Sighting]) -> str:
    return f"track:{min(members, key=lambda s: (s.seen_from, s.id)).id}"
