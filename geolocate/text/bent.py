"""Which places may a name mean that no gazetteer has spelled so?

Names of one consonant skeleton (see `skeleton`) are compared by their romanised forms. What must be a name, because it
stands in an address or after an Arabic word for village or town, may differ in every vowel: Orme Kobra, Urum al-Kubra.
"""

from collections.abc import Collection, Sequence

from rapidfuzz.fuzz import ratio

from geolocate.gazetteer import Gazetteer
from geolocate.text import keys, triggers
from geolocate.text.keys import Unit
from geolocate.text.mention import Reading
from geolocate.text.skeleton import vowels_folded
from geolocate.text.weigh import Context, trigger_before

#: similarity of romanised forms that is asked: with a trigger before the name, and without (0.92: measured, no ordinary
#: Russian word passed)
LEAST_WITH_TRIGGER, LEAST = 84.0, 93.0
#: the same of what must be a name, vowels folded; with three consonants only there are more chance meetings
_LOOSE, _LOOSE_SHORT, _SHORT_KEY = 72.0, 80.0, 4


def may_be(context: Context, first: int, last: int) -> bool:
    """Whether units `first` to `last` - 1 may be such a name at all."""
    parts = context.units[first:last]
    must = (first, last) in context.line
    if parts[0].token.script == "arabic":
        return must or (len(parts) <= 2 and _settlement(context, first))
    return (
        (len(parts) <= 3 or must)
        and all(len(p.bare) >= 2 and (p.token.capital or p.article) for p in parts)
        and len("".join(p.bare for p in parts)) >= 4
    )


def is_known(parts: Sequence[Unit], gazetteer: Gazetteer) -> bool:
    """Whether any name has these consonants: a cheap look before the comparison."""
    forms = [keys.skeleton_key(form) for form in (parts, keys.uncased(parts)) if form]
    return any(form is not None and gazetteer.known(form[0]) for form in forms)


def readings(context: Context, first: int, last: int, gazetteer: Gazetteer) -> list[Reading]:
    """The places whose names come near enough, for where the name stands."""
    parts = context.units[first:last]
    arabic = parts[0].token.script == "arabic"
    must = (arabic or (first, last) in context.line) and parts[0].token.script != "cyrillic"
    if must and (found := _loosely(parts, gazetteer, context.region)):
        return found
    if arabic:
        return []
    trigger = trigger_before(context.text, context.units, first) or parts[0].article
    found = near(parts, gazetteer, LEAST_WITH_TRIGGER if trigger else LEAST)
    under = first > 0 and context.units[first - 1].token.fold in triggers.UNDER
    return found or (near(keys.uncased(parts), gazetteer, LEAST) if under else found)


def near(parts: Sequence[Unit], gazetteer: Gazetteer, least: float) -> list[Reading]:
    """The places whose romanised names are at least `least` per cent like the one that `parts` are."""
    bent = keys.skeleton_key(parts) if parts else None
    if bent is None:
        return []
    found = []
    for named in gazetteer.lookup(bent[0]):
        likeness = ratio(bent[1], named.tail)
        if likeness >= least:
            far = named.entry.country not in triggers.FOCUS
            found.append(Reading(named, 0.5 + (100 - likeness) / 8 + (0.8 if far else 0.0)))
    return found


def _loosely(parts: Sequence[Unit], gazetteer: Gazetteer, region: Collection[str]) -> list[Reading]:
    """Readings in the countries to prefer where names are transcribed from Arabic, compared with vowels folded."""
    bent = keys.skeleton_key(parts)
    if bent is None:
        return []
    key, form = bent
    wanted, least = vowels_folded(form), _LOOSE if len(key) > _SHORT_KEY else _LOOSE_SHORT
    found = []
    for named in gazetteer.lookup(key):
        country = named.entry.country
        if country not in triggers.ARAB or (country not in region and country not in triggers.FOCUS):
            continue
        likeness = max(ratio(form, named.tail), ratio(wanted, vowels_folded(named.tail)))
        if likeness >= least and _one_start(form, named.tail):
            found.append(Reading(named, 0.5 + (100 - likeness) / 20, bent=True))
    return found


def _one_start(one: str, other: str) -> bool:
    """Whether both start with a vowel, or both with a consonant."""
    return (one[:1] in "aeiou") == (other[:1] in "aeiou")


def _settlement(context: Context, first: int) -> bool:
    """Whether an Arabic word for village or town stands before, in a text about countries known in depth."""
    return first > 0 and bool(context.region) and context.units[first - 1].token.fold in triggers.SETTLEMENT_BEFORE
