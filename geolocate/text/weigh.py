"""How likely does a run of words name a place, by itself and by what surrounds it?"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from geolocate.commonness import commonness
from geolocate.text import persons, triggers
from geolocate.text.keys import Unit
from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.mention import Mention, Reading, Readings
from geolocate.text.normalise import Token

#: a text of so few words that is a name from end to end is a place line
LINE = 4
#: what it is worth to an adjective to have something beside it that is at a place
_SITE = 1.5
_SITES = triggers.SITE_AFTER | triggers.REGION_AFTER
_ADJECTIVE = ("ый", "ий", "ой", "ого", "ому", "ом", "ая", "ую", "ий", "ім", "ої", "ій", "а", "у")
_SURELY_ADJECTIVE = ("ий", "ый", "ая", "ую", "ой", "ої", "ій", "ім")
#: what it costs a country to be that whose office it is
_OF_OFFICE = 6.0
#: a place of so few people is a hamlet; what it costs its name to stand alone in running text
_HAMLET, _ALONE = 300, 2.5
#: what it costs a name to be that of a person in this text, or a given name at all
_PERSON, _GIVEN = 4.0, 1.0
#: what it costs a name to be that of a unit, a group, a vehicle or a weapon
_UNIT = 2.5
#: what it costs a name to be a part of that of a business (Аллеппо-бар), an adjective to be that of a street
_VENUE, _STREET = 6.0, 1.0
_KINDS = frozenset(KIND_MEANINGS)
_HYPHENS = frozenset("-‑")
#: a bare name alone tells nothing of where in the world it is: what it costs a town in a country far from all reports
#: (of 250 such readings of Syrian place lines none was right), unless it has so many people
_ELSEWHERE, _KNOWN_EVERYWHERE = 5.5, 500_000


@dataclass(frozen=True, slots=True)
class Context:
    """One text as its names are weighed in: its units, the countries to prefer, and the units that are people."""

    text: str
    units: Sequence[Unit]
    region: Collection[str]
    people: Collection[int]
    #: the runs of units that must be names (see `place_line`)
    line: Collection[tuple[int, int]] = ()
    #: whether a bare name is all that a post says
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Sense:
    """What words may mean, whatever is around them: `evidence` that they name a place, and that on a bare line.

    `ending`: the case ending that the likeliest spelling cut off; `hamlets`: no reading is larger than one.
    """

    readings: Readings
    ending: str | None
    evidence: float
    on_a_line: float
    country: bool
    hamlets: bool


def sense(readings: Sequence[tuple[Reading, str | None]], words: Sequence[Token], region: Collection[str]) -> Sense:
    """The sense of `words`; `readings` (not empty) come with the case ending that was cut off."""
    common = commonness(words[0].fold) if len(words) == 1 and _bent(words[0], readings) else 0
    plain = [_word_evidence(reading, len(words), common, region) for reading, _ in readings]
    near = [
        evidence - (_ELSEWHERE if elsewhere(reading, region) else 0.0)
        for evidence, (reading, _) in zip(plain, readings, strict=True)
    ]
    best = min(readings, key=lambda r: r[0].cost)
    return Sense(
        Readings(dict.fromkeys(reading for reading, _ in readings)), best[1], max(plain), max(near),
        any(r.named.entry.kind == "country" for r, _ in readings),
        all(r.named.entry.population <= _HAMLET for r, _ in readings),
    )  # fmt: skip


def weighed(context: Context, first: int, last: int, meant: Sense) -> Mention:
    """The mention made of units `first` to `last` - 1."""
    units = context.units
    bare = context.whole and len(units) <= LINE and (first, last) in context.line
    logit = meant.on_a_line if bare else meant.evidence
    logit += _context_evidence(context, first, last, meant.country)
    logit -= _little_known(context, first, last) if meant.hamlets else 0.0
    if meant.ending == "adj":
        logit += _SITE if _has_site(units, last) else 0.0
    if meant.ending == "adj" or units[last - 1].token.fold.endswith(_SURELY_ADJECTIVE):
        logit -= _STREET if _has_street(units, first, last) else 0.0
    probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    return Mention(units[first].start, units[last - 1].end, first, last, meant.readings, probability, meant.ending)


def elsewhere(reading: Reading, region: Collection[str]) -> bool:
    """Whether a place is an area or a town of no great size in a country that reports of movements are not about."""
    entry = reading.named.entry
    small = entry.kind == "area" or (entry.kind == "town" and entry.population < _KNOWN_EVERYWHERE)
    return small and entry.country not in region and entry.country not in triggers.NEAR_FOCUS


def _has_site(units: Sequence[Unit], last: int) -> bool:
    """Whether what follows an adjective, one more between them or not, is at a place: Одеський морський порт."""
    after = units[last : last + 2]
    if after and after[0].token.fold in _SITES:
        return True
    return len(after) == 2 and after[0].token.fold.endswith(_ADJECTIVE) and after[1].token.fold in _SITES


def _has_street(units: Sequence[Unit], first: int, last: int) -> bool:
    """Whether a word for a street stands beside an adjective: Киевский проспект."""
    return any(
        unit.token.fold in triggers.STREET for unit in (*units[max(0, first - 1) : first], *units[last : last + 1])
    )


def _bent(word: Token, readings: Sequence[tuple[Reading, str | None]]) -> bool:
    """Whether a word is no name as it stands, only with a case ending cut off: видели is not Видел in the plural."""
    return word.script == "cyrillic" and all(ending for _, ending in readings)


def _word_evidence(reading: Reading, words: int, common: int, region: Collection[str]) -> float:
    """How much a name looks like a place out of context: large places, rare words and preferred countries do."""
    entry = reading.named.entry
    size = math.log10(max(entry.population, 1000))
    common = max(common, reading.named.common)
    wordiness = common / 10 - size if common and words == 1 else -3.0
    logit = 0.5 - 1.1 * wordiness - 1.1 * reading.cost + 0.5 * (words - 1) - 2.0
    logit += {"country": 2.0, "area": 1.0, "town": 0.0}.get(entry.kind, 1.0)
    logit += 0.8 if entry.country in region else 0.5 if entry.country in triggers.FOCUS else 0.0
    return logit - (0.0 if reading.named.primary else 0.4)


def _context_evidence(context: Context, first: int, last: int, country: bool) -> float:
    text, units = context.text, context.units
    head = units[first].token
    logit = 0.0
    before = units[first - 1] if first else None
    after = units[last] if last < len(units) else None
    if trigger_before(text, units, first):
        logit += 1.5
    if after and after.token.fold in triggers.AFTER:
        logit += 1.2
    if head.start and text[head.start - 1] == "#":
        logit += 0.8
    if country and before and before.token.fold in triggers.OFFICE_BEFORE and head.fold.endswith("ни"):
        logit -= _OF_OFFICE
    if before and before.token.fold in triggers.PERSON_BEFORE and not country:  # the president of Egypt
        logit -= 2.0
    if not country and (_of_unit(before, after) or _of_venue(text, units, first) or _vehicle(units[first:last])):
        logit -= _UNIT
    if _is_line(context, first, last) or (first, last) in context.line:
        logit += 1.5
    elif head.script == "latin" and any(a <= first and last <= b for a, b in context.line):  # a part of a longer name
        logit -= 1.0
    if _hyphenated(text, units, first, last):
        logit -= 2.5
    if after and after.token.fold in triggers.VENUE_AFTER and text[units[last - 1].end : after.start] in _HYPHENS:
        logit -= _VENUE
    if head.script == "latin":
        logit -= 1.6 * _capital_neighbours(text, units, first, last)
    return logit - _personal(units, first, last, context.people)


def _little_known(context: Context, first: int, last: int) -> float:
    """What it costs a Cyrillic word to be the name of hamlets alone, with nothing around it that speaks of a place."""
    head = context.units[first].token
    if head.script != "cyrillic":
        return 0.0
    after = context.units[last].token if last < len(context.units) else None
    area = after is not None and (
        after.fold in triggers.AFTER or (after.capital and "ск" in after.fold.replace("ь", ""))
    )
    return (
        0.0 if area or trigger_before(context.text, context.units, first) or _is_line(context, first, last) else _ALONE
    )


def _is_line(context: Context, first: int, last: int) -> bool:
    """Whether the name is all there is to a short text."""
    return len(context.units) <= LINE and last - first == len(context.units)


def _of_unit(before: Unit | None, after: Unit | None) -> bool:
    """Whether a name is that of a unit or a group: Azov battalion, полк «Азов»."""
    named = after is not None and after.token.fold in triggers.UNIT_AFTER
    return named or (before is not None and before.token.fold in triggers.UNIT_BEFORE)


def _of_venue(text: str, units: Sequence[Unit], first: int) -> bool:
    """Whether a name is that of a business: кафе «Дамаск»."""
    if not first or units[first - 1].token.fold not in triggers.VENUE_BEFORE:
        return False
    return not text[units[first - 1].end : units[first].start].strip(' «"“')


def _vehicle(parts: Sequence[Unit]) -> bool:
    """Whether a name of one word is that of a vehicle or a weapon too: Toyota, Буки."""
    return len(parts) == 1 and not _KINDS.isdisjoint(meanings(parts[0].token.fold))


def _personal(units: Sequence[Unit], first: int, last: int, people: Collection[int]) -> float:
    """How much it speaks against a name that people are called so here, or anywhere."""
    if all(i in people for i in range(first, last)):
        return _PERSON
    return _GIVEN if last - first == 1 and persons.is_given(units[first]) else 0.0


def _hyphenated(text: str, units: Sequence[Unit], first: int, last: int) -> bool:
    """Whether the name is only a part of a hyphenated one: Василевка of Дубово-Василевка."""
    start, end = units[first].start, units[last - 1].end
    before = start > 1 and text[start - 1] in "-‑" and text[start - 2].isalpha()
    return before or (text[end : end + 1] in {"-", "‑"} and text[end + 1 : end + 2].isupper())


def trigger_before(text: str, units: Sequence[Unit], first: int) -> bool:
    """Whether the word before unit `first` is one that places follow (in, airbase, из-под)."""
    if not first:
        return False
    before = units[first - 1]
    return before.token.fold in triggers.BEFORE and not set(text[before.end : units[first].start]) & set(".!?\n;:")


def _capital_neighbours(text: str, units: Sequence[Unit], first: int, last: int) -> int:
    """How many capitalised words touch the name: it is part of something longer (Tony Homs, Homs Bank)."""
    count = 0
    if first and not text[units[first - 1].end : units[first].start].strip(" "):
        before = units[first - 1].token
        count += before.capital and before.fold not in triggers.BEFORE and before.fold not in triggers.NEVER
    if last < len(units) and not text[units[last - 1].end : units[last].start].strip(" "):
        after = units[last].token
        count += (
            after.capital
            and after.fold not in triggers.AFTER
            and not after.raw.isupper()
            and after.fold not in triggers.NEVER
        )
    return count
