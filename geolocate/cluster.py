"""Which reports tell of one event: the same convoy, place and time in other words or other footage?

Candidates come from space-time cells, never from all pairs. Two reports speak for one event when their places agree
within the stated radii, their times overlap and their counts and kinds agree; groups are those that agree best.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from geolocate.belief import TIME_SAMPLES, time_samples
from geolocate.likeness import describe, likeness
from geolocate.link_params import DEFAULT
from geolocate.partition import partition
from geolocate.roads import Ints
from geolocate.sphere import KM_PER_DEGREE, Floats, distance_km
from geolocate.types import Sighting

#: size of a cell: reports of one event are nearer than this in space (degrees of latitude, km) and in time (hours)
_CELL_DEGREES, _CELL_HOURS = 0.5, 6.0
#: log-odds that two reports of one place, hour and description are one event, before the places' distance is looked at
_PRIOR = -1.5
#: reports come from towns: agreeing within this says no more than agreeing on the town
_TOWN_KM = 5.0
_APART = -8.0


def order(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Sightings by content, so that answers depend neither on the order of input nor, but for twins, on ids."""
    return sorted(
        sightings,
        key=lambda s: (s.seen_from, s.seen_to, s.posted_at, s.lat, s.lon, s.radius_km, sorted(s.kinds), s.id),
    )


def cluster(sightings: Sequence[Sighting]) -> list[tuple[str, ...]]:
    """Groups of ids that are one event, every id in one group; ids and groups sorted, whatever the order of input."""
    ordered = order(sightings)
    i, j = _candidates(ordered)
    group = partition(len(ordered), i, j, _weights(ordered, i, j), _APART)
    members: dict[int, list[str]] = defaultdict(list)
    for sighting, number in zip(ordered, group.tolist(), strict=True):
        members[number].append(sighting.id)
    return sorted(tuple(sorted(ids)) for ids in members.values())


def _candidates(sightings: Sequence[Sighting]) -> tuple[Ints, Ints]:
    """Pairs i < j in one space-time cell or in two that touch."""
    cells: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for k, s in enumerate(sightings):
        squeeze = max(0.1, float(np.cos(np.radians(s.lat))))
        hour = float(time_samples(s, DEFAULT).mean())
        cells[int(s.lat // _CELL_DEGREES), int(s.lon * squeeze // _CELL_DEGREES), int(hour // _CELL_HOURS)].append(k)
    pairs = {
        (min(a, b), max(a, b))
        for cell, members in cells.items()
        for near in _around(cell)
        for a in members
        for b in cells.get(near, ())
        if a != b
    }
    table = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _around(cell: tuple[int, int, int]) -> Iterable[tuple[int, int, int]]:
    """The cell and its neighbours after it; two columns each way because their width changes with latitude."""
    x, y, t = cell
    return ((x + a, y + b, t + c) for a in (-1, 0, 1) for b in (-2, -1, 0, 1, 2) for c in (-1, 0, 1))


def _weights(sightings: Sequence[Sighting], i: Ints, j: Ints) -> Floats:
    lat, lon = np.array([s.lat for s in sightings]), np.array([s.lon for s in sightings])
    sd = 0.6 * np.maximum(np.array([s.radius_km for s in sightings]), 0.2)
    hours = np.array([time_samples(s, DEFAULT) for s in sightings]).reshape(len(sightings), TIME_SAMPLES)
    km, spread = distance_km(lat[i], lon[i], lat[j], lon[j]), np.hypot(sd[i], sd[j])
    # the same spot, blurred by both radii, against anywhere around; but other convoys pass the same town too
    where = -0.5 * (km / spread) ** 2 - 2.0 * np.log(np.maximum(spread, _TOWN_KM) / (_CELL_DEGREES * KM_PER_DEGREE / 2))
    late = np.abs(hours[i].mean(axis=1) - hours[j].mean(axis=1))
    blur = np.hypot(hours[i].std(axis=1), hours[j].std(axis=1)) + 0.4
    when = -0.5 * (late / blur) ** 2 - np.log(blur / _CELL_HOURS)
    words = likeness(describe(sightings, {}), i, j, DEFAULT)
    return np.asarray(np.maximum(_PRIOR + where + when + words, _APART), dtype=np.float64)
