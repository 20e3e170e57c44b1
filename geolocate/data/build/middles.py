"""Where is the middle of an area in which people live, and how far does it reach?

What is reported of an area without a place happens where its people are: the point with the least mean distance to
them, which is near the chief town, guesses better than the middle of its outline.
"""

from collections.abc import Sequence

import numpy as np

from geolocate.gazetteer_file import Source
from geolocate.sphere import distance_km

#: a place counts as its people to this power, or one large town would be the whole area
_POWER = 0.75
#: people of a place whose number is not known; steps of Weiszfeld's iteration; km within which a town is the answer
_LEAST, _STEPS, _NEAREST_KM = 200, 60, 0.5


def middle(towns: Sequence[Source]) -> tuple[float, float]:
    """Latitude and longitude of the weighted geometric median of `towns` (not empty)."""
    lat, lon = np.array([t.lat for t in towns]), np.array([t.lon for t in towns])
    weights = np.array([max(t.population, _LEAST) for t in towns], dtype=np.float64) ** _POWER
    here = np.array([np.average(lat, weights=weights), np.average(lon, weights=weights)])
    for _ in range(_STEPS):
        pull = weights / np.maximum(distance_km(here[0], here[1], lat, lon), _NEAREST_KM)
        here = np.array([np.average(lat, weights=pull), np.average(lon, weights=pull)])
    return round(float(here[0]), 4), round(float(here[1]), 4)


def reach(lat: float, lon: float, towns: Sequence[Source], share: float = 0.9) -> float:
    """The distance in km from a point that holds `share` of `towns`."""
    away = sorted(distance_km(lat, lon, t.lat, t.lon) for t in towns)
    return float(away[min(int(len(away) * share), len(away) - 1)])
