"""Does a place lie in a watched area? A circle, or a polygon."""

from collections.abc import Sequence

from collector.settings import AreaLine
from db.spatial import distance_km


def holds(area: AreaLine, lat: float, lon: float) -> bool:
    """Whether a point (degrees) is inside; the edge of a circle is."""
    if area.polygon:
        return inside(area.polygon, lat, lon)
    if area.lat is None or area.lon is None or area.radius_km is None:
        return False
    return distance_km(area.lat, area.lon, lat, lon) <= area.radius_km


def inside(polygon: Sequence[tuple[float, float]], lat: float, lon: float) -> bool:
    """Whether a ray from the point to the east crosses the outline an odd number of times.

    The corners are (latitude, longitude) and joined by straight lines on the map; the outline does not cross the 180th
    meridian. Source: M. Shimrat, Algorithm 112, CACM 5 (1962).
    """
    crossed = False
    for (lat1, lon1), (lat2, lon2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (lat1 > lat) != (lat2 > lat) and lon < lon1 + (lat - lat1) / (lat2 - lat1) * (lon2 - lon1):
            crossed = not crossed
    return crossed
