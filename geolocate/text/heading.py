"""In which direction does a text say that something travels, as a bearing?

"движется на запад", "в северо-западном направлении", "heading west", "eastbound", "باتجاه الغرب". Where something is
(west of Homs, на западе, غرب تدمر) is no direction of travel, nor is the West that wants something.
"""

from collections.abc import Sequence
from functools import lru_cache

from geolocate.text.directions import BEARINGS, HALVES, LINKS
from geolocate.text.lexicon import meanings
from geolocate.text.normalise import Token
from geolocate.text.words import listed, words

#: words that a compass point follows: на, в сторону, towards, باتجاه
_BEFORE = words("heading.before")
#: verbs that an English compass point follows at once: heading west
_VERBS = words("heading.verbs")
#: what an adjective of a compass point is beside: в западном направлении
_DIRECTION = words("heading.direction")
#: "the" and the like, between
_BETWEEN = words("heading.between")
#: a compass point by itself: eastbound, غربا
_ALONE = {word: float(degrees) for degrees in range(0, 360, 45) for word in words(f"heading.{degrees}")}
#: stems of adjectives, Russian, Ukrainian and English
_ADJECTIVES = [
    (stem, float(degrees)) for degrees in (0, 90, 180, 270) for stem in listed(f"heading.adjective.{degrees}")
]
_STEMS = tuple(stem for stem, _ in _ADJECTIVES)
#: в сторону запада
_GENITIVE = {"севера": 0.0, "востока": 90.0, "юга": 180.0, "запада": 270.0}
#: words around a compass point among which something must be told to move
_REACH = 10
#: what a word of movement means
_GOING = frozenset({"move", "convoy"})
_STOPS = set(".!?\n;…|")


def stated(text: str, tokens: Sequence[Token]) -> float | None:
    """Degrees clockwise from north, None when the text names no direction of travel or two different ones."""
    if not any(_may_point(token.fold) for token in tokens):
        return None
    found: set[float] = set()
    i = 0
    while i < len(tokens):
        degrees, after = _compass(tokens, i)
        if degrees is not None and _travelled(text, tokens, i, after) and _moving(text, tokens, i):
            found.add(degrees)
        i = after
    return found.pop() if len(found) == 1 else None


def _compass(tokens: Sequence[Token], i: int) -> tuple[float | None, int]:
    """The compass point that starts at word `i`, and the index of the word after it."""
    half = HALVES.get(tokens[i].fold.removeprefix("ال"))
    if half is not None and i + 1 < len(tokens):
        other = _point(tokens[i + 1].fold)
        if other in {90.0, 270.0}:
            return _middle(half, other), i + 2
    return _point(tokens[i].fold), i + 1


@lru_cache(maxsize=20_000)
def _may_point(fold: str) -> bool:
    """Whether a compass point may start with this word."""
    return fold.removeprefix("ال") in HALVES or _point(fold) is not None


@lru_cache(maxsize=20_000)
def _point(fold: str) -> float | None:
    if fold in _ALONE:
        return _ALONE[fold]
    known = BEARINGS.get(fold.removeprefix("ال"))
    if known is not None or fold in _GENITIVE:
        return known if known is not None else _GENITIVE[fold]
    if not fold.startswith(_STEMS):
        return None
    return next((degrees for stem, degrees in _ADJECTIVES if fold.startswith(stem)), None)


def _middle(half: float, other: float) -> float:
    """The bearing between north or south and east or west."""
    return {(0.0, 90.0): 45.0, (180.0, 90.0): 135.0, (180.0, 270.0): 225.0}.get((half, other), 315.0)


def _travelled(text: str, tokens: Sequence[Token], first: int, after: int) -> bool:
    """Whether the words around a compass point make it a direction of travel."""
    last = tokens[after - 1]
    if after < len(tokens) and not set(text[last.end : tokens[after].start]) & set(".,!?\n;:()"):
        beside = tokens[after]
        if beside.fold in LINKS and beside.script != "arabic":
            return False
        if last.script == "cyrillic" and beside.capital:
            return False
    if tokens[first].fold in _ALONE:
        return True
    if last.fold.startswith(_STEMS):
        return any(token.fold in _DIRECTION for token in tokens[after : after + 1])
    if last.script == "cyrillic" and last.capital and not last.raw.isupper():
        return False
    before = first - 1
    while before >= 0 and tokens[before].fold in _BETWEEN:
        before -= 1
    if before < 0 or set(text[tokens[before].end : tokens[first].start]) & _STOPS:
        return False
    if last.script == "arabic" and not last.fold.startswith("ال"):
        return False
    return tokens[before].fold in (_BEFORE | _VERBS if last.script == "latin" else _BEFORE)


def _moving(text: str, tokens: Sequence[Token], i: int) -> bool:
    """Whether something is told to move in the same sentence."""
    for step in (-1, 1):
        j = i
        while 0 <= j < len(tokens) and abs(j - i) <= _REACH:
            if meanings(tokens[j].fold) & _GOING or tokens[j].fold in _VERBS:
                return True
            near = sorted((j, j + step))
            if near[0] < 0 or near[1] >= len(tokens):
                break
            if set(text[tokens[near[0]].end : tokens[near[1]].start]) & _STOPS:
                break
            j += step
    return False
