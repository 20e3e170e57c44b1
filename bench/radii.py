"""Does the stated radius of a sure place hold nine in ten of the true points? `python -m bench.radii [--syria]`

Locates the sets of shared/eval/places that have coordinates, keeps the positions that rest on one sure place, and
prints for each source of places and each radius what the radius would have to be multiplied by to hold 90 %, in all and
with each fifth of the places left out (the spread is the error of the fit). 1.00 is right; `_SPREAD` of
`geolocate.fuse` is set from this. Positions that several readings share get their radius from the likelihoods.
"""

import argparse
import json
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.places import RUNS, SHARED, _imported
from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.sphere import distance_km
from geolocate.types import Place

#: a position is sure when its place is so probable, and has a radius that is just that of the place
SURE, SAME = 0.65, 0.06
PARTS, FEWEST, HOLDS = 5, 30, 90
#: bins of stated radii, km: towns of up to 3,000, 15,000, 100,000, 500,000 people
SIZES = (3, 5, 8, 15, 60)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--syria", action="store_true")
    given = options.parse_args()
    sets = [name for name, runs in RUNS.items() if runs[0][1][0] == "score_places.py"]
    with tempfile.TemporaryDirectory() as folder:
        imported = _imported(Path(folder)) if given.syria else []
        with Gazetteer.open(imported) as gazetteer:
            locator = Locator(gazetteer)
            found: dict[str, list[tuple[str, float]]] = defaultdict(list)
            for name in [name for name in sets if "syria" in name] if given.syria else sets:
                only_named = "--only-in-text" in RUNS[name][0][1]
                for place, away in _sure(locator, name, only_named):
                    found[_kind(place)].append((place.ref, away / place.radius_km))
    for kind, ratios in sorted(found.items()):
        if len(ratios) >= FEWEST:
            print(kind, len(ratios), *_factors(ratios))


def _sure(locator: Locator, name: str, only_named: bool) -> Iterator[tuple[Place, float]]:
    """The place and its distance in km from the truth, for every post with one true point and a sure position."""
    posts = defaultdict(list)
    with (SHARED / "eval" / "places" / f"{name}.dev.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row.get("lat") is not None and (row.get("place_in_text") or not only_named):
                posts[row["text"]].append((row["lat"], row["lon"]))
    for text, points in posts.items():
        located = locator.locate(text)
        here = located.position
        if here is None or len({(round(lat, 2), round(lon, 2)) for lat, lon in points}) > 1:
            continue
        place = next((p for p in located.places if (p.lat, p.lon) == (here.lat, here.lon)), None)
        if place and place.probability >= SURE and abs(place.radius_km - here.radius_km) < SAME:
            yield place, float(distance_km(here.lat, here.lon, *points[0]))


def _kind(place: Place) -> str:
    source = place.ref.partition(":")[0]
    size = next((f"under {size} km" for size in SIZES if place.radius_km < size), f"{SIZES[-1]} km and more")
    return f"{source} {size}"


def _factors(ratios: list[tuple[str, float]]) -> Iterator[str]:
    values = np.array([ratio for _, ratio in ratios])
    parts = np.array([zlib.crc32(ref.encode()) % PARTS for ref, _ in ratios])
    yield f"factor {np.percentile(values, HOLDS):.2f}"
    held = [np.percentile(values[parts != part], HOLDS) for part in range(PARTS) if (parts != part).any()]
    yield f"in parts {min(held):.2f} to {max(held):.2f}"


if __name__ == "__main__":
    main()
