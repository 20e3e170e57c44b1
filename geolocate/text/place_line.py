"""Which runs of words must be names because the text is nothing but an address?

"Al-Fatih, Jableh District", "Hijlar, Jindires, Afrin": a line without a verb or a thing reported. Cut at its commas,
brackets and words such as "and", "in", "near"; what is left of a part without its general words is a name, however it
is spelled.
"""

import re
from collections.abc import Collection, Sequence

from geolocate.commonness import commonness
from geolocate.text import triggers
from geolocate.text.keys import Unit
from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.mention import Mention
from geolocate.text.words import words

#: longer texts tell something (sooner in Arabic, where no capital tells a name), and a part of more words is no name
MAX_UNITS, MAX_ARABIC, MAX_NAME = 12, 8, 4
_CUT = re.compile(r"[,،;/()\[\]:|\n–—]|\s-|-\s")
#: before the place that an unknown one is in
_APART = re.compile(r"[,،(]")
#: words this common (ten times the Zipf frequency) are no villages
_COMMON = 40
#: between names, and around a name
_BETWEEN, _AROUND, _IN_TOWN = words("line.between"), words("line.around"), words("line.in-town")
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


def only_around(text: str, units: Sequence[Unit], mentions: Sequence[Mention]) -> frozenset[int]:
    """Which mentions (by their first unit) only say near what an unknown place lies: Darwish village, Afrin."""
    runs = names(text, units) if len(units) <= MAX_UNITS else frozenset()
    known = {i for mention in mentions for i in range(mention.first, mention.last)}
    unknown = {last: first for first, last in runs if known.isdisjoint(range(first, last))}
    return frozenset(
        m.first
        for m in mentions
        if (last := _ends_before(text, units, m.first, unknown)) and _is_name(units, unknown[last], last)
    )


def _ends_before(text: str, units: Sequence[Unit], first: int, unknown: Collection[int]) -> int:
    """Where the unknown run ends that stands right before unit `first`, cut off by a comma or bracket; 0: none does."""
    last = first
    while last and last not in unknown and _general(units[last - 1]):
        last -= 1
    cut = _APART.search(text, units[last - 1].end, units[first].start) if last else None
    return last if cut and last in unknown else 0


def _is_name(units: Sequence[Unit], first: int, last: int) -> bool:
    """Whether an unknown run looks like the name of a place: capitals where there are any, and no common words."""
    words = [unit.token for unit in units[first:last]]
    around = {unit.token.fold for unit in units[max(0, first - 1) : last + 1]}
    if not _IN_TOWN.isdisjoint(around) or any(word.script == "digit" for word in words):
        return False
    if not triggers.SETTLEMENT_BEFORE.isdisjoint(around):
        return True
    return all(word.capital or word.script == "arabic" for word in words) and all(
        commonness(word.fold) < _COMMON for word in words
    )


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
