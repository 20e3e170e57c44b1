"""Which country do an adjective or a people of a nation stand for, and where is the middle of a country?

"the Austrian border", "Russians": read as places where a caller gives the span, and in articles (in a short post an
adjective says whose vehicles they are, not where). Continents and other wide areas are here too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from geolocate.gazetteer import Entry, Gazetteer, Named
from geolocate.text import keys
from geolocate.text.keys import Unit
from geolocate.text.normalise import tokenize

_FILE = Path(__file__).with_name("nations.tsv")
_SUFFIX = re.compile(r"(.{3,}?(?:ск|цк|ськ|цьк))(?:ий|ого|ому|ом|им|ая|ой|ую|ое|ие|их|ими|а|ої|ій|у|ою|е|і)\Z")
#: a continent or part of one reaches so far, km, and counts as a place of so many people
_WIDE_KM, _WIDE_PEOPLE = 2500.0, 100_000_000


@dataclass(frozen=True, slots=True)
class Nation:
    """A country or wider area: `point` where it is not the gazetteer's."""

    code: str
    name: str
    point: tuple[float, float] | None


def adjective(parts: Sequence[Unit], gazetteer: Gazetteer) -> Named | None:
    """The country or continent that these words name by adjective, people or wide area; None when they name none."""
    form = "".join(part.full for part in parts)
    nation = _adjectives().get(form) or _adjectives().get(_stem(form))
    return _place(nation, gazetteer) if nation else None


def _stem(form: str) -> str:
    """The stem of a Cyrillic adjective: российского -> российск; empty when it is none."""
    found = _SUFFIX.match(form)
    return found[1] if found else ""


def wide(parts: Sequence[Unit]) -> Named | None:
    """The continent or other wide area of that very name."""
    nation = _wide().get("".join(part.full for part in parts))
    return _area(nation) if nation else None


def called(unit: Unit, gazetteer: Gazetteer) -> Named | None:
    """The country that one word names in a language that the gazetteer does not speak: Deutschland."""
    nation = _adjectives().get("=" + unit.full)
    return _place(nation, gazetteer) if nation else None


@lru_cache(maxsize=2_000)
def corrected(named: Named) -> Named:
    """The same place with the country's middle as atlases have it."""
    nation = _countries().get(named.entry.country) if named.entry.kind == "country" else None
    if nation is None or nation.point is None:
        return named
    return replace(named, entry=replace(named.entry, lat=nation.point[0], lon=nation.point[1]))


def _place(nation: Nation, gazetteer: Gazetteer) -> Named | None:
    if nation.code.isdigit():
        return _area(nation)
    for key in keys.phrase_keys(keys.units(nation.name, tokenize(nation.name))):
        for named in gazetteer.lookup(key.text):
            if named.entry.kind == "country" and named.entry.country == nation.code:
                return corrected(named)
    return None


def _area(nation: Nation) -> Named | None:
    if nation.point is None:
        return None
    lat, lon = nation.point
    entry = Entry(f"geonames:{nation.code}", nation.name, "region", lat, lon, _WIDE_KM, "", "", _WIDE_PEOPLE)
    return Named(entry, "", True, False, 0)


@cache
def _rows() -> tuple[tuple[Nation, tuple[str, ...]], ...]:
    rows = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, name, lat, lon, forms = line.split("\t")
            rows.append((Nation(code, name, (float(lat), float(lon)) if lat else None), tuple(forms.split())))
    return tuple(rows)


@cache
def _adjectives() -> dict[str, Nation]:
    return {form: nation for nation, forms in _rows() for form in forms}


@cache
def _countries() -> dict[str, Nation]:
    return {nation.code: nation for nation, _ in _rows()}


@cache
def _wide() -> dict[str, Nation]:
    return {nation.name.casefold().replace(" ", ""): nation for nation, _ in _rows() if nation.code.isdigit()}
