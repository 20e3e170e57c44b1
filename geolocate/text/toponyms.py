"""Where in a text is a place named, and which places may each mention stand for?

Every run of up to five words is looked up at once (see `keys`); runs that hit are weighed by how they are written,
what surrounds them and how common they are as words; overlapping ones yield to the longer, then the likelier.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from geolocate.gazetteer import Gazetteer, Named
from geolocate.text import keys, nations, triggers
from geolocate.text.inflect import fits
from geolocate.text.keys import Unit
from geolocate.text.lexicon import meanings
from geolocate.text.normalise import Token

#: words in a name, at most
MAX_WORDS = 5
#: similarity of romanised forms asked of a bent spelling: with a trigger before it, and without (0.92: measured, no
#: ordinary Russian word passed)
FUZZY_WITH_TRIGGER, FUZZY = 84.0, 93.0
#: words that say what moves, though a town of that name may exist (Колона, Colón)
_NEVER_MEANT = frozenset({"convoy", "military"})
#: a text of so few words that is a name from end to end is a place line
_LINE = 4
#: the `ending` of an adjective of a nation; texts of so many words are articles, where such count as names of places
NATION = "nation"
_ARTICLE = 100
#: before an adjective of a nation and "border": something goes there
_WHITHER = frozenset({"to", "toward", "towards", "for", "к", "до", "на"})
#: how Russian and Ukrainian surnames end, as names of towns do in the genitive: Николаева
_SURNAMES = ("ов", "ова", "ову", "овым", "овой", "ев", "ева", "еву", "евым", "евой", "ин", "ина", "ину", "енко")
#: a mention less likely to be a place than this is dropped
LEAST = 0.3


@dataclass(frozen=True, slots=True)
class Reading:
    """A place that a mention may stand for; `cost` grows with the bending that was needed, 0 for an exact name."""

    named: Named
    cost: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name at `text[start:end]`: units `first` to `last` - 1, its readings, and how likely it names a place."""

    start: int
    end: int
    first: int
    last: int
    readings: tuple[Reading, ...]
    probability: float
    ending: str | None


@dataclass(frozen=True, slots=True)
class _Phrase:
    first: int
    last: int


def find(text: str, units: Sequence[Unit], gazetteer: Gazetteer, region: Collection[str] = ()) -> list[Mention]:
    """Mentions in order of appearance, none overlapping."""
    cased = any(u.token.capital for u in units if u.token.script in {"latin", "cyrillic"})
    phrases = [p for p in _phrases(text, units, cased) if _may_name(text, units, p, cased)]
    wanted = [(phrase, key) for phrase in phrases for key in keys.phrase_keys(units[phrase.first : phrase.last])]
    hits = gazetteer.known([key.text for _, key in wanted])
    found: dict[_Phrase, list[tuple[Reading, str | None]]] = {}
    for (phrase, key), hit in zip(wanted, hits, strict=True):
        if hit:
            found.setdefault(phrase, []).extend(_exact(key, gazetteer, units[phrase.first].token.capital))
    mentions = [_weighed(text, units, phrase, readings, region) for phrase, readings in found.items() if readings]
    free = _not_better_said(phrases, [m for m in mentions if m.probability >= LEAST])
    mentions += _bent_spellings(text, units, free, gazetteer, region)
    mentions = [m for m in mentions if m.probability >= LEAST]
    return _without_overlaps([*_nations(units, gazetteer), *mentions])


def _nations(units: Sequence[Unit], gazetteer: Gazetteer) -> Iterator[Mention]:
    """Continents and their like; in articles, and before a border that is gone to, adjectives of nations too."""
    long = len(units) >= _ARTICLE
    for first, unit in enumerate(units):
        article = long or _to_border(units, first)
        if unit.token.script == "cyrillic":
            named = nations.adjective([unit], gazetteer) if article else None
            if named:
                yield Mention(unit.start, unit.end, first, first + 1, (Reading(named, 0.0),), 0.7, NATION)
        elif unit.token.capital and unit.token.script == "latin":
            for last in (first + 2, first + 1):
                parts = units[first:last]
                named = nations.wide(parts) or (nations.adjective(parts, gazetteer) if article else None)
                if named:
                    ending = None if nations.wide(parts) else NATION
                    yield Mention(
                        unit.start, parts[-1].end, first, first + len(parts), (Reading(named, 0.0),), 0.7, ending
                    )
                    break


def _to_border(units: Sequence[Unit], i: int) -> bool:
    """Whether adjective `i` says whose border something goes to: on foot for the Austrian border."""
    if i + 1 >= len(units) or units[i + 1].token.fold not in triggers.BORDER:
        return False
    before = [unit.token.fold for unit in units[max(0, i - 2) : i]]
    return bool(_WHITHER & set(before))


def _not_better_said(phrases: Sequence[_Phrase], exact: Sequence[Mention]) -> list[_Phrase]:
    """Phrases that no exact name touches, or that hold it as a part: Batna is not what Kafr Batnah means."""
    longest_last = sorted(exact, key=lambda m: m.last - m.first)
    taken = {i: m for m in longest_last for i in range(m.first, m.last)}
    free = []
    for phrase in phrases:
        touched = [taken[i] for i in range(phrase.first, phrase.last) if i in taken]
        size = phrase.last - phrase.first
        if all(phrase.first <= m.first and m.last <= phrase.last and m.last - m.first < size for m in touched):
            free.append(phrase)
    return free


def at_span(text: str, units: Sequence[Unit], start: int, end: int, gazetteer: Gazetteer) -> Mention | None:
    """The mention that the caller says is at `text[start:end]`; None when nothing of it is known."""
    inside = [i for i, u in enumerate(units) if u.start < end and start < u.end]
    if not inside:
        return None
    whole = units[inside[0] : inside[-1] + 1]
    runs = [_Phrase(a, b) for a in inside for b in range(a + 1, min(inside[-1] + 2, a + MAX_WORDS + 1))]
    runs.sort(key=lambda p: p.first - p.last)
    readings: list[tuple[Reading, str | None]] = []
    for phrase in runs:
        parts = units[phrase.first : phrase.last]
        if len(parts) == 1 < len(whole) and parts[0].token.fold in triggers.GENERIC:
            continue
        nation = nations.wide(parts) or nations.adjective(parts, gazetteer)
        if nation:
            readings = [(Reading(nation, 0.0), NATION)]
        else:
            readings = [r for key in keys.phrase_keys(parts) if key.text for r in _exact(key, gazetteer, True)]
        if readings:
            break
    readings = readings or _fuzzy(whole, gazetteer, FUZZY_WITH_TRIGGER)
    if not readings:
        return None
    found = tuple(dict.fromkeys(reading for reading, _ in readings))
    return Mention(start, end, inside[0], inside[-1] + 1, found, 0.95, readings[0][1])


def _phrases(text: str, units: Sequence[Unit], cased: bool) -> Iterator[_Phrase]:
    reach = len(units)
    for first in range(reach):
        if cased and not _may_start(text, units[first].token):
            continue
        yield _Phrase(first, first + 1)
        for last in range(first + 1, min(first + MAX_WORDS, reach)):
            if not keys.connected(text, units[last - 1], units[last]):
                break
            yield _Phrase(first, last + 1)


def _may_start(text: str, token: Token) -> bool:
    """Whether a word may begin a name where names have capitals: spares the look at most words of long texts."""
    if token.capital or token.script == "arabic" or token.fold in triggers.SITE_BEFORE:
        return True
    if token.script == "cyrillic" and ("ск" in token.fold or "цьк" in token.fold):
        return True
    return bool(token.start) and text[token.start - 1] in "#@_"


def _may_name(text: str, units: Sequence[Unit], phrase: _Phrase, cased: bool) -> bool:
    """Cheap checks before any look-up: scripts that have capitals start a name with one, unless it is a hashtag."""
    head, tail = units[phrase.first].token, units[phrase.last - 1].token
    single = phrase.last - phrase.first == 1
    if single and (len(head.fold) < 2 or head.script in {"digit", "other"} or head.fold in triggers.NEVER):
        return False
    if head.script == "arabic":
        return not single or (len(head.fold) >= 3 and not _never_arabic(head.fold))
    if single and head.script == "cyrillic" and head.fold.startswith(triggers.NATIONS):
        return False
    if single and meanings(head.fold) & _NEVER_MEANT:
        return False
    if not cased or (head.start and text[head.start - 1] in "#@_"):
        return len(head.fold) >= 3
    if not head.capital and not single and tail.capital and head.fold in triggers.SITE_BEFORE:
        return True
    if not head.capital:
        return (head.script == "cyrillic" and single and "ск" in head.fold) or (
            head.script == "cyrillic" and single and "цьк" in head.fold
        )
    return single or tail.capital or tail.script == "digit" or _is_area_word(tail)


def _never_arabic(fold: str) -> bool:
    """Whether an Arabic word, without clitics and article, is one that names no place."""
    for clitic in keys.ARABIC_CLITICS:
        if fold.startswith(clitic) and fold[len(clitic) :] in triggers.NEVER:
            return True
    return fold.removeprefix("ال") in triggers.NEVER


def _is_area_word(token: Token) -> bool:
    return (
        token.fold in triggers.AREA_AFTER
        or token.fold in triggers.AIRFIELD_AFTER
        or token.fold in {"port", "base", "море", "мост", "міст", "аэс"}
    )


def _exact(key: keys.Key, gazetteer: Gazetteer, capital: bool) -> Iterator[tuple[Reading, str | None]]:
    for named in map(nations.corrected, gazetteer.lookup(key.text)):
        if key.arab_only and key.text[0] != "'":
            continue
        if key.ending is not None and not fits(named.tail, key.ending):
            continue
        if named.tail == "adj":
            if not capital or named.entry.kind != "country":
                yield Reading(named, 1.0), "adj"
        elif capital or not key.text.startswith("-"):
            cost = key.cost + (1.0 if named.article and not key.article else 0.0)
            yield Reading(named, cost), key.ending


def _fuzzy(parts: Sequence[Unit], gazetteer: Gazetteer, least: float) -> list[tuple[Reading, str | None]]:
    found: list[tuple[Reading, str | None]] = []
    bent = keys.skeleton_key(parts)
    for form in [bent] if bent else []:
        for named in gazetteer.lookup(form[0]):
            likeness = ratio(form[1], named.tail)
            if likeness >= least:
                far = named.entry.country not in triggers.FOCUS
                found.append((Reading(named, 0.5 + (100 - likeness) / 8 + (0.8 if far else 0.0)), None))
    return found


def _bent_spellings(
    text: str, units: Sequence[Unit], phrases: Sequence[_Phrase], gazetteer: Gazetteer, region: Collection[str]
) -> Iterator[Mention]:
    wanted = []
    for phrase in phrases:
        parts = units[phrase.first : phrase.last]
        if (
            len(parts) <= 3
            and all(len(p.bare) >= 2 and (p.token.capital or p.article) for p in parts)
            and len("".join(p.bare for p in parts)) >= 4
        ):
            key = keys.skeleton_key(parts)
            if key:
                wanted.append((phrase, key[0]))
    for (phrase, _), hit in zip(wanted, gazetteer.known([k for _, k in wanted]), strict=True):
        if hit:
            trigger = _trigger_before(text, units, phrase.first) or units[phrase.first].article
            readings = _fuzzy(units[phrase.first : phrase.last], gazetteer, FUZZY_WITH_TRIGGER if trigger else FUZZY)
            if readings:
                yield _weighed(text, units, phrase, readings, region)


def _weighed(
    text: str,
    units: Sequence[Unit],
    phrase: _Phrase,
    readings: Sequence[tuple[Reading, str | None]],
    region: Collection[str],
) -> Mention:
    first, last = phrase.first, phrase.last
    logit = max(_word_evidence(reading, last - first, region) for reading, _ in readings)
    logit += _context_evidence(text, units, first, last)
    best = min(readings, key=lambda r: r[0].cost)
    probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    unique = tuple(dict.fromkeys(reading for reading, _ in readings))
    return Mention(units[first].start, units[last - 1].end, first, last, unique, probability, best[1])


def _word_evidence(reading: Reading, words: int, region: Collection[str]) -> float:
    """How much a name looks like a place out of context: large places, rare words and preferred countries do."""
    entry = reading.named.entry
    size = math.log10(max(entry.population, 1000))
    wordiness = reading.named.common / 10 - size if reading.named.common and words == 1 else -3.0
    logit = 0.5 - 1.1 * wordiness - 1.1 * reading.cost + 0.5 * (words - 1) - 2.0
    logit += {"country": 2.0, "area": 1.0, "town": 0.0}.get(entry.kind, 1.0)
    logit += 0.8 if entry.country in region else 0.5 if entry.country in triggers.FOCUS else 0.0
    return logit - (0.0 if reading.named.primary else 0.4)


def _context_evidence(text: str, units: Sequence[Unit], first: int, last: int) -> float:
    head = units[first].token
    logit = 0.0
    before = units[first - 1] if first else None
    after = units[last] if last < len(units) else None
    if _trigger_before(text, units, first):
        logit += 1.5
    if after and after.token.fold in triggers.AFTER:
        logit += 1.2
    if head.start and text[head.start - 1] == "#":
        logit += 0.8
    if before and before.token.fold in triggers.PERSON_BEFORE:
        logit -= 2.0
    if len(units) <= _LINE and last - first == len(units):
        logit += 1.5
    if _hyphenated(text, units, first, last):
        logit -= 2.5
    if head.script == "latin":
        logit -= 1.6 * _capital_neighbours(text, units, first, last)
    elif head.script == "cyrillic" and last - first == 1 and _person(text, units, first):
        logit -= 2.0
    return logit


def _person(text: str, units: Sequence[Unit], i: int) -> bool:
    """Whether word `i` with a capitalised neighbour reads as a given name and a surname: Владимир Макаров."""
    for left, right in ((i - 1, i), (i, i + 1)):
        if left >= 0 and right < len(units) and text[units[left].end : units[right].start] == " ":
            pair = units[left].token, units[right].token
            if all(token.capital for token in pair) and pair[1].fold.endswith(_SURNAMES):
                return not _trigger_before(text, units, left)
    return False


def _hyphenated(text: str, units: Sequence[Unit], first: int, last: int) -> bool:
    """Whether the name is only a part of a hyphenated one: Василевка of Дубово-Василевка."""
    start, end = units[first].start, units[last - 1].end
    before = start > 1 and text[start - 1] in "-‑" and text[start - 2].isalpha()
    return before or (text[end : end + 1] in {"-", "‑"} and text[end + 1 : end + 2].isupper())


def _trigger_before(text: str, units: Sequence[Unit], first: int) -> bool:
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


def _without_overlaps(mentions: list[Mention]) -> list[Mention]:
    free: list[Mention] = []
    used: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, -m.probability)):
        span = set(range(mention.first, mention.last))
        if not used & span:
            used |= span
            free.append(mention)
    return sorted(free, key=lambda m: m.start)
