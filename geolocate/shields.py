"""Does a road number on a sign fit where something is said to have been?

Numbers repeat from country to country (there is an M4 in Syria and one in Russia), so a number alone places nothing; it
only agrees, or not, with a place that is known otherwise. The ways are `data/shields.tsv`, coarse lines through towns.
"""

import re
from functools import cache
from importlib import resources
from itertools import pairwise

from geolocate.sphere import distance_km

#: how far from the coarse line a place on the road may lie, km
NEAR_KM = 25.0
#: M4, М-4, М 4 (Cyrillic), M-06
NUMBER = re.compile(r"(?<![\w-])[MМ][\s-]?0?(\d{1,2})(?![\w])")
_STEP_KM = 10.0

Way = tuple[tuple[float, float], ...]


def numbers(text: str) -> tuple[str, ...]:
    """The road numbers in a line of writing, as "M4"."""
    return tuple(f"M{found[1]}" for found in NUMBER.finditer(text))


def near(number: str, lat: float, lon: float, slack_km: float = 0.0) -> bool:
    """Whether a road of that number, in whichever country, passes a point."""
    return any(_away_km(way, lat, lon) <= NEAR_KM + slack_km for way in _ways().get(number, ()))


def _away_km(way: Way, lat: float, lon: float) -> float:
    """How far a point is from a line, by points of it a few kilometres apart."""
    least = float("inf")
    for (lat0, lon0), (lat1, lon1) in pairwise(way):
        parts = max(1, round(float(distance_km(lat0, lon0, lat1, lon1)) / _STEP_KM))
        for step in range(parts + 1):
            share = step / parts
            at = (lat0 + share * (lat1 - lat0), lon0 + share * (lon1 - lon0))
            least = min(least, float(distance_km(*at, lat, lon)))
    return least


@cache
def _ways() -> dict[str, tuple[Way, ...]]:
    ways: dict[str, tuple[Way, ...]] = {}
    for line in resources.files("geolocate.data").joinpath("shields.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, _, points = line.split("\t")
            number = numbers(name)[0]
            way = tuple((float(lat), float(lon)) for lat, lon in (point.split(",") for point in points.split()))
            ways[number] = (*ways.get(number, ()), way)
    return ways
