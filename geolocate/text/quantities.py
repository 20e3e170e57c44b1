"""How many vehicles, of which kinds, does a text speak of?"""

from collections.abc import Sequence
from dataclasses import dataclass

from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.normalise import Token
from geolocate.text.words import under, words

_KINDS = frozenset(KIND_MEANINGS)
#: vague counts -> (at least, at most), as journalists use the words
_VAGUE: dict[str, tuple[int, int | None]] = {
    word: (int(least), int(most) if most else None)
    for heading, found in under("count.").items()
    for least, dash, most in [heading.partition("-")]
    if dash and least.isdigit()
    for word in found
}
_AT_LEAST, _AT_MOST = words("count.at-least"), words("count.at-most")
#: words between a number and what it counts
_REACH = 4
#: more is a sum of money, a date or a casualty figure
_LARGEST = 2000
_NOT_COUNTED = frozenset(["other"])


@dataclass(frozen=True, slots=True)
class Vehicles:
    """How many vehicles (None: not said) of which kinds, in the order of the contract."""

    least: int | None
    most: int | None
    kinds: tuple[str, ...]


def vehicles(tokens: Sequence[Token]) -> Vehicles:
    """What the words count; several counts (ten trucks and two tanks) are added up."""
    kinds = {kind for token in tokens for kind in meanings(token.fold) & _KINDS}
    kinds -= _NOT_COUNTED if len(kinds) > 1 else set()
    counts = [count for i in range(len(tokens)) if (count := _count(tokens, i))]
    least = sum(low for low, _ in counts) if counts else None
    most = (
        sum(high for _, high in counts if high is not None)
        if counts and all(h is not None for _, h in counts)
        else None
    )
    return Vehicles(least, most, tuple(kind for kind in KIND_MEANINGS if kind in kinds))


def _count(tokens: Sequence[Token], i: int) -> tuple[int, int | None] | None:
    token = tokens[i]
    following = tokens[i + 1 : i + 1 + _REACH]
    if not any(meanings(t.fold) & _KINDS for t in following) or any(t.script == "digit" for t in following[:1]):
        return None
    if token.script == "digit":
        return _number(token.fold, {t.fold for t in tokens[max(0, i - 2) : i]})
    vague = _VAGUE.get(token.fold)
    if vague is None or any(t.fold in _VAGUE for t in following[:1]):
        return None
    dozens = i and tokens[i - 1].fold == "couple" and token.fold == "dozen"
    return (20, 30) if dozens else vague


def _number(digits: str, before: set[str]) -> tuple[int, int | None] | None:
    if not digits.isdecimal() or not 0 < len(digits) <= 4 or not 0 < int(digits) <= _LARGEST:
        return None
    count = int(digits)
    if before & _AT_LEAST:
        return count, None
    if before & _AT_MOST:
        return max(1, round(count * 0.75)), round(count * 1.25)
    return count, count
