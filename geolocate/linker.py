"""Which sightings are one convoy, now that a few more are known? Answers as if all were linked at once, only quicker.

Everything is worked out in pieces that depend on nothing outside them: events of chained reports, pairs, parts of the
timeline that hang together, groups, trajectories. A change of the sightings is answered by working out again the pieces
it touches; `tests/unit/test_linker.py` holds that to what linking everything afresh gives, exactly.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from geolocate.belief import table_of_places
from geolocate.cluster import order
from geolocate.drawer import Drawer
from geolocate.groups import Groups, Regrouped
from geolocate.heading import GOALS_WITHIN_KM, priors
from geolocate.link_params import DEFAULT, LinkParams
from geolocate.linked import Linked, Membership
from geolocate.pair_rulings import Pair, PairRulings
from geolocate.reports import Reports
from geolocate.roads import Ints, RoadGraph
from geolocate.sphere import Floats, distance_km
from geolocate.told_events import ToldEvents
from geolocate.told_pairs import ToldPairs
from geolocate.types import Destination, Sighting, Track

#: forgotten reports leave empty slots; from so many, and this share, on everything is linked afresh
_EMPTY, _EMPTY_SHARE = 500, 0.25
#: another place of a sighting wants roads around it when it is this likely, or this near to the first, km
_LIKELY, _NEAR_KM = 0.05, 600.0


class Linker:
    """Links a set of sightings that changes. Keep one for as long as the destinations and roads stay the same."""

    def __init__(self, destinations: Sequence[Destination], roads: RoadGraph, params: LinkParams = DEFAULT) -> None:
        self._destinations, self._all_roads, self._params = tuple(destinations), roads, params
        self._rulings = PairRulings()
        self._begin(roads)

    def _begin(self, roads: RoadGraph) -> None:
        self._roads = roads
        self._reports = Reports(roads, priors(self._destinations), self._params)
        self._events, self._pairs = ToldEvents(), ToldPairs(roads, self._params)
        self._groups = Groups(self._params)
        self._drawer = Drawer(self._destinations, roads, self._params)
        self._tracks: dict[int, Track] = {}
        self._membership: dict[str, Membership] = {}

    def link(self, sightings: Iterable[Sighting], ruled: Mapping[Pair, bool] | None = None) -> Linked:
        """Link exactly these sightings (ids must differ), with what is still known of the last time.

        `ruled` says of pairs (ids, the lower first) that they are one convoy or that they are not, whatever the
        evidence. Raises ValueError when two sightings have one id.
        """
        wanted = _by_id(sightings)
        known, slot = self._reports.sightings, self._reports.slot
        again = self._rulings.change({p: one for p, one in (ruled or {}).items() if p[0] in wanted and p[1] in wanted})
        gone = [name for name in slot if name not in wanted]
        fresh = [s for s in wanted.values() if s.id not in slot or s.id in again or s != known[slot[s.id]]]
        return self.update(fresh, gone)

    def update(self, fresh: Iterable[Sighting], gone: Collection[str] = ()) -> Linked:
        """Link these with all that are known, but for the ids that are `gone`. A known id stands for another sighting.

        Raises ValueError when two of the fresh have one id, or an id that is gone is not known.
        """
        new, known = _by_id(fresh), self._reports
        if missing := set(gone) - set(known.slot):
            raise ValueError(f"never heard of {', '.join(sorted(missing))}")
        left = sorted({*gone, *(name for name in new if name in known.slot)})
        near = self._near(list(new.values()), left)
        living = len(known.slot) - len(left) + len(new)
        if near is not self._roads or len(known) + len(new) - living > max(_EMPTY, _EMPTY_SHARE * living):
            stay = set(known.slot) - set(left)
            new |= {name: known.sightings[known.slot[name]] for name in stay}
            self._begin(near)
            left = []
        return self._change(order(list(new.values())), left)

    def _near(self, fresh: Sequence[Sighting], gone: Sequence[str]) -> RoadGraph:
        """The roads around all places: the same for the same set of sightings, whatever was known before."""
        known = self._reports
        stay = known.alive.copy()
        stay[[known.slot[name] for name in gone]] = False
        held = known.beliefs
        rows = stay[held.owner] & _matters(held.first, held.owner, held.lat, held.lon, held.log_p)
        first, owner, lat, lon, _, log_p = table_of_places(fresh)
        if not (len(lat) or rows.any()):
            return self._roads
        new = _matters(first, owner, lat, lon, log_p)
        goals = np.array([(d.lat, d.lon) for d in self._destinations]).reshape(-1, 2).T
        lat = np.concatenate([held.lat[rows], lat[new], goals[0]])
        lon = np.concatenate([held.lon[rows], lon[new], goals[1]])
        return self._all_roads.around(lat, lon, GOALS_WITHIN_KM)

    def _change(self, fresh: Sequence[Sighting], gone: Sequence[str]) -> Linked:
        reports, events, pairs = self._reports, self._events, self._pairs
        if fresh or gone:
            before = np.concatenate([events.share, np.zeros(len(fresh))])
            slots, left = reports.change(fresh, gone)
            recounted = events.change(reports, slots, left)
            others = pairs.change(reports, slots, left, events.share, before)
            listed = pairs.affinity.take(pairs.affinity.weight > self._params.listed)
            listed = self._rulings.apply(listed, reports.slot)
            regrouped = self._groups.change(reports, listed, events.label, others, recounted)
            for name in gone:
                self._membership.pop(name, None)
            self._redraw(regrouped, slots, recounted)
        return Linked(tuple(sorted(self._tracks.values(), key=lambda t: t.key)), dict(self._membership))

    def _redraw(self, changed: Regrouped, fresh: Ints, recounted: Ints) -> None:
        """Tracks and memberships of what changed."""
        groups, reports = self._groups, self._reports
        for g in changed.ended:
            self._tracks.pop(g, None)
        again = {g for g in np.unique(groups.home[changed.restood]).tolist() if g >= 0} | set(changed.begun)
        for g in sorted(again):
            self._tracks[g] = self._drawer.draw(g, reports, groups)
        self._drawer.forget(changed.ended)
        label = self._events.label
        touched = np.concatenate([changed.restood, fresh, recounted, *(groups.members[g] for g in changed.begun)])
        wanted = np.unique(label[touched])
        told = np.flatnonzero(np.isin(label, wanted[wanted >= 0]))
        told = told[np.lexsort((reports.rank[told], label[told]))]
        cuts = np.flatnonzero(np.diff(label[told])) + 1
        for members in np.split(told, cuts) if len(told) else []:
            self._tell(members.tolist())

    def _tell(self, members: list[int]) -> None:
        """Track, event and probability of the reports of one event; those that went to two tracks are two events."""
        groups, reports = self._groups, self._reports
        home = {k: int(groups.home[k]) for k in members}
        parted: dict[int, list[int]] = {}
        for k in members:
            parted.setdefault(home[k], []).append(k)
        if len(parted) == 2 and -1 in parted:
            parted = {-1: members}
        rank = {k: (reports.sightings[k].seen_from, reports.sightings[k].id) for k in members}
        for some in parted.values():
            event = f"event:{reports.sightings[min(some, key=rank.__getitem__)].id}"
            for k in some:
                track = self._tracks[home[k]].key if home[k] >= 0 else None
                chance = groups.standing.here[k] if track else groups.standing.nowhere[k]
                self._membership[reports.sightings[k].id] = Membership(track, event, float(chance))


def _matters(first: Ints, owner: Ints, lat: Floats, lon: Floats, log_p: Floats) -> NDArray[np.bool_]:
    """Which places want roads around them: unlikely namesakes far away would make the cut the whole world."""
    main = first[owner]
    away = distance_km(lat[main], lon[main], lat, lon)
    matters: NDArray[np.bool_] = (np.arange(len(main)) == main) | (log_p >= np.log(_LIKELY)) | (away <= _NEAR_KM)
    return matters


def _by_id(sightings: Iterable[Sighting]) -> dict[str, Sighting]:
    found: dict[str, Sighting] = {}
    for s in sightings:
        if s.id in found:
            raise ValueError("two sightings have one id")
        found[s.id] = s
    return found
