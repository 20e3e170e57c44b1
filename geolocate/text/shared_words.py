"""Which adjectives name an area by a word that stands only once, or by the office that governs it?

"У Київській, Вінницькій та Львівській областях" names three oblasts with one word for them; "глава Рівненської ОВА" and
"Брянский губернатор" name an oblast without that word. The full name is looked up for each.
"""

from collections.abc import Iterator, Sequence

from geolocate.text.inflect import loose_stem
from geolocate.text.keys import Key, Unit
from geolocate.text.words import words

_PLURAL, _OFFICE = words("area.plural"), words("area.office")
_JOINERS = words("role.joiners") | {"в", "у", "на"}
#: in an adjective made from the name of a place, which may be written small
ADJECTIVES = ("ск", "цк", "ськ", "цьк", "зьк")
#: words looked at after an adjective for the one that it shares
_REACH = 12
_STOPS = set(".!?\n;:…")


def is_adjective(unit: Unit) -> bool:
    """Whether a Cyrillic word looks like an adjective made from a name."""
    return unit.token.script == "cyrillic" and any(suffix in unit.token.fold for suffix in ADJECTIVES)


def area_keys(text: str, units: Sequence[Unit], first: int) -> Iterator[Key]:
    """The keys of the area that adjective `first` names without its own word for it."""
    word = _borrowed(text, units, first) if is_adjective(units[first]) else None
    if word:
        yield Key(f"={loose_stem(units[first].bare)}{loose_stem(word)}", None, 0.3, units[first].article)


def _borrowed(text: str, units: Sequence[Unit], first: int) -> str | None:
    """The word for the area, in the singular: that of the end of the list, or that which an office stands for."""
    for i in range(first + 1, min(first + _REACH, len(units))):
        left, unit = units[i - 1], units[i]
        if set(text[left.end : unit.start]) & _STOPS:
            return None
        fold = unit.token.fold
        if i == first + 1 and fold in _OFFICE:
            return "область"
        if fold in _PLURAL and i > first + 1:
            return "край" if fold.startswith("кра") else "район" if fold.startswith("район") else "область"
        if not is_adjective(unit) and fold not in _JOINERS:
            return None
    return None
