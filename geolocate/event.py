"""Where and when was one event, as its reports together say, and are two of them one?

An event's place is a mixture of Gaussians (each report's places with their probabilities; the product of the reports),
its time a density on a grid. Two events are compared with three stories: one event; two events of one convoy, which
lie anywhere along a line through both; two events that have nothing to do with one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, pi, sqrt

import numpy as np
from scipy.special import i0e, ndtr

from geolocate.belief import STATED_HOURS
from geolocate.link_params import LinkParams
from geolocate.movement import SD_OF_RADIUS
from geolocate.sphere import Floats

#: other events of the same convoy, per further report of this one, that are reported a km of its road
_OTHERS_PER_KM = 0.01
#: unrelated reports per further report of this one, a square km and hour around; near towns there are more of them
_UNRELATED, _TOWN_KM = 3e-6, 5.0
#: events of one convoy that are confused are about this far apart, hours
_NEIGHBOUR_HOURS = 0.75
#: grid of times, and how far a stated time may be off, hours
_STEP, _OFF = 0.25, 0.25
#: places kept for one event, and the log-probability below which a place is dropped
_PLACES, _DROPPED = 4, -7.0
#: nobody places anything better than this, km
_SHARPEST_KM = 0.3
#: log-odds of what cannot be one event, and the density that is taken for none
NEVER, _NOTHING = -99.0, 1e-60

_EDGE = np.arange(-4, 5) * _STEP / _NEIGHBOUR_HOURS
_NEIGHBOURS = np.exp(-0.5 * _EDGE**2) / np.exp(-0.5 * _EDGE**2).sum()
_SOFT = np.array([_OFF, _STEP, _OFF]) / (2 * _OFF + _STEP)

Spot = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Event:
    """Its spots (log-probability, x, y, z in km, variance in square km), and its time: `density` (summing to 1) from
    grid cell `start` on, and `blurred`, the same for a neighbouring event, from four cells before."""

    spots: tuple[Spot, ...]
    start: int
    density: Floats
    blurred: Floats


def event_of(places: Sequence[Spot], times: tuple[float, float, float], params: LinkParams) -> Event:
    """One report: places as (log-probability, x, y, z, radius in km); earliest, latest and posting time, hours."""
    spots = [(p, x, y, z, max(SD_OF_RADIUS * radius, _SHARPEST_KM) ** 2) for p, x, y, z, radius in places]
    low, high, posted = times
    first, last = int(np.floor(low / _STEP)), int(np.ceil(high / _STEP))
    edges = np.clip(np.arange(first, max(last, first + 1) + 1) * _STEP, low, high)
    share = np.diff(edges)
    if high - low >= STATED_HOURS:
        delays = np.maximum(posted - edges, 1e-6)
        share = -np.diff(ndtr(np.log(delays / params.delay_hours) / params.delay_spread))
    if share.sum() <= 1e-9:
        share = np.ones(len(share))
    soft = np.convolve(share / share.sum(), _SOFT)
    return Event(tuple(spots), first - 1, soft, np.convolve(soft, _NEIGHBOURS))


def log_odds(a: Event, b: Event, words: float) -> float:
    """Log-odds of one event. `words` is the log-ratio of their descriptions, of one convoy against any two."""
    same_hour = _overlap(a.start, a.density, b.start, b.density)
    if same_hour <= 0.0:
        return NEVER
    near_hour = _overlap(a.start - len(_NEIGHBOURS) // 2, a.blurred, b.start, b.density)
    one = along = 0.0
    town = 1.0
    for p, x, y, z, v in a.spots:
        for q, x2, y2, z2, v2 in b.spots:
            spread, chance = v + v2, exp(p + q)
            square = (x - x2) ** 2 + (y - y2) ** 2 + (z - z2) ** 2
            here = chance * exp(-square / (2.0 * spread)) / (2.0 * pi * spread)
            one += here
            along += chance * float(i0e(square / (4.0 * spread))) / sqrt(2.0 * pi * spread)
            town = max(town, min(1.0, 2.0 * pi * spread * here) * _TOWN_KM**2 / spread)
    alike = exp(words)
    together = one * same_hour * alike
    if together <= _NOTHING:
        return NEVER
    return log(together) - log(_OTHERS_PER_KM * along * near_hour * alike + _UNRELATED * town)


def merge(a: Event, b: Event) -> Event:
    """The event that both report: products of places and of times (which must overlap)."""
    spots: list[Spot] = []
    for p, x, y, z, v in a.spots:
        for q, x2, y2, z2, v2 in b.spots:
            spread = v + v2
            square = (x - x2) ** 2 + (y - y2) ** 2 + (z - z2) ** 2
            middle = ((x * v2 + x2 * v) / spread, (y * v2 + y2 * v) / spread, (z * v2 + z2 * v) / spread)
            spots.append((p + q - square / (2.0 * spread) - log(spread), *middle, v * v2 / spread))
    spots = sorted(spots, reverse=True)[:_PLACES]
    best = spots[0][0] if spots else -inf
    total = best + log(sum(exp(s[0] - best) for s in spots))
    kept = tuple((s[0] - total, *s[1:]) for s in spots if s[0] - total > _DROPPED)
    start = max(a.start, b.start)
    end = min(a.start + len(a.density), b.start + len(b.density))
    density = a.density[start - a.start : end - a.start] * b.density[start - b.start : end - b.start]
    density = density / density.sum()
    return Event(kept, start, density, np.convolve(density, _NEIGHBOURS))


def _overlap(start: int, density: Floats, other_start: int, other: Floats) -> float:
    """Density (per hour) of the two being at one time."""
    low, high = max(start, other_start), min(start + len(density), other_start + len(other))
    if high <= low:
        return 0.0
    return float(density[low - start : high - start] @ other[low - other_start : high - other_start]) / _STEP
