"""Which runs of words must be names because the text is nothing but an address?

"Al-Fatih, Jableh District", "Hijlar, Jindires, Afrin": a line without a verb or a thing reported. Cut at its commas,
brackets and words such as "and", "in", "near"; what is left of a part without its general words is a name, however it
is spelled.
"""

import re
from collections.abc import Sequence

from geolocate.text import triggers
from geolocate.text.keys import Unit
from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.words import words

#: longer texts tell something (sooner in Arabic, where no capital tells a name), and a part of more words is no name
MAX_UNITS, MAX_ARABIC, MAX_NAME = 12, 8, 4
_CUT = re.compile(r"[,،;/()\[\]:|\n–—]|\s-|-\s")
#: between names, and around a name
_BETWEEN, _AROUND = words("line.between"), words("line.around")
#: what a report tells and an address does not
_TOLD = frozenset({"convoy", "move", "gather", "train", "strike", "denial", "parade", *KIND_MEANINGS})


def names(text: str, units: Sequence[Unit]) -> frozenset[tuple[int, int]]:
    """(first, last + 1) of the runs of units that are the names of an address; empty when `text` is none."""
    most = MAX_ARABIC if units and units[0].token.script == "arabic" else MAX_UNITS
    if len(units) > most or any(_tells(unit) for unit in units):
        return frozenset()
    found = set()
    first = 0
    for i in range(len(units) + 1):
        if i == len(units) or units[i].token.fold in _BETWEEN:
            found.add(_trimmed(units, first, i))
            first = i + 1
        elif i and first < i and _CUT.search(text, units[i - 1].end, units[i].start):
            found.add(_trimmed(units, first, i))
            first = i
    return frozenset((a, b) for a, b in found if 0 < b - a <= MAX_NAME)


def _tells(unit: Unit) -> bool:
    """Whether a word belongs to a report: a vehicle, a movement, a number of them, a strike."""
    return unit.token.fold not in _AROUND and not _TOLD.isdisjoint(meanings(unit.token.fold))


def _trimmed(units: Sequence[Unit], first: int, last: int) -> tuple[int, int]:
    while first < last and _general(units[first]):
        first += 1
    while first < last and _general(units[last - 1]):
        last -= 1
    return first, last


def _general(unit: Unit) -> bool:
    fold = unit.token.fold
    return fold in _AROUND or fold in triggers.AREA_AFTER or fold in triggers.AREA_BEFORE or unit.bare in _AROUND
