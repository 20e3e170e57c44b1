"""Is a phrase the name of a wide area (a state abroad, a region, a sea, a country of old), in any case?

Such areas are in no gazetteer of towns. They are where a thing is said to be, with a radius that is honest about it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from geolocate.gazetteer import Entry, Named
from geolocate.text import keys
from geolocate.text.inflect import fits
from geolocate.text.keys import Unit
from geolocate.text.normalise import fold_word

_FILE = Path(__file__).with_name("areas.tsv")
#: words in a name, at most
MAX_WORDS = 3
#: letters of a first word that are the same in every case
_HEAD = 2
#: an area counts as a place of so many people when readings are weighed
_PEOPLE = 3_000_000
#: one that reaches less far than so many km, as of so many
_SMALL_KM, _FEW = 80.0, 800_000


def area(parts: Sequence[Unit]) -> Named | None:
    """The area that these words name, None when they name none; `parts` not empty."""
    if not may_start(parts[0]):
        return None
    if parts[0].token.script == "latin":
        return _english().get("".join(part.full for part in parts))
    for key in keys.phrase_keys(parts):
        for named in _table().get(key.text, ()):
            if key.ending is None or fits(named.tail, key.ending):
                return named
    return None


def may_start(unit: Unit) -> bool:
    """Whether the name of a wide area may start with this word: a cheap look before the true one."""
    head = unit.token
    if head.script == "cyrillic":
        return head.capital and head.fold[:_HEAD] in _heads()
    if head.script == "latin":
        return head.capital and unit.full[:_HEAD] in _english_heads()
    if head.script != "arabic":
        return False
    if unit.bare[:_HEAD] in _heads():
        return True
    return any(rest[:_HEAD] in _heads() for rest, _, _ in keys.without_clitics(head.fold))


@cache
def _english() -> dict[str, Named]:
    """The areas by their names in English, and by others that are written in Latin letters."""
    return {"".join(map(fold_word, name.split())): named for name, named in _spelled() if name.isascii()}


@cache
def _english_heads() -> frozenset[str]:
    return frozenset(key[:_HEAD] for key in _english())


@cache
def _heads() -> frozenset[str]:
    return frozenset(key.lstrip("-=")[:_HEAD] for key in _table())


@cache
def _table() -> dict[str, tuple[Named, ...]]:
    table: dict[str, tuple[Named, ...]] = {}
    for key, named in _rows():
        table[key] = (*table.get(key, ()), named)
    return table


def _rows() -> Iterator[tuple[str, Named]]:
    for spelling, named in _spelled():
        for key, tail, _ in keys.name_keys(spelling, arab=False, theatre=False, adjectives=False):
            yield key, replace(named, tail=tail)


def _spelled() -> Iterator[tuple[str, Named]]:
    """(spelling, area), the name in English first."""
    for number, line in enumerate(_FILE.read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            continue
        name, lat, lon, reach, spellings = line.split("\t")
        ref = f"area:{name.lower().replace(' ', '-')}"
        people = _FEW if float(reach) < _SMALL_KM else _PEOPLE + number
        entry = Entry(ref, name, "region", float(lat), float(lon), float(reach), "", "", people)
        for spelling in (name, *spellings.split("|")):
            yield spelling, Named(entry, "", True, False, 0)
