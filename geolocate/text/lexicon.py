"""Which words say that something moves, where it moves, and what it is? Russian, Ukrainian, Arabic and English.

Stems are folded (see `normalise`); a word has a meaning when it starts with one of the stems, the longest one winning.
`=` after a stem asks for the whole word.
"""

from collections.abc import Iterable
from functools import lru_cache

from geolocate.text.words import under

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
_LONGEST = max(map(len, _PREFIX))


@lru_cache(maxsize=50_000)
def meanings(fold: str) -> frozenset[str]:
    """What a folded word means: a subset of MEANINGS."""
    found = set(_WHOLE.get(fold, ()))
    for size in range(min(len(fold), _LONGEST), 1, -1):
        if fold[:size] in _PREFIX:
            found |= _PREFIX[fold[:size]]
            break
    return frozenset(found)


def any_of(folds: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether one of the words has one of the `wanted` meanings."""
    return any(meanings(fold) & wanted for fold in folds)
