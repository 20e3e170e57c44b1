"""Which places does a GeoNames dump hold? (Country file or allCountries, as .txt or .zip; alternateNamesV2 beside it.)

Columns: https://download.geonames.org/export/dump/readme.txt. Only features that posts name are kept.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from geolocate.gazetteer_file import Source, town_radius
from geolocate.imports.names import clean
from geolocate.imports.rows import BadRow, BadTable, Told, count, degrees, lines

_COLUMNS = 19
#: feature code -> (kind, radius km); a prefix of the code is enough
_KINDS = {
    "PPLX": ("quarter", 2.0), "PPL": ("town", None), "STLMT": ("town", None),
    "PCLI": ("country", 300.0), "PCLD": ("country", 300.0), "PCLS": ("country", 300.0),
    "ADM1": ("area", 60.0), "ADM": ("area", 15.0), "RGN": ("region", 30.0), "VAL": ("region", 15.0),
    "AIRB": ("airfield", 4.0), "AIRF": ("airfield", 3.0), "AIRP": ("airfield", 4.0), "AIRQ": ("airfield", 3.0),
    "PRT": ("port", 3.0), "HBR": ("port", 3.0), "MILB": ("base", 3.0), "INSM": ("base", 3.0), "NVB": ("base", 3.0),
    "BDG": ("bridge", 1.0), "ISL": ("island", 5.0), "DAM": ("site", 2.0), "OILR": ("site", 2.0),
    "OILF": ("site", 5.0), "PS": ("site", 2.0), "PSTB": ("site", 2.0), "CSTM": ("site", 2.0), "RSTN": ("site", 2.0),
}  # fmt: skip
#: languages of alternateNamesV2 that are kept; "" is a name of no stated language
_LANGUAGES = frozenset(["", "ar", "en", "fr", "ku", "ru", "tr", "uk", "be", "ka", "hy", "az"])


def read(path: Path, bad: Told, alternate: Path | None = None) -> Iterator[Source]:
    """The places of a dump; with `alternate`, the names it adds. Raises BadTable when no row is a GeoNames row."""
    extra = _alternate(alternate, {p.ref for p in _places(path, lambda _n, _w: None)}, bad) if alternate else {}
    for place in _places(path, bad):
        preferred, others = extra.get(place.ref, ([], []))
        if preferred or others:
            main = clean([place.names[0], *preferred])
            place.names, place.primaries = clean([*main, *place.names[1:], *others]), len(main)
        yield place


def _places(path: Path, bad: Told) -> Iterator[Source]:
    rows = 0
    for number, line in lines(path, bad):
        cells = line.split("\t")
        if len(cells) != _COLUMNS:
            bad(number, f"{len(cells)} columns, a GeoNames row has {_COLUMNS}")
            continue
        rows += 1
        try:
            place = _place(cells)
        except BadRow as wrong:
            bad(number, str(wrong))
            continue
        if place is not None:
            yield place
    if not rows:
        raise BadTable(f"{path.name} holds no GeoNames row ({_COLUMNS} columns between tabs)")


def _place(cells: list[str]) -> Source | None:
    code = cells[7]
    found = next((_KINDS[code[:n]] for n in range(len(code), 1, -1) if code[:n] in _KINDS), None)
    if found is None:
        return None
    if not cells[0].isascii() or not cells[0].isdigit() or len(cells[0]) > 12:
        raise BadRow(f"not a GeoNames number: {cells[0][:20]!r}")
    kind, radius = found
    lat, lon = degrees(cells[4], cells[5])
    population = count(cells[14])
    if kind == "area" and code != "ADM1":
        population = 0  # a district must not outrank the town that it is named after
    names = clean([cells[1], *cells[3].split(",")])
    if not names:
        raise BadRow("no usable name")
    return Source(
        f"geonames:{cells[0]}", kind, lat, lon, radius or town_radius(population), cells[8].upper()[:2],
        cells[10][:20], population, names,
    )  # fmt: skip


def _alternate(path: Path, wanted: set[str], bad: Told) -> dict[str, tuple[list[str], list[str]]]:
    """ref -> (preferred names, others) of the places wanted; historic and colloquial ones are kept as others."""
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for number, line in lines(path, bad):
        cells = line.split("\t")
        if len(cells) < 4:
            bad(number, f"{len(cells)} columns, a row of alternate names has at least 4")
        elif f"geonames:{cells[1]}" in wanted and cells[2].split("-")[0] in _LANGUAGES:
            preferred = cells[4:5] == ["1"] and "1" not in cells[6:8]
            found[f"geonames:{cells[1]}"][0 if preferred else 1].append(cells[3])
    return found
