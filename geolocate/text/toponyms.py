"""Where in a text is a place named, and which places may each mention stand for?

Every run of up to five words is looked up at once (see `keys`); runs that hit are weighed by how they are written,
what surrounds them and how common they are as words; overlapping ones yield to the longer, then the likelier.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from geolocate.gazetteer import Gazetteer, Named
from geolocate.text import areas, bent, counties, keys, nations, persons, place_line, shared_words, states, triggers
from geolocate.text.inflect import fits
from geolocate.text.keys import Unit
from geolocate.text.lexicon import meanings
from geolocate.text.mention import Mention, Reading
from geolocate.text.normalise import Token
from geolocate.text.weigh import Context, weighed

#: words in a name, at most
MAX_WORDS = 5
#: words that say what moves, though a town of that name may exist (Колона, Colón)
_NEVER_MEANT = frozenset({"convoy", "military"})
#: the `ending` of an adjective of a nation; texts of so many words are articles, where such count as names of places
NATION = "nation"
_ARTICLE = 100
#: before an adjective of a nation and "border": something goes there
_WHITHER = frozenset({"to", "toward", "towards", "for", "к", "до", "на"})
#: what short words in capitals may name; towns of fewer people are not shouted
_WRITTEN_IN_CAPITALS, _KNOWN = frozenset({"country", "area", "region", "airfield", "base"}), 20_000
#: a mention less likely to be a place than this is dropped
LEAST = 0.3


class _Phrase(NamedTuple):
    first: int
    last: int


def find(text: str, units: Sequence[Unit], gazetteer: Gazetteer, region: Collection[str] = ()) -> list[Mention]:
    """Mentions in order of appearance, none overlapping."""
    cased = any(u.token.capital for u in units if u.token.script in {"latin", "cyrillic"})
    context = Context(text, units, region, persons.named(text, units), place_line.names(text, units))
    linked = keys.links(text, units)
    phrases = [p for p in _phrases(text, units, linked, cased) if _may_name(text, units, p, cased)]
    wanted = [(phrase, key) for phrase in phrases for key in keys.phrase_keys(units[phrase.first : phrase.last])]
    hits = gazetteer.known([key.text for _, key in wanted])
    found: dict[_Phrase, list[tuple[Reading, str | None]]] = {}
    for (phrase, key), hit in zip(wanted, hits, strict=True):
        if hit:
            found.setdefault(phrase, []).extend(exact(key, gazetteer, units[phrase.first].token.capital))
    found |= dict(_shared(text, units, phrases, gazetteer))
    mentions = [weighed(context, p.first, p.last, readings) for p, readings in found.items() if readings]
    free = _not_better_said(phrases, [m for m in mentions if m.probability >= LEAST])
    mentions += _bent_spellings(context, free, gazetteer)
    mentions = [m for m in mentions if m.probability >= LEAST]
    return _without_overlaps([*_nations(text, units, linked, gazetteer), *_states(text, units, gazetteer), *mentions])


def _shared(
    text: str, units: Sequence[Unit], phrases: Sequence[_Phrase], gazetteer: Gazetteer
) -> Iterator[tuple[_Phrase, list[tuple[Reading, str | None]]]]:
    """The areas that adjectives name by a word which is not beside them."""
    for phrase in phrases:
        if phrase.last - phrase.first == 1:
            for key in shared_words.area_keys(text, units, phrase.first):
                if readings := list(exact(key, gazetteer, True)):
                    yield phrase, readings


def _nations(text: str, units: Sequence[Unit], linked: Sequence[bool], gazetteer: Gazetteer) -> Iterator[Mention]:
    """Continents and their like; in articles, and before a border that is gone to, adjectives of nations too."""
    long = len(units) >= _ARTICLE
    for first, unit in enumerate(units):
        article = long or _to_border(units, first)
        if unit.token.script == "cyrillic":
            named = nations.adjective([unit], gazetteer) if article else None
            if named:
                yield Mention(unit.start, unit.end, first, first + 1, (Reading(named, 0.0),), 0.7, NATION)
            yield from _areas(units, linked, first)
        elif unit.token.script == "arabic":
            yield from _areas(units, linked, first)
        elif unit.token.capital and unit.token.script == "latin":
            yield from _counties(text, units, first)
            yield from _areas(units, linked, first)
            if named := nations.called(unit, gazetteer):
                yield Mention(unit.start, unit.end, first, first + 1, (Reading(named, 0.0),), 0.8, None)
            for last in (first + 2, first + 1):
                parts = units[first:last]
                named = nations.wide(parts) or (nations.adjective(parts, gazetteer) if article else None)
                if named:
                    ending = None if nations.wide(parts) else NATION
                    yield Mention(
                        unit.start, parts[-1].end, first, first + len(parts), (Reading(named, 0.0),), 0.7, ending
                    )
                    break


def _states(text: str, units: Sequence[Unit], gazetteer: Gazetteer) -> Iterator[Mention]:
    """Abbreviated states after a comma: Richmond, Va."""
    for start, end in states.after_names(text):
        named = states.state(text[start:end], gazetteer)
        inside = [i for i, unit in enumerate(units) if unit.start < end and start < unit.end]
        if named and inside:
            yield Mention(start, end, inside[0], inside[-1] + 1, (Reading(named, 0.0),), 0.85, None)


def _areas(units: Sequence[Unit], linked: Sequence[bool], first: int) -> Iterator[Mention]:
    """The longest name of a wide area that starts at unit `first`."""
    if not areas.may_start(units[first]):
        return
    for last in range(min(first + areas.MAX_WORDS, len(units)), first, -1):
        parts = units[first:last]
        if all(linked[first : last - 1]) and (named := areas.area(parts)):
            yield Mention(parts[0].start, parts[-1].end, first, last, (Reading(named, 0.0),), 0.75, None)
            return


def _counties(text: str, units: Sequence[Unit], first: int) -> Iterator[Mention]:
    """The counties of one name that starts at unit `first`."""
    for last in range(first + 2, min(first + counties.MAX_WORDS, len(units)) + 1):
        parts = units[first:last]
        if not keys.connected(text, parts[-2], parts[-1]):
            return
        if found := counties.counties(parts):
            readings = tuple(Reading(named, 0.0) for named in found)
            yield Mention(parts[0].start, parts[-1].end, first, last, readings, 0.85, None)
            return


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


def _phrases(text: str, units: Sequence[Unit], linked: Sequence[bool], cased: bool) -> Iterator[_Phrase]:
    reach = len(units)
    for first in range(reach):
        if cased and not _may_start(text, units[first].token):
            continue
        yield _Phrase(first, first + 1)
        for last in range(first + 1, min(first + MAX_WORDS, reach)):
            if not linked[last - 1]:
                break
            yield _Phrase(first, last + 1)


def _may_start(text: str, token: Token) -> bool:
    """Whether a word may begin a name where names have capitals: spares the look at most words of long texts."""
    if token.capital or token.script == "arabic" or token.fold in triggers.SITE_BEFORE:
        return True
    if token.script == "cyrillic" and any(suffix in token.fold for suffix in shared_words.ADJECTIVES):
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
        return head.script == "cyrillic" and single and any(suffix in head.fold for suffix in shared_words.ADJECTIVES)
    if single or tail.capital or tail.script == "digit" or _is_area_word(tail):
        return True
    # Chasiv yar, Donetsk Oblast
    return phrase.last - phrase.first == 2 and not phrase.first and text[tail.end : tail.end + 1] == ","


def _never_arabic(fold: str) -> bool:
    """Whether an Arabic word, without clitics and article, is one that names no place."""
    for clitic in keys.ARABIC_CLITICS:
        if fold.startswith(clitic) and fold[len(clitic) :] in triggers.NEVER:
            return True
    return fold.removeprefix("ال") in triggers.NEVER


def _is_area_word(token: Token) -> bool:
    return (
        token.fold in triggers.AREA_AFTER
        or token.fold in triggers.REGION_AFTER
        or token.fold in triggers.AIRFIELD_AFTER
        or token.fold in {"port", "base", "море", "мост", "міст", "аэс"}
    )


def exact(key: keys.Key, gazetteer: Gazetteer, capital: bool) -> Iterator[tuple[Reading, str | None]]:
    """The readings of one key with the case ending that it cut off; `capital`: the word is written with one."""
    for named in map(nations.corrected, gazetteer.lookup(key.text)):
        if key.arab_only and key.text[0] != "'":
            continue
        if key.ending is not None and not fits(named.tail, key.ending):
            continue
        if key.acronym and not _is_acronym(named, key):
            continue
        if named.tail == "adj" or key.adjective:
            if not capital or named.entry.kind != "country":
                yield Reading(named, 1.0), "adj"
        elif capital or not key.text.startswith("-"):
            cost = key.cost + (1.0 if named.article and not key.article else 0.0)
            yield Reading(named, cost), key.ending


def _is_acronym(named: Named, key: keys.Key) -> bool:
    """Whether a short word in capitals may be this name: США is, ХОМС is, but ОВА and ВАСУ are no towns in any case."""
    if named.entry.kind in _WRITTEN_IN_CAPITALS:
        return True
    return key.ending == named.tail and named.entry.population >= _KNOWN


def _bent_spellings(context: Context, phrases: Sequence[_Phrase], gazetteer: Gazetteer) -> Iterator[Mention]:
    free = [phrase for phrase in phrases if bent.may_be(context, phrase.first, phrase.last)]
    forms = [keys.skeleton_key(context.units[phrase.first : phrase.last]) for phrase in free]
    wanted = [(phrase, form[0]) for phrase, form in zip(free, forms, strict=True) if form]
    for (phrase, _), hit in zip(wanted, gazetteer.known([key for _, key in wanted]), strict=True):
        if hit and (readings := bent.readings(context, phrase.first, phrase.last, gazetteer)):
            yield weighed(context, phrase.first, phrase.last, [(reading, None) for reading in readings])


def _without_overlaps(mentions: list[Mention]) -> list[Mention]:
    free: list[Mention] = []
    used: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, -m.probability)):
        span = set(range(mention.first, mention.last))
        if not used & span:
            used |= span
            free.append(mention)
    return sorted(free, key=lambda m: m.start)
