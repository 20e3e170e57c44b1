"""Which state or province does an abbreviation stand for? Calif., N.J., B.C.

In running text an abbreviation counts only right after a comma and a name, where addresses have it: Richmond, Va.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from geolocate.gazetteer import Gazetteer, Named
from geolocate.text.normalise import fold_word

_FILE = Path(__file__).with_name("states.tsv")
#: capitals that are words, or shouted ones
_WORDS = frozenset({"OK", "HI", "OH", "ME", "IN", "OR", "ON", "SC", "PA", "MA", "LA", "MAN", "AL"})
#: what may stand between a name and the abbreviation, and after it
_BEFORE, _AFTER = r"(?<=[a-z], )", r"(?![\w'’-])"


def state(raw: str, gazetteer: Gazetteer) -> Named | None:
    """The state or province that `raw`, with its points, abbreviates."""
    found = _abbreviations().get(raw.replace(".", "").replace(" ", ""))
    return _place(*found, gazetteer) if found else None


def after_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` such an abbreviation follows a name and a comma: (start, end)."""
    return (match.span() for match in _written().finditer(text))


def _place(country: str, name: str, gazetteer: Gazetteer) -> Named | None:
    key = "".join(map(fold_word, name.split()))
    areas = (n for n in gazetteer.lookup(key) if n.entry.kind == "area" and n.entry.country == country)
    return next(areas, None)


@cache
def _abbreviations() -> dict[str, tuple[str, str]]:
    table = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, name, short = line.split("\t")
            table.update(dict.fromkeys(short.split("|"), (country, name)))
    return table


@cache
def _written() -> re.Pattern[str]:
    """Calif. and N.J. with their points, and two capitals without."""
    forms = [r"\.".join(short) if short.isupper() else short for short in _abbreviations()]
    capitals = [short for short in _abbreviations() if short.isupper() and short not in _WORDS]
    pointed = "|".join(sorted((form + r"\." for form in forms), key=len, reverse=True))
    return re.compile(f"{_BEFORE}(?:{pointed}|(?:{'|'.join(capitals)}){_AFTER})")
