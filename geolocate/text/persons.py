"""Which words of a text are people's names, though a place may be called so: Владимир Макаров, Jack Houston?

A given name, an initial or a patronymic beside a capitalised word says that the word is a surname; a surname that was
met so is one in the whole text, in every case.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from geolocate.commonness import commonness
from geolocate.text import triggers
from geolocate.text.inflect import PARADIGMS, loose_stem, stems_of_name
from geolocate.text.keys import Unit
from geolocate.text.words import grouped, words

_FILE = Path(__file__).with_name("given_names.txt")
_PATRONYMIC = re.compile(r".{3,}(?:ович|евич|ьич|овна|евна|івна|ївна|йович)(?:а|у|ем|ом|е|ы|и|ой|ою|і)?\Z")
_PLACES, _ARABIC = "place.latin", "arabic"
#: a word this common (ten times its Zipf frequency) is no surname: Paris Agreement, Sydney Harbour
_COMMON = 40
#: how far a person's name reaches: given name, patronymic or second name, surname
_NAMES = 3
#: what may stand between them
_GAPS = frozenset({" ", ". ", ".", " . ", "\xa0", "-"})
#: before an Arabic given name; letters that a surname from a place has at least
_TITLES, _NISBA = words("person.before-arabic"), 5
#: words that make a place or an office of the name before them: Lawrence County, Victoria Police
_NO_SURNAMES = triggers.AFTER | triggers.GENERIC | triggers.AREA_AFTER | triggers.AIRFIELD_AFTER | triggers.NEVER


def named(text: str, units: Sequence[Unit]) -> frozenset[int]:
    """The numbers of the units that are people's names, given or family."""
    people: set[int] = set()
    stems: set[str] = set()
    for i, unit in enumerate(units):
        if unit.token.script == "arabic" and _begins_arabic(text, units, i):
            people.add(i + 1)
        if not unit.token.capital or i in people:
            continue
        if not (_is_given(unit) or _is_initial(text, unit) or _is_namesake(text, units, i)):
            continue
        run = _run(text, units, i)
        if len(run) < 2:
            continue
        people.update(run)
        stems.update(_stem(units[n]) for n in run[1:] if not _is_given(units[n]))
    people.update(i for i, unit in enumerate(units) if unit.token.capital and _stem(unit) in stems)
    return frozenset(people)


def is_given(unit: Unit) -> bool:
    """Whether a word is a given name in some case."""
    return unit.token.capital and _is_given(unit)


def _run(text: str, units: Sequence[Unit], first: int) -> list[int]:
    """The capitalised words of one script that follow each other from `first` on, as names of one person do."""
    run = [first]
    for i in range(first + 1, min(first + _NAMES, len(units))):
        left, right = units[i - 1], units[i]
        gap = text[left.end : right.start]
        if not right.token.capital or right.token.script != left.token.script or gap not in _GAPS:
            break
        if right.token.fold in _NO_SURNAMES and not _is_given(right):
            break
        if gap.lstrip(" ")[:1] == "." and not _is_initial(text, left):
            break
        run.append(i)
    return run


def _is_namesake(text: str, units: Sequence[Unit], i: int) -> bool:
    """Whether a word that is a place first begins a person's name: Paris Hilton, but not "in Paris", Paris Airport."""
    if units[i].token.fold not in _names(_PLACES) or i + 1 >= len(units):
        return False
    surname = units[i + 1].token
    shouted = units[i].token.raw.isupper() or surname.raw.isupper()
    plain = surname.capital and not shouted and text[units[i].end : surname.start] == " "
    if not plain or surname.fold in _NO_SURNAMES or surname.fold.endswith("s"):
        return False
    before = units[i - 1].token.fold if i else ""
    return before not in triggers.BEFORE and before != "the" and commonness(surname.fold) < _COMMON


def _begins_arabic(text: str, units: Sequence[Unit], i: int) -> bool:
    """Whether a given name begins that of a person: after a title or another one, or before a surname (الحلبي).

    Else it may be who does something to the place that follows: زار محمد دمشق.
    """
    fold = units[i].token.fold
    if fold not in _names(_ARABIC) or i + 1 >= len(units) or text[units[i].end : units[i + 1].start] != " ":
        return False
    before, after = units[i - 1].token.fold if i else "", units[i + 1].token.fold
    titled = before in _TITLES or before in _names(_ARABIC)
    return titled or (after.startswith("ال") and after.endswith("ي") and len(after) > _NISBA)


def _is_initial(text: str, unit: Unit) -> bool:
    stop = text[unit.end : unit.end + 2].lstrip(" ")[:1]
    return len(unit.token.raw) == 1 and stop == "." and unit.token.script != "digit"


def _is_given(unit: Unit) -> bool:
    fold = unit.token.fold
    return fold in _given() or (unit.token.script == "cyrillic" and _PATRONYMIC.match(fold) is not None)


def _stem(unit: Unit) -> str:
    """One form for the cases of a surname; short words as they are."""
    fold = unit.token.fold
    return loose_stem(fold) if unit.token.script == "cyrillic" and len(fold) > 4 else fold


@cache
def _names(heading: str) -> frozenset[str]:
    return frozenset(grouped(_FILE)[heading])


@cache
def _given() -> frozenset[str]:
    """Every case of every given name."""
    forms: set[str] = set()
    for heading, names in grouped(_FILE).items():
        if heading not in {_PLACES, _ARABIC}:
            forms.update(names)
        if heading.startswith("cyrillic"):
            stems = [pair for name in names for pair in stems_of_name(name)]
            forms.update(stem + ending for stem, tail in stems for ending in PARADIGMS.get(tail, ()))
    return frozenset(forms)
