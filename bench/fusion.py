"""Does the fused radius hold the truth nine times in ten? Real texts, with other evidence made around their truth.

    python -m bench.fusion /path/to/eval/places [--rows 400]

Measured: what the text alone gives, on real posts with known places. Made, with errors and shares of falsehoods that
are ASSUMED (the table FAKED): geotag, file, sign. A landmark's errors are its stated radius; its false matches are
assumed far above what `bench/landmarks.md` measured. Each post gets each kind or not, by chance.
"""

import argparse
import json
import math
import random
from dataclasses import dataclass
from pathlib import Path

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.sphere import distance_km
from geolocate.types import Position, Recognised, Stated

SETS = ("syrian_archive_en", "syrian_archive_ar", "cir_eyes_on_russia_en", "viina_ru", "bellingcat_civharm_en")
#: kind -> how often it is there, how often it is false, the 90 % error in km when it is true; all assumed; a false one
#: is the place of another post of the set
FAKED = {"geotag": (0.25, 0.15, 1.0), "file": (0.2, 0.5, 2.0), "landmark": (0.3, 0.04, 0.5)}


@dataclass
class Tally:
    """What became of the posts with one combination of evidence."""

    rows: int = 0
    held: int = 0
    median: list[float] | None = None
    either: int = 0

    def add(self, away_km: float, position: Position, elsewhere: bool) -> None:
        self.rows += 1
        self.held += away_km <= position.radius_km
        self.either += elsewhere or away_km <= position.radius_km
        self.median = [*(self.median or []), position.radius_km]


def near(rng: random.Random, at: tuple[float, float], r90_km: float) -> tuple[float, float]:
    sigma = r90_km / math.sqrt(2 * math.log(10))
    north, east = rng.gauss(0, sigma), rng.gauss(0, sigma)
    return at[0] + north / 111.2, at[1] + east / (111.2 * max(0.1, math.cos(math.radians(at[0]))))


def truths(path: Path, rows: int) -> list[tuple[str, tuple[float, float]]]:
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        lat, lon = row.get("lat"), row.get("lon")
        if lat is not None and lon is not None and row.get("place_in_text", True):
            found.append((row["text"], (float(lat), float(lon))))
    return random.Random(3).sample(found, min(rows, len(found)))


def main() -> None:
    """Print the table of bench/fusion.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", type=Path)
    parser.add_argument("--rows", type=int, default=400)
    wanted = parser.parse_args()
    locator, rng = Locator(Gazetteer.open()), random.Random(7)
    tallies: dict[str, Tally] = {}
    for name in SETS:
        posts = truths(wanted.places / f"{name}.dev.jsonl", wanted.rows)
        for text, at in posts:
            measure(locator, rng, tallies, (text, at), [p for _, p in posts])
    print(
        "| evidence | posts | radius holds | radius or another place told | median radius km |\n|---|---|---|---|---|"
    )
    for kinds, tally in sorted(tallies.items(), key=lambda item: -item[1].rows):
        radii = sorted(tally.median or [0.0])
        print(
            f"| {kinds} | {tally.rows} | {tally.held / tally.rows:.2f} | {tally.either / tally.rows:.2f} "
            f"| {radii[len(radii) // 2]:.1f} |"
        )


def measure(
    locator: Locator, rng: random.Random, tallies: dict[str, Tally], post: tuple[str, tuple[float, float]],
    elsewhere: list[tuple[float, float]],
) -> None:  # fmt: skip
    text, at = post
    made: dict[str, tuple[float, float]] = {}
    for kind, (there, false, error) in FAKED.items():
        if rng.random() < there:
            made[kind] = near(rng, rng.choice(elsewhere) if rng.random() < false else at, error)
    geotag = Position(*made["geotag"], 1.0) if "geotag" in made else None
    stated = [Stated("exif", *made["file"], 0.5, True)] if "file" in made else []
    known = (
        [Recognised(1, "operator", "a place", *made["landmark"], 0.5, 40.0, 0, (0, 0, 1, 1))]
        if "landmark" in made
        else []
    )
    found = locator.locate(text, geotag=geotag, stated=stated, known=known)
    if found.position is None:
        return
    alone = locator.locate(text).position
    kinds = "+".join([*(["text"] if alone else []), *sorted(made)]) or "text"
    away = float(distance_km(found.position.lat, found.position.lon, *at))
    others = any(float(distance_km(o.lat, o.lon, *at)) <= o.radius_km for o in found.others)
    for row in (kinds, "all with more than the text" if made and alone else "one kind alone"):
        tallies.setdefault(row, Tally()).add(away, found.position, others)


if __name__ == "__main__":
    main()
