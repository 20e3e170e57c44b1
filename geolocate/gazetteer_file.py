"""How is a gazetteer kept in a file? The one schema of the shipped gazetteer and of imported ones, and its writer."""

import math
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from geolocate.gazetteer import KINDS
from geolocate.text.keys import ARTICLE, COMMON_SHIFT, PRIMARY, name_keys
from geolocate.text.triggers import ARAB

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


@dataclass(slots=True)
class Source:
    """One place as its source knows it; `names` start with the one to show, `primaries` of them are main names."""

    ref: str
    kind: str
    lat: float
    lon: float
    radius_km: float
    country: str
    admin1: str
    population: int
    names: list[str] = field(default_factory=list)
    primaries: int = 1


def town_radius(population: int) -> float:
    """Radius in km of a town of so many people: 1 km and 4,000 people a square km (settled area, general knowledge)."""
    return round(1.0 + math.sqrt(max(population, 0) / (4000 * math.pi)), 1)


def write(
    out: Path,
    places: Iterable[Source],
    commonness: Callable[[str], int],
    skeletons: Callable[[Source, int], bool] = lambda _place, _position: True,
) -> int:
    """Write `places` to a new SQLite file; returns how many. `skeletons`: keep a name's skeleton (place, position)?"""
    connection = sqlite3.connect(out)
    try:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO kind VALUES (?, ?)", enumerate(KINDS))
        names: dict[tuple[str, int, str], int] = {}
        number = 0
        for number, place in enumerate(places, 1):
            connection.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *_row(place)))
            for (key, tail), flags in _name_rows(place, commonness, skeletons):
                slot = (key, number, tail)
                names[slot] = max(names.get(slot, 0), flags)
        connection.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?)",
            ((key, place_id, tail, names[key, place_id, tail]) for key, place_id, tail in sorted(names)),
        )
        hashes = np.unique(np.fromiter((zlib.crc32(key.encode()) for key, _, _ in names), dtype="<u4"))
        connection.execute("INSERT INTO filter VALUES (?)", (hashes.tobytes(),))
        connection.commit()
        connection.execute("VACUUM")
    finally:
        connection.close()
    return number


def _row(place: Source) -> tuple[int | str, str, int, int, int, int, str, str, int]:
    return (
        compact_ref(place.ref), place.names[0], KINDS.index(place.kind), round(place.lat * 1e5),
        round(place.lon * 1e5), round(place.radius_km * 10), place.country, place.admin1, place.population,
    )  # fmt: skip


def compact_ref(ref: str) -> int | str:
    """GeoNames references as numbers, all others as they are."""
    return int(ref.removeprefix("geonames:")) if ref.startswith("geonames:") else ref


def _name_rows(
    place: Source, commonness: Callable[[str], int], skeletons: Callable[[Source, int], bool]
) -> Iterator[tuple[tuple[str, str], int]]:
    """((key, tail), flags) of every name of a place."""
    arab = place.country in ARAB
    for position, name in enumerate(place.names):
        adjectives = place.population >= ADJECTIVE_POPULATION and place.kind in {"town", "airfield", "region"}
        primary = position < place.primaries or place.kind not in {"town", "airfield"}
        common = commonness(name) << COMMON_SHIFT
        for key, tail, article in name_keys(name, arab, skeletons(place, position), adjectives):
            yield (key, tail), common | (PRIMARY if primary else 0) | (ARTICLE if article else 0)
