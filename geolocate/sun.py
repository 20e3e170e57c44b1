"""How high does the sun stand at a place and time?

The low-precision formulas of the Astronomical Almanac (page C5), good to 0.01 degrees in the sun's place between 1950
and 2050; refraction is left out.
"""

from datetime import UTC, datetime, timedelta
from math import asin, atan2, cos, degrees, radians, sin

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_STEP = timedelta(minutes=10)


def elevation_deg(lat: float, lon: float, at: datetime) -> float:
    """Degrees above the horizon, negative below it. `at` must be aware."""
    days = (at - _J2000).total_seconds() / 86400.0
    mean = radians((357.528 + 0.9856003 * days) % 360.0)
    longitude = radians((280.460 + 0.9856474 * days) % 360.0 + 1.915 * sin(mean) + 0.020 * sin(2 * mean))
    tilt = radians(23.439 - 0.0000004 * days)
    ascension = atan2(cos(tilt) * sin(longitude), cos(longitude))
    declination = asin(sin(tilt) * sin(longitude))
    sidereal = radians((280.46061837 + 360.98564736629 * days + lon) % 360.0)
    turned = sidereal - ascension
    north = radians(lat)
    return degrees(asin(sin(north) * sin(declination) + cos(north) * cos(declination) * cos(turned)))


def highest_deg(lat: float, lon: float, start: datetime, end: datetime) -> float:
    """The highest that it stands from `start` to `end`, looked at every ten minutes."""
    steps = min(int((end - start) / _STEP), 144)
    times = [start + _STEP * k for k in range(steps + 1)] + [end]
    return max(elevation_deg(lat, lon, at) for at in times)
