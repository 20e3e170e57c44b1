"""Where in a text is a place named, and which places may each mention stand for?

Every run of up to five words is looked up at once (see `keys`); runs that hit are weighed by how they are written,
what surrounds them and how common they are as words; overlapping ones yield to the longer, then the likelier.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from geolocate.gazetteer import Gazetteer
from geolocate.text import areas, bent, counties, keys, nations, persons, place_line, shared_words, states, triggers
from geolocate.text.keys import Unit
from geolocate.text.lexicon import meanings
from geolocate.text.mention import Mention, Reading
from geolocate.text.normalise import Token
from geolocate.text.senses import Senses
from geolocate.text.weigh import Context, Sense, sense, weighed

#: words in a name, at most
MAX_WORDS = 5
#: words that say what moves, though a town of that name may exist (Колона, Colón)
_NEVER_MEANT = frozenset({"convoy", "military"})
#: the `ending` of an adjective of a nation; texts of so many words are articles, where such count as names of places
NATION = "nation"
_ARTICLE = 100
#: before an adjective of a nation and "border": something goes there
_WHITHER = frozenset({"to", "toward", "towards", "for", "к", "до", "на"})
#: a mention less likely to be a place than this is dropped
LEAST = 0.3


class _Phrase(NamedTuple):
    first: int
    last: int


def find(text: str, units: Sequence[Unit], senses: Senses, whole: bool = True) -> list[Mention]:
    """Mentions in order of appearance, none overlapping. `whole`: a bare name is all that a post says."""
    cased = any(u.token.capital for u in units if u.token.script in {"latin", "cyrillic"})
    context = Context(text, units, senses.region, persons.named(text, units), place_line.names(text, units), whole)
    linked = keys.links(text, units)
    phrases = [p for p in _phrases(text, units, linked, cased) if _may_name(text, units, p, cased)]
    found = {phrase: senses.of(units[phrase.first : phrase.last]) for phrase in phrases}
    found |= dict(_shared(text, units, phrases, senses))
    mentions = [weighed(context, p.first, p.last, meant) for p, meant in found.items() if meant]
    free = _not_better_said(phrases, [m for m in mentions if m.probability >= LEAST])
    mentions += _bent_spellings(context, free, senses.gazetteer)
    mentions = [m for m in mentions if m.probability >= LEAST]
    wide = [*_nations(text, units, linked, senses.gazetteer), *_states(text, units, senses.gazetteer)]
    return _without_overlaps([*wide, *mentions])


def _shared(
    text: str, units: Sequence[Unit], phrases: Sequence[_Phrase], senses: Senses
) -> Iterator[tuple[_Phrase, Sense]]:
    """The areas that adjectives name by a word which is not beside them."""
    for phrase in phrases:
        if phrase.last - phrase.first == 1 and shared_words.is_adjective(units[phrase.first]):
            for key in shared_words.area_keys(text, units, phrase.first):
                if meant := senses.by_key(units[phrase.first], key):
                    yield phrase, meant


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
    return [phrase for phrase in phrases if _holds_all(phrase, taken)] if taken else list(phrases)


def _holds_all(phrase: _Phrase, taken: dict[int, Mention]) -> bool:
    """Whether a phrase is longer than every name that touches it, and holds it."""
    first, last = phrase
    for i in range(first, last):
        name = taken.get(i)
        if name and (name.first < first or name.last > last or name.last - name.first == last - first):
            return False
    return True


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
        or token.fold in triggers.SITE_AFTER
        or token.fold in {"port", "base", "море"}
    )


def _bent_spellings(context: Context, phrases: Sequence[_Phrase], gazetteer: Gazetteer) -> Iterator[Mention]:
    for first, last in phrases:
        parts = context.units[first:last]
        if not bent.may_be(context, first, last) or not bent.is_known(parts, gazetteer):
            continue
        if readings := bent.readings(context, first, last, gazetteer):
            words = [unit.token for unit in parts]
            meant = sense([(reading, None) for reading in readings], words, context.region)
            yield weighed(context, first, last, meant)


def _without_overlaps(mentions: list[Mention]) -> list[Mention]:
    free: list[Mention] = []
    used: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, -m.probability)):
        span = set(range(mention.first, mention.last))
        if not used & span:
            used |= span
            free.append(mention)
    return sorted(free, key=lambda m: m.start)
