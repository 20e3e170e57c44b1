"""How many vehicles, of which kinds, does a text speak of?

A count is a number or a vague word with what it counts after it. A count of vehicles in general ("60 vehicles") holds
the counts of kinds beside it ("40 trucks, 12 tanks"), as do words like "of which"; without one the kinds are added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from geolocate.text import lexicon
from geolocate.text.lexicon import KIND_MEANINGS
from geolocate.text.normalise import Token
from geolocate.text.words import listed, under, words

#: vague counts -> (at least, at most), as journalists use the words
_VAGUE: dict[str, tuple[int, int | None]] = {
    word: (int(least), int(most) if most else None)
    for heading, found in under("count.").items()
    for least, dash, most in [heading.partition("-")]
    if dash and least.isdigit()
    for word in found
}
_AT_LEAST, _AT_MOST, _ABOUT = words("count.at-least"), words("count.at-most"), words("count.about")
_BETWEEN, _NUMBER_OF, _PARTS = words("count.between"), words("count.number-of"), words("count.parts")
#: what else numbers count: people, distances, times; and words that end what a number may count
_NOT_VEHICLES = words("count.not-vehicles")
_CLITICS = listed("clitic.arabic")
#: words between a number and what it counts; words between "the number of trucks" and the number
_REACH, _NUMBER_REACH = 4, 6
#: more is a sum of money or a casualty figure; these are years
_LARGEST, _YEARS = 2000, range(1990, 2036)
#: kinds that only say "vehicles"
_GENERAL = frozenset(["other"])
#: "about 60" is taken for 60 give or take this share
_ROUGHLY = 0.25
_STOPS = set(".!?\n;")
#: endings of the genitive plural: машин, штук, танков, единиц, платформ
_GENITIVES = ("ин", "ук", "ов", "иц", "рм", "ей", "ек", "ок", "ев")
#: the tens, which make no teens
_LARGE_TENS = frozenset(["عشرون", "عشرين"])


@dataclass(frozen=True, slots=True)
class Vehicles:
    """How many vehicles (None: not said) of which kinds, in the order of the contract."""

    least: int | None
    most: int | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Count:
    least: int
    most: int | None
    general: bool
    part: bool


def vehicles(text: str, tokens: Sequence[Token]) -> Vehicles:
    """What the words count. `tokens`: those of `text`, designations joined."""
    kinds: set[str] = set().union(*[lexicon.kinds(token.fold) for token in tokens])
    kinds -= _GENERAL if len(kinds) > 1 else set()
    counts = _counts(text, tokens)
    general = [c for c in counts if c.general and not c.part]
    special = [c for c in counts if not c.general and not c.part]
    least: int | None = None
    most: int | None = None
    if general:
        exact = [c for c in general if c.most is not None]
        whole = exact[-1] if exact else max(general, key=lambda c: c.least)
        least, most = whole.least, whole.most
    elif special:
        least = sum(c.least for c in special)
        most = None if any(c.most is None for c in special) else sum(c.most or 0 for c in special)
    return Vehicles(least, most, tuple(kind for kind in KIND_MEANINGS if kind in kinds))


def _counts(text: str, tokens: Sequence[Token]) -> list[_Count]:
    counts: list[_Count] = []
    i = 0
    while i < len(tokens):
        if not _may_count(tokens[i].fold):
            i += 1
            continue
        extent, after = _extent(text, tokens, i)
        if extent is not None:
            head = _counted(text, tokens, after) or _announced(text, tokens, i) or _behind(text, tokens, i)
            if head:
                last = counts[-1] if counts else None
                part = bool(last) and any(t.fold in _PARTS for t in tokens[max(0, i - 4) : i])
                counts.append(_Count(*_bent(tokens, i, after, extent), general=head <= _GENERAL, part=part))
        i = max(after, i + 1)
    return counts


@lru_cache(maxsize=20_000)
def _may_count(fold: str) -> bool:
    """Whether a word is a number or a vague count, with clitics or without."""
    if fold in _VAGUE or fold.removeprefix("و").isdecimal():
        return True
    return any(fold.startswith(clitic) and fold[len(clitic) :] in _VAGUE for clitic in _CLITICS)


def _extent(text: str, tokens: Sequence[Token], i: int) -> tuple[tuple[int, int | None] | None, int]:
    """The bounds that the number at word `i` states (None: it is no count) and the index of the word after it."""
    token = tokens[i]
    fold = _bare(token)
    if fold in _VAGUE:
        compound = _compound(tokens, i)
        if compound:
            return (compound, compound), i + 2
        dual = 2 if token.fold in _VAGUE and lexicon.kinds(token.fold) else 0
        dozens = i > 0 and tokens[i - 1].fold == "couple" and fold == "dozen"
        vague = i + 1 < len(tokens) and _bare(tokens[i + 1]) in _VAGUE
        return (None if vague else (20, 30) if dozens else _VAGUE[fold]), i if dual else i + 1
    first = _number(text, tokens, i)
    if first is None:
        return None, i + 1
    second = _range_end(text, tokens, i)
    if second:
        last = _number(text, tokens, second)
        if last is not None and last > first:
            return (first, last), second + 1
    return (first, first), i + 1


def _compound(tokens: Sequence[Token], i: int) -> int:
    """خمس وثلاثين, خمسة عشر, двадцать два as one number, 0 when the two words from `i` make none."""
    folds = [_bare(token) for token in tokens[i : i + 2]]
    if len(folds) < 2:
        return 0
    (first, top), (second, _) = (
        _VAGUE.get(fold.removeprefix("و") if n else fold, (0, 0)) for n, fold in enumerate(folds)
    )
    if not 0 < first == top:
        return 0
    arabic = tokens[i].script == "arabic"
    teen = second == 10 and not folds[1].startswith("و") and folds[1] not in _LARGE_TENS
    if arabic and first < 10 and (teen or (tokens[i + 1].fold.startswith("و") and second in range(20, 100, 10))):
        return first + second
    return (
        first + second if not arabic and first in range(20, 100, 10) and 0 < second < 10 and _VAGUE[folds[1]][1] else 0
    )


def _range_end(text: str, tokens: Sequence[Token], i: int) -> int | None:
    """The index of the second number of a range: 24-26, 24 to 26, between 55 and 60."""
    if i + 1 < len(tokens) and text[tokens[i].end : tokens[i + 1].start].strip() in {"-", "–", "—", "‑"}:
        return i + 1
    if i + 1 < len(tokens) and tokens[i + 1].fold[:1] == "و" and tokens[i + 1].fold[1:].isdecimal():
        return i + 1
    if i + 2 < len(tokens) and tokens[i + 1].fold in _BETWEEN:
        return i + 2
    return i + 1 if i and tokens[i - 1].fold == "بين" and i + 1 < len(tokens) else None


def _number(text: str, tokens: Sequence[Token], i: int) -> int | None:
    """A number that may count things: no ordinal, year, hour, sum or part of a designation."""
    token = tokens[i]
    digits = token.fold.removeprefix("و")
    if not digits.isdecimal() or len(digits) > 4 or not 0 < int(digits) <= _LARGEST or int(digits) in _YEARS:
        return None
    before, behind = text[max(0, token.start - 2) : token.start], text[token.end : token.end + 2]
    if behind[:1] in {"-", "‑", ":", "%", "°", "/", ".", ","} and behind[1:].isalnum() and not _ranges(behind):
        return None
    if before[1:] in {":", "/", ".", ",", "№", "#", "$", "€", "-", "‑", "–"} and not before[:1].isspace():
        return int(digits) if before[1:] in {"-", "–", "‑"} and before[:1].isdecimal() else None
    return None if behind[:1] in {"%", "°"} else int(digits)


def _ranges(behind: str) -> bool:
    return behind[0] in {"-", "‑"} and behind[1].isdecimal()


def _bare(token: Token) -> str:
    """The word without Arabic clitics: بنحو -> نحو, وعشرات -> عشرات."""
    if token.script != "arabic" or token.fold in _VAGUE:
        return token.fold
    for clitic in _CLITICS:
        bare = token.fold.removeprefix(clitic)
        if bare != token.fold and (bare in _VAGUE or bare in _AT_LEAST or bare in _ABOUT):
            return bare
    return token.fold


def _counted(text: str, tokens: Sequence[Token], after: int) -> frozenset[str] | None:
    """The kinds that a number before word `after` counts, None when it counts something else."""
    for j in range(after, min(len(tokens), after + _REACH)):
        token = tokens[j]
        if j > after and set(text[tokens[j - 1].end : token.start]) & _STOPS:
            return None
        if token.script == "digit" or token.fold in _NOT_VEHICLES or (j > after and _bare(token) in _VAGUE):
            return None
        kinds = lexicon.kinds(token.fold)
        if kinds:
            return kinds
    return None


def _behind(text: str, tokens: Sequence[Token], i: int) -> frozenset[str] | None:
    """The kinds that stand in the genitive before a Russian number, which is then an estimate: машин тридцать."""
    if not i or not tokens[i - 1].fold.endswith(_GENITIVES) or tokens[i - 1].script != "cyrillic":
        return None
    if text[tokens[i - 1].end : tokens[i].start].strip():
        return None
    return lexicon.kinds(tokens[i - 1].fold) or None


def _announced(text: str, tokens: Sequence[Token], i: int) -> frozenset[str] | None:
    """The kinds of which a number before word `i` is announced: عدد الآليات بنحو 60, number of trucks: 60."""
    following = tokens[i + 1].fold if i + 1 < len(tokens) else ""
    if following in _NOT_VEHICLES:
        return None
    for j in range(i - 1, max(-1, i - 1 - _NUMBER_REACH), -1):
        if set(text[tokens[j].end : tokens[j + 1].start]) & _STOPS or tokens[j].script == "digit":
            return None
        if _number_of(tokens[j].fold):
            kinds = [lexicon.kinds(t.fold) for t in tokens[j + 1 : i]]
            return next((kind for kind in kinds if kind), _GENERAL)
    return None


def _number_of(fold: str) -> bool:
    return fold in _NUMBER_OF or fold.removeprefix("ال") in _NUMBER_OF


def _bent(tokens: Sequence[Token], i: int, after: int, extent: tuple[int, int | None]) -> tuple[int, int | None]:
    """The bounds as the words around the number bend them: more than, up to, about, at least."""
    least, most = extent
    before = [_bare(t) for t in tokens[max(0, i - 3) : i]]
    if any(word in _AT_LEAST for word in before) or _at_least_behind([t.fold for t in tokens[after : after + 4]]):
        return least, None
    if least != most or most is None:
        return least, most
    if any(word in _AT_MOST for word in before[-2:]):
        return max(1, most // 2), most
    if any(word in _ABOUT for word in before):
        return max(1, round(least * (1 - _ROUGHLY))), round(most * (1 + _ROUGHLY))
    return least, most


def _at_least_behind(behind: Sequence[str]) -> bool:
    """60 vehicles at least, 58 آلية على الأقل - but not "4 tanks, at least 3 trucks"."""
    at = next((i for i, word in enumerate(behind) if word in {"least", "الاقل"}), None)
    return at is not None and not any(word.isdecimal() for word in behind[at + 1 : at + 2])
