"""Which reports tell of one event: the same convoy, place and time in other words or other footage?

The best pair of groups is merged, again and again, while one event explains two groups better than two do (Bayesian
agglomeration in the manner of Heller and Ghahramani, ICML 2005; `event` holds the beliefs). A merged group has the
product of its members' beliefs, so that three vague reports of one spot speak as one sharp one. Candidates come from a
tree over space and time, never from all pairs; and only what chains of clear pairs join is looked at together, so that
a report in one place cannot change the events of a whole country.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geolocate.event import NEVER, Event, event_of, log_odds, merge
from geolocate.likeness import describe, likeness
from geolocate.link_params import DEFAULT
from geolocate.movement import SD_OF_RADIUS, towards
from geolocate.roads import Ints
from geolocate.sphere import Floats, vectors_km
from geolocate.types import Sighting

#: places farther apart than this (km, and in sd of their difference) and mean times farther apart than this (hours)
#: are not compared
_REACH_KM, _REACH_SD, _REACH_HOURS = 70.0, 3.5, 24.0
#: descriptions count at most this much either way; those of one event agree better than those of one convoy
_WORDS, _SAID = 10.0, 1.75
#: log-odds from which on two reports are looked at together. Chains of less clear pairs run through a whole busy month
CLEAR = 0.25
#: so many fresh reports at once are looked for with a tree, fewer one by one
_MANY = 50
#: concentration of two stated directions of one event about each other (von Mises), and what they count beside places
_KAPPA, _BEARINGS = 1.5, 0.5


def order(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Sightings by content, so that answers depend neither on the order of input nor, but for twins, on ids."""
    return sorted(sightings, key=content)


def content(s: Sighting) -> tuple[Any, ...]:
    """What sightings are ordered by."""
    return s.seen_from, s.seen_to, s.posted_at, s.lat, s.lon, s.radius_km, sorted(s.kinds), s.id


def cluster(sightings: Sequence[Sighting], apart: Iterable[tuple[str, str]] = ()) -> list[tuple[str, ...]]:
    """Groups of ids that are one event, every id in one group; ids and groups sorted, whatever the order of input.

    Two ids that are `apart` are never of one event, whatever speaks for it.
    """
    ordered = order(sightings)
    place = {s.id: k for k, s in enumerate(ordered)}
    foes = [(place[a], place[b]) for a, b in apart if a in place and b in place]
    members: dict[int, list[str]] = defaultdict(list)
    for sighting, number in zip(ordered, same_event(ordered, foes).tolist(), strict=True):
        members[number].append(sighting.id)
    return sorted(tuple(sorted(ids)) for ids in members.values())


def same_event(sightings: Sequence[Sighting], apart: Iterable[tuple[int, int]] = ()) -> Ints:
    """The number of the event that each report tells of. Ties go to the earlier in the sequence: see `order`.

    `apart`: pairs of places in the sequence that are not one event.
    """
    owner, where = spots(sightings)
    first = np.searchsorted(owner, np.arange(len(sightings) + 1))
    hours = clocks(sightings)
    events = [
        event_of(where[first[k] : first[k + 1]].tolist(), tuple(hours[k].tolist()), DEFAULT)
        for k in range(len(sightings))
    ]
    i, j = candidates(owner, where, hours)
    words = _words(sightings, i, j)
    clear = _odds(events, i, j, words) > CLEAR
    part = connected_components(
        coo_array((np.ones(int(clear.sum())), (i[clear], j[clear])), shape=(len(events), len(events))), directed=False
    )[1]
    inside = part[i] == part[j]
    foes: list[set[int]] = [set() for _ in sightings]
    for a, b in apart:
        foes[a].add(b)
        foes[b].add(a)
    return _agglomerate(events, i[inside], j[inside], words[inside], foes)


def clear_pairs(sightings: Sequence[Sighting], fresh: Ints | None = None) -> tuple[Ints, Ints]:
    """Pairs i < j of reports that are clearly enough one event to be looked at together; with `fresh`, only the pairs
    that one of these reports is in."""
    owner, where = spots(sightings)
    few = fresh is not None and len(fresh) < _MANY
    i, j = candidates(owner, where, clocks(sightings), fresh if few else None)
    if fresh is not None and not few:
        mine = np.isin(i, fresh) | np.isin(j, fresh)
        i, j = i[mine], j[mine]
    clear = are_clear(sightings, i, j)
    return i[clear], j[clear]


def are_clear(sightings: Sequence[Sighting], i: Ints, j: Ints) -> NDArray[np.bool_]:
    """Which of these pairs are clearly enough one event to be looked at together."""
    named = np.unique(np.concatenate([i, j]))
    some = [sightings[k] for k in named.tolist()]
    a, b = np.searchsorted(named, i), np.searchsorted(named, j)
    owner, where = spots(some)
    hours, first = clocks(some), np.searchsorted(owner, np.arange(len(some) + 1))
    events = [
        event_of(where[first[k] : first[k + 1]].tolist(), tuple(hours[k].tolist()), DEFAULT) for k in range(len(some))
    ]
    return _odds(events, a, b, _words(some, a, b)) > CLEAR


def _odds(events: Sequence[Event], i: Ints, j: Ints, words: Floats) -> Floats:
    """Log-odds of each pair of reports, by itself, to be one event."""
    told = zip(i.tolist(), j.tolist(), words[:, 0].tolist(), strict=True)
    return np.array([log_odds(events[a], events[b], alike) for a, b, alike in told]).reshape(-1) + words[:, 1]


def clocks(sightings: Sequence[Sighting]) -> Floats:
    """Hours since 1970 a sighting: earliest, latest, posted."""
    times = [[t.timestamp() / 3600.0 for t in (s.seen_from, s.seen_to, s.posted_at)] for s in sightings]
    return np.array(times).reshape(-1, 3)


def spots(sightings: Sequence[Sighting]) -> tuple[Ints, Floats]:
    """The owner of every place, and the places: log-probability, x, y, z, radius in km."""
    rows = []
    for k, s in enumerate(sightings):
        rest = 1.0 - sum(c.probability for c in s.alternatives)
        rows.append((k, max(rest, 0.01), s.lat, s.lon, s.radius_km))
        rows.extend((k, max(c.probability, 0.001), c.lat, c.lon, c.radius_km) for c in s.alternatives)
    owner, p, lat, lon, radius = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    return owner.astype(np.int64), np.column_stack([np.log(p), vectors_km(lat, lon), radius])


def candidates(owner: Ints, where: Floats, hours: Floats, fresh: Ints | None = None) -> tuple[Ints, Ints]:
    """Pairs i < j of reports, some places of which are near enough, given their radii, and whose times meet.

    With `fresh`, only the pairs that one of these reports is in.
    """
    points = np.column_stack([where[:, 1:4], hours[owner, :2].mean(axis=1) * (_REACH_KM / _REACH_HOURS)])
    if fresh is None:
        pairs = (
            cKDTree(points).query_pairs(_REACH_KM, p=np.inf, output_type="ndarray")
            if len(owner)
            else np.zeros((0, 2), int)
        )
        a, b = pairs.T
    else:
        rows = np.flatnonzero(np.isin(owner, fresh))
        x, b = np.nonzero((np.abs(points[rows][:, None, :] - points[None, :, :]) <= _REACH_KM).all(axis=2))
        a = rows[x]
    i, j = np.minimum(owner[a], owner[b]), np.maximum(owner[a], owner[b])
    km = np.sqrt(((where[a, 1:4] - where[b, 1:4]) ** 2).sum(axis=1))
    spread = SD_OF_RADIUS * np.hypot(np.maximum(where[a, 4], 1.0), np.maximum(where[b, 4], 1.0))
    meet = (hours[i, 0] <= hours[j, 1] + 1.0) & (hours[j, 0] <= hours[i, 1] + 1.0)
    kept = (i != j) & meet & (km <= _REACH_SD * spread)
    both = np.unique(i[kept] * len(hours) + j[kept])
    return both // max(len(hours), 1), both % max(len(hours), 1)


def _words(sightings: Sequence[Sighting], i: Ints, j: Ints) -> Floats:
    """What descriptions and directions say of each pair."""
    bearing = np.array([np.nan if s.bearing_deg is None else s.bearing_deg for s in sightings])
    alike = np.clip(_SAID * likeness(describe(sightings, {}), i, j, DEFAULT), -_WORDS, _WORDS)
    return np.stack([alike, _BEARINGS * np.log(towards(bearing[i] - bearing[j], np.full(len(i), _KAPPA)))], axis=1)


def _agglomerate(events: list[Event], i: Ints, j: Ints, words: Floats, foes: list[set[int]]) -> Ints:
    """Merge the best pair again and again while any merging gains, but no foes. Consumes `events` and `foes`."""
    said: list[dict[int, tuple[float, float]]] = [{} for _ in events]
    for a, b, alike, way in zip(i.tolist(), j.tolist(), *words.T.tolist(), strict=True):
        said[a][b] = said[b][a] = (alike, way)
    size, version, home = [1] * len(events), [0] * len(events), list(range(len(events)))
    queue: list[tuple[float, int, int, int, int]] = []

    def offer(a: int, b: int) -> None:
        if b in foes[a]:
            return
        alike, way = said[a][b]
        odds = log_odds(events[a], events[b], alike)
        if odds > NEVER and odds + way > 0.0:
            heapq.heappush(queue, (-odds - way, a, b, version[a], version[b]))

    for a, b in zip(i.tolist(), j.tolist(), strict=True):
        offer(a, b)
    while queue:
        _, a, b, old_a, old_b = heapq.heappop(queue)
        if version[a] != old_a or version[b] != old_b:
            continue
        events[a] = merge(events[a], events[b])
        _inherit(said, size, a, b)
        for foe in foes[b]:
            foes[foe].discard(b)
            foes[foe].add(a)
        foes[a] |= foes[b]
        size[a] += size[b]
        home[b], version[a], version[b] = a, version[a] + 1, -1
        for c in said[a]:
            offer(min(a, c), max(a, c))
    for k in range(len(home)):
        home[k] = home[home[k]]
    return np.array(home, dtype=np.int64)


def _inherit(said: list[dict[int, tuple[float, float]]], size: list[int], a: int, b: int) -> None:
    """Give `a` what is known of `b` and its neighbours; means over the pairs where both are known."""
    share = size[b] / (size[a] + size[b])
    for c, (alike, way) in said[b].items():
        said[c].pop(b)
        if c != a:
            before = said[a].get(c, (alike, way))
            mixed = (before[0] + share * (alike - before[0]), before[1] + share * (way - before[1]))
            said[a][c] = said[c][a] = mixed
    said[b] = {}
