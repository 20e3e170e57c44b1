"""Which words say that something moves, where it moves, and what it is? Russian, Ukrainian, Arabic and English.

Stems are folded (see `normalise`); a word has a meaning when it starts with one of the stems, the longest one winning.
`=` after a stem asks for the whole word.
"""

from functools import lru_cache

from geolocate.text.words import listed, under

_STEMS = under("means.")

MEANINGS = tuple(_STEMS)
KIND_MEANINGS = (
    "truck",
    "transporter",
    "apc",
    "tank",
    "artillery",
    "air_defence",
    "helicopter",
    "ship",
    "train",
    "other",
)


def _index(stems: dict[str, frozenset[str]]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    whole: dict[str, set[str]] = {}
    prefix: dict[str, set[str]] = {}
    for meaning, found in stems.items():
        for word in found:
            into = whole if word.endswith("=") else prefix
            into.setdefault(word.rstrip("=").replace("-", ""), set()).add(meaning)
    return whole, prefix


_WHOLE, _PREFIX = _index(_STEMS)
#: Arabic conjunctions, prepositions and articles are written with the word: وشاحنات
_CLITICS = (*listed("clitic.arabic"), "ال")
_LONGEST = max(map(len, _PREFIX))


_KINDS = frozenset(KIND_MEANINGS)


@lru_cache(maxsize=20_000)
def kinds(fold: str) -> frozenset[str]:
    """The kinds of vehicles that a folded word means."""
    return meanings(fold) & _KINDS


@lru_cache(maxsize=20_000)
def meanings(fold: str) -> frozenset[str]:
    """What a folded word means: a subset of MEANINGS."""
    found = _meanings(fold)
    if found or not "\u0600" <= fold[:1] <= "\u06ff":
        return found
    bare = (
        _meanings(fold[len(clitic) :]) for clitic in _CLITICS if fold.startswith(clitic) and len(fold) > len(clitic) + 2
    )
    return next((meant for meant in bare if meant), found)


def _meanings(fold: str) -> frozenset[str]:
    found = set(_WHOLE.get(fold, ()))
    for size in range(min(len(fold), _LONGEST), 1, -1):
        if fold[:size] in _PREFIX:
            found |= _PREFIX[fold[:size]]
            break
    return frozenset(found)
