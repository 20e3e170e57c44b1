"""How is the shipped gazetteer made? `python -m geolocate.data.build.gazetteer [OUT]`

Reads the pinned packages of the `data` extra and `curated.tsv`; writes one SQLite file (the same bytes for the same
input and SQLite library) and prints its digest. About two minutes and 600 MB of memory.
"""

import hashlib
import math
import sqlite3
import sys
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from wordfreq import get_frequency_dict

from geolocate.data.build import gazetteer_sources as sources
from geolocate.gazetteer import KINDS
from geolocate.text.keys import ARTICLE, COMMON_SHIFT, PRIMARY, name_keys
from geolocate.text.normalise import fold_word, tokenize
from geolocate.text.triggers import ARAB

OUT = Path(__file__).parents[1] / "gazetteer.sqlite"
SCHEMA = """
CREATE TABLE kind(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
-- compact: ref is the bare number for geonames:NUMBER; degrees x 100,000; km x 10
CREATE TABLE place(id INTEGER PRIMARY KEY, ref NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
  lat INTEGER NOT NULL, lon INTEGER NOT NULL, radius INTEGER NOT NULL,
  country TEXT NOT NULL, admin1 TEXT NOT NULL, population INTEGER NOT NULL);
CREATE TABLE name(key TEXT NOT NULL, place INTEGER NOT NULL, tail TEXT NOT NULL, flags INTEGER NOT NULL,
  PRIMARY KEY(key, place, tail)) WITHOUT ROWID;
CREATE TABLE filter(hashes BLOB NOT NULL);
"""
#: adjectives (бердянский) are made only from names of places this large
ADJECTIVE_POPULATION = 10_000
_FREQUENCY_LANGUAGES = {"cyrillic": ("ru", "uk"), "arabic": ("ar",), "latin": ("en",)}


def main() -> None:
    """Build the file and print its size and SHA-256."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    places = gather()
    unfinished = out.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    build(unfinished, places)
    unfinished.replace(out)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    print(f"{out.name}: {len(places)} places, {out.stat().st_size / 1e6:.1f} MB, sha256 {digest}")


def gather() -> list[sources.Source]:
    """Every place of every source; the order is the row id, so it must not depend on chance."""
    towns = sources.cities()
    own = sources.curated()
    known = {place.ref for place in own}
    further = sources.aliases()
    found = [*own, *sources.countries(towns), *sources.areas(towns), *sources.airfields(known), *towns]
    for place in found:
        place.names += further.get(place.ref, [])
    return found


def build(out: Path, places: Iterable[sources.Source]) -> None:
    """Write `places` to a new SQLite file."""
    connection = sqlite3.connect(out)
    connection.executescript(SCHEMA)
    connection.executemany("INSERT INTO kind VALUES (?, ?)", enumerate(KINDS))
    names: dict[tuple[str, int, str], int] = {}
    for number, place in enumerate(places, 1):
        connection.execute(
            "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, compact_ref(place.ref), place.names[0], KINDS.index(place.kind), round(place.lat * 1e5),
             round(place.lon * 1e5), round(place.radius_km * 10), place.country, place.admin1, place.population),
        )  # fmt: skip
        for row, flags in name_rows(place):
            slot = (row[0], number, row[1])
            names[slot] = max(names.get(slot, 0), flags)
    connection.executemany(
        "INSERT INTO name VALUES (?, ?, ?, ?)",
        ((key, place, tail, names[key, place, tail]) for key, place, tail in sorted(names)),
    )
    hashes = np.unique(np.fromiter((zlib.crc32(key.encode()) for key, _, _ in names), dtype="<u4"))
    connection.execute("INSERT INTO filter VALUES (?)", (hashes.tobytes(),))
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def compact_ref(ref: str) -> int | str:
    """GeoNames references as numbers, all others as they are."""
    return int(ref.removeprefix("geonames:")) if ref.startswith("geonames:") else ref


def name_rows(place: sources.Source) -> Iterable[tuple[tuple[str, str], int]]:
    """((key, tail), flags) of every name of a place."""
    arab, theatre = place.country in ARAB, place.country in sources.THEATRE
    for position, name in enumerate(place.names):
        adjectives = place.population >= ADJECTIVE_POPULATION and place.kind in {"town", "airfield", "region"}
        primary = position == 0 or place.kind not in {"town", "airfield"}
        common = commonness(name) << COMMON_SHIFT
        for key, tail, article in name_keys(
            name, arab, theatre and (position == 0 or place.kind != "airfield"), adjectives
        ):
            yield (key, tail), common | (PRIMARY if primary else 0) | (ARTICLE if article else 0)


def commonness(name: str) -> int:
    """Ten times the Zipf frequency (wordfreq) of a one-word name in the languages of its script; else 0."""
    tokens = tokenize(name)
    if len(tokens) != 1:
        return 0
    word = tokens[0].fold
    forms = {word, word.removeprefix("ال")} if tokens[0].script == "arabic" else {word}
    frequency = max((_frequencies(tokens[0].script).get(form, 0.0) for form in forms), default=0.0)
    return max(0, math.floor(10 * (math.log10(frequency) + 9))) if frequency else 0


@cache
def _frequencies(script: str) -> dict[str, float]:
    """Folded word -> its share of the words of that script's languages (the larger, where a script has two)."""
    found: dict[str, float] = {}
    for language in _FREQUENCY_LANGUAGES.get(script, ()):
        folded: dict[str, float] = {}
        for word, frequency in get_frequency_dict(language).items():
            key = fold_word(word)
            folded[key] = folded.get(key, 0.0) + frequency
        for key, frequency in folded.items():
            found[key] = max(found.get(key, 0.0), frequency)
    return found


if __name__ == "__main__":
    main()
