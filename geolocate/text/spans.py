"""Which places may a stretch of text stand for that the caller says is a place?

The longest run of its words that is known, by any of the tables: an abbreviated state, a county, a wide area, an
adjective of a nation, the gazetteer. A part of a longer name counts only when it is well known: the Bank of England is
in England, but what of Brands Hatch is in Hatch?
"""

from collections.abc import Sequence

from geolocate.gazetteer import Gazetteer, Named
from geolocate.text import areas, bent, counties, keys, nations, states, triggers
from geolocate.text.keys import Unit
from geolocate.text.mention import Mention, Reading
from geolocate.text.senses import exact
from geolocate.text.toponyms import MAX_WORDS, NATION
from geolocate.text.words import words

#: a part of a longer name must be a place of so many people, or an area
PART_PEOPLE = 100_000
_SMALL, _ARTICLES = words("span.small"), frozenset({"the", "a", "an"})

_Readings = list[tuple[Reading, str | None]]


def at_span(text: str, units: Sequence[Unit], start: int, end: int, gazetteer: Gazetteer) -> Mention | None:
    """The mention that the caller says is at `text[start:end]`; None when nothing of it is known."""
    inside = [i for i, u in enumerate(units) if u.start < end and start < u.end]
    if not inside:
        return None
    first, last = inside[0], inside[-1] + 1
    readings = _whole(text[start:end], units[first:last], gazetteer) or _part(units, first, last, gazetteer)
    if not readings:
        return None
    found = tuple(dict.fromkeys(reading for reading, _ in readings))
    return Mention(start, end, first, last, found, 0.95, readings[0][1])


def _whole(raw: str, parts: Sequence[Unit], gazetteer: Gazetteer) -> _Readings:
    """Readings of the whole span, without an article before it and a general word after it."""
    if abbreviated := states.state(raw, gazetteer):
        return [(Reading(abbreviated, 0.0), None)]
    if len(parts) == 1 and parts[0].token.fold in triggers.GENERIC:
        return []
    trimmed = parts[1:] if len(parts) > 1 and parts[0].token.fold in _ARTICLES else parts
    runs = [parts, trimmed]
    if len(trimmed) > 1 and trimmed[-1].token.fold in triggers.AREA_AFTER | triggers.AFTER:
        runs.append(trimmed[:-1])
    for run in runs:
        if found := _known(run, gazetteer):
            return found
    return [(reading, None) for reading in bent.near(parts, gazetteer, bent.LEAST)]


def _known(parts: Sequence[Unit], gazetteer: Gazetteer) -> _Readings:
    if found_counties := counties.counties(parts):
        return [(Reading(named, 0.0), None) for named in found_counties]
    nation = nations.wide(parts) or nations.adjective(parts, gazetteer)
    if nation:
        return [(Reading(nation, 0.0), NATION)]
    if (area := areas.area(parts)) and parts[0].token.script == "latin":
        return [(Reading(area, 0.0), NATION)]
    found = [r for key in keys.phrase_keys(parts) if key.text for r in exact(key, gazetteer, True)]
    return [(Reading(area, 0.0), NATION), *found] if area else found


def _part(units: Sequence[Unit], first: int, last: int, gazetteer: Gazetteer) -> _Readings:
    """Readings of the longest run inside the span that is well known; a later one where two are as long."""
    runs = [(a, b) for a in range(first, last) for b in range(a + 1, min(last, a + MAX_WORDS) + 1)]
    for a, b in sorted(runs, key=lambda run: (run[0] - run[1], -run[0])):
        parts = units[a:b]
        if len(parts) == last - first or (len(parts) == 1 and not _may_stand(parts[0])):
            continue
        readings = _known(parts, gazetteer)
        if any(_well_known(reading.named) for reading, _ in readings):
            return readings
    return []


def _may_stand(unit: Unit) -> bool:
    """Whether one word of a longer name may be a place: Alberta, but not Of, Republic or Street."""
    fold = unit.token.fold
    return unit.token.capital and fold not in _SMALL and fold not in triggers.GENERIC and fold not in triggers.NEVER


def _well_known(named: Named) -> bool:
    entry = named.entry
    return entry.kind in {"country", "area", "region"} or entry.population >= PART_PEOPLE
