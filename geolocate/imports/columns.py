"""Which places does any table with a header hold, given which column means what?

Fields: `name` (several columns may be names), `lat`, `lon`, and if there are any `ref`, `country` (ISO code), `admin1`,
`population`, `kind` (one of the gazetteer's kinds), `radius` (km). Without a map, the usual headings are recognised.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Literal

from geolocate.gazetteer import KINDS
from geolocate.gazetteer_file import Source, town_radius
from geolocate.imports.names import clean
from geolocate.imports.rows import BadRow, BadTable, Told, count, degrees, lines

FIELDS = ("name", "lat", "lon", "ref", "country", "admin1", "population", "kind", "radius")
_ONE = frozenset(FIELDS) - {"name"}
_ALIASES = {
    "latitude": "lat", "y": "lat", "longitude": "lon", "lng": "lon", "long": "lon", "x": "lon", "id": "ref",
    "pcode": "ref", "code": "ref", "cc": "country", "pop": "population", "type": "kind", "names": "name",
    "radius_km": "radius", "adm1_pcode": "admin1", "country_code": "country",
}  # fmt: skip
_NAME_HEADING = re.compile(r"names?(?:[_\-: ].{0,20})?|.{0,20}[_\-: ]names?|alt_names?|aliases")
#: radius, km, of kinds other than towns when none is told
_RADII = {"area": 15.0, "region": 30.0, "country": 300.0, "airfield": 4.0, "port": 3.0, "island": 5.0, "road": 5.0}

#: lines that one quoted row may have
MOST_LINES = 20

Columns = Mapping[str, Sequence[str]]


def parse_map(stated: str) -> dict[str, list[str]]:
    """`name=A,name=B,lat=C` as field -> headings. Raises ValueError with what is wrong."""
    found: dict[str, list[str]] = {}
    for pair in filter(None, (part.strip() for part in stated.split(","))):
        said, equals, heading = (part.strip() for part in pair.partition("="))
        field = _field(said.lower())
        if not equals or not heading or field is None:
            raise ValueError(f"{pair!r} is not FIELD=COLUMN; the fields are {', '.join(FIELDS)}")
        if field in _ONE and field in found:
            raise ValueError(f"{field} is given twice; only name may have several columns")
        found.setdefault(field, []).append(heading)
    return found


def _field(said: str) -> str | None:
    if said in FIELDS:
        return said
    return _ALIASES.get(said) or ("name" if _NAME_HEADING.fullmatch(said) else None)


def read(path: Path, bad: Told, prefix: str, columns: Columns | None = None) -> Iterator[Source]:
    """The places of the table; references are `prefix:REF`. Raises BadTable when a column that is needed is missing."""
    numbered = lines(path, bad)
    first = next(numbered, None)
    if first is None:
        raise BadTable(f"{path.name} is empty")
    separator = max("\t;,|", key=first[1].count)
    header = next(csv.reader([first[1]], delimiter=separator))
    where = _places_of(path, [cell.strip() for cell in header], columns)
    # between tabs a quotation mark is a letter
    quoted = separator != "\t"
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    for number, text in _rows(numbered, bad) if quoted else numbered:
        try:
            cells = next(csv.reader(StringIO(text), delimiter=separator, quoting=quoting))
            yield _place(cells, where, prefix, number)
        except (BadRow, csv.Error) as wrong:
            bad(number, str(wrong))


def _rows(numbered: Iterator[tuple[int, str]], bad: Told) -> Iterator[tuple[int, str]]:
    """Lines joined while a quotation is open; one that is not closed within MOST_LINES costs its own line only."""
    waiting: deque[tuple[int, str]] = deque()
    while True:
        taken: list[tuple[int, str]] = []
        marks = 0
        while len(taken) < MOST_LINES and (marks % 2 or not taken):
            line = waiting.popleft() if waiting else next(numbered, None)
            if line is None:
                break
            taken.append(line)
            marks += line[1].count('"')
        if not taken:
            return
        if marks % 2:
            bad(taken[0][0], "a quotation that is not closed")
            waiting.extendleft(reversed(taken[1:]))
        else:
            yield taken[0][0], "\n".join(text for _, text in taken)


def _places_of(path: Path, header: list[str], columns: Columns | None) -> dict[str, list[int]]:
    """Field -> positions of its columns."""
    found: dict[str, list[int]] = {}
    if columns:
        for field, headings in columns.items():
            for heading in headings:
                if heading not in header:
                    raise BadTable(f"{path.name} has no column {heading!r}; it has {', '.join(header)[:300]}")
                found.setdefault(field, []).append(header.index(heading))
    else:
        for position, heading in enumerate(header):
            guessed = _field(heading.lower())
            if guessed and (guessed == "name" or guessed not in found):
                found.setdefault(guessed, []).append(position)
    missing = [field for field in ("name", "lat", "lon") if field not in found]
    if missing:
        raise BadTable(f"{path.name}: no column is known to be {', '.join(missing)}; say which with a column map")
    return found


def _place(cells: list[str], where: dict[str, list[int]], prefix: str, number: int) -> Source:
    row = {field: [cells[at].strip() for at in positions if at < len(cells)] for field, positions in where.items()}
    told = {field: values[0] if values else "" for field, values in row.items()}
    lat, lon = degrees(told["lat"], told["lon"])
    names = clean(row["name"])
    if not names:
        raise BadRow("no usable name")
    kind = told.get("kind", "").lower()
    kind = kind if kind in KINDS else "town"
    population = count(told.get("population", ""))
    radius = _radius(told.get("radius", "")) or (town_radius(population) if kind == "town" else _RADII.get(kind, 2.0))
    ref = told.get("ref") or str(number)
    return Source(
        ref if ":" in ref else f"{prefix}:{ref[:100]}", kind, lat, lon, radius, told.get("country", "").upper()[:2],
        told.get("admin1", "")[:40], population, names, len(names),
    )  # fmt: skip


def _radius(stated: str) -> float | None:
    """Kilometres, None where none are told. Raises BadRow."""
    if not stated:
        return None
    try:
        radius = float(stated.replace(",", "."))
    except ValueError:
        radius = -1.0
    if not 0 < radius <= 10_000:
        raise BadRow(f"not a radius in km: {stated[:20]!r}")
    return max(0.1, radius)
