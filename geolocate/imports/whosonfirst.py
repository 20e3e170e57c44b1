"""Which places does a flattened Who's On First file hold?

One place a line between tabs under a header: `wof_id`, `placetype`, `cc`, `lat`, `lon`, `population`, `name`, and one
column of names a language, several split by a bar.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from geolocate.gazetteer_file import Source, town_radius
from geolocate.imports.names import clean
from geolocate.imports.rows import BadRow, BadTable, Told, count, degrees, lines

_NEEDED = ("wof_id", "placetype", "lat", "lon", "name")
_NOT_NAMES = frozenset(
    [*_NEEDED, "cc", "population", "geonames_id", "wikidata", "wikipedia", "parent_id", "country", "region", "county"]
)
#: columns whose first name is a main one
_MAIN = ("eng", "ara", "rus", "ukr", "tur")
#: placetype -> (kind, radius km)
_KINDS = {
    "locality": ("town", None), "borough": ("quarter", 3.0), "macrohood": ("quarter", 3.0),
    "neighbourhood": ("quarter", 2.0), "microhood": ("quarter", 1.0), "localadmin": ("area", 10.0),
    "county": ("area", 15.0), "macrocounty": ("area", 30.0), "region": ("area", 60.0), "macroregion": ("area", 100.0),
    "country": ("country", 300.0), "campus": ("site", 2.0), "island": ("island", 5.0),
}  # fmt: skip
_LARGE = frozenset(["region", "macroregion", "country"])
_AIRFIELD = re.compile(r"air ?(?:port|base|field)|مطار|аэро(?:порт|дром)|havaalan", re.I)


def read(path: Path, bad: Told) -> Iterator[Source]:
    """The places of the file. Raises BadTable when the header lacks a column."""
    header: list[str] | None = None
    for number, line in lines(path, bad):
        cells = line.split("\t")
        if header is None:
            header = [cell.strip().lower() for cell in cells]
            missing = [name for name in _NEEDED if name not in header]
            if missing:
                raise BadTable(f"{path.name}: the first line lacks the column {', '.join(missing)}")
            continue
        if len(cells) > len(header):
            bad(number, f"{len(cells)} columns, the first line has {len(header)}")
            continue
        try:
            place = _place(dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True)))
        except BadRow as wrong:
            bad(number, str(wrong))
            continue
        if place is not None:
            yield place
    if header is None:
        raise BadTable(f"{path.name} is empty")


def _place(row: dict[str, str]) -> Source | None:
    placetype = row["placetype"].strip()
    if placetype not in _KINDS:
        return None
    if not re.fullmatch(r"-?\d{1,19}", row["wof_id"].strip()):
        raise BadRow(f"not a number of Who's On First: {row['wof_id'][:20]!r}")
    kind, radius = _KINDS[placetype]
    lat, lon = degrees(row["lat"], row["lon"])
    population = count(row.get("population", ""))
    if kind == "area" and placetype not in _LARGE:
        population = 0  # a district must not outrank the town that it is named after
    main = clean([row["name"], *(row.get(column, "").split("|")[0] for column in _MAIN)])
    rest = (name for column, cell in row.items() if column not in _NOT_NAMES for name in cell.split("|"))
    names = clean([*main, *rest])
    if not names:
        raise BadRow("no usable name")
    if kind == "site" and any(_AIRFIELD.search(name) for name in names):
        kind, radius = "airfield", 4.0
    return Source(
        f"wof:{row['wof_id'].strip()}", kind, lat, lon, radius or town_radius(population),
        row.get("cc", "").upper()[:2], "", population, names, len(main),
    )  # fmt: skip
