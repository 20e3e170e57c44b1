"""Is a place that the gazetteer lacks at least in an area that the text states right behind it?

"Степановка (Запорожская область)": when every known Степановка lies elsewhere, the one that is meant is unknown, and
what is known is the area. "В Петровском районе Донецка": a district of a town is in that town.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from geolocate.gazetteer import Entry
from geolocate.sphere import distance_km
from geolocate.text.keys import Unit
from geolocate.text.resolve import Resolved
from geolocate.text.words import words

#: what may stand between a place and the area it is in
_GAP = re.compile(r"[\s(,،\[«\"]*(?:in\s+|of\s+|في\s+)?(?:the\s+)?\Z|[\s(\[«\"]*(?:в|у)\s+\Z")
#: how sure the stated area must be, and how much of the place's own readings then remains
_SURE, _LEFT = 0.5, 0.1
#: what the readings inside the area count for together, at least and however little they did before
_INSIDE, _INSIDE_LEAST = 1.0, 0.02
#: a town of so many people, nine readings in ten, needs no area to say where it is, and is in no other
_WELL_KNOWN, _CERTAIN = 200_000, 0.6
#: places this far outside an area's circle may still be in it, which is no circle: factor and km
_SLACK, _SLACK_KM = 1.2, 30.0
_DISTRICT = words("district")


def within_stated(text: str, units: Sequence[Unit], resolved: Sequence[Resolved]) -> list[Resolved]:
    """The mentions with those moved into the area, or the town of the district, that follows them; in order."""
    told = list(resolved)
    for i, (place, area) in enumerate(pairwise(resolved)):
        outer = area.entries[0]
        if area.weights[0] < _SURE:
            continue
        if _is_district_of(units, place, area) or _lacks(text, place, area):
            told[i] = _moved(place, outer, area.weights[0])
        elif _stands_behind(text, place, area):
            told[i] = _kept_inside(place, outer)
    return told


def _is_district_of(units: Sequence[Unit], place: Resolved, town: Resolved) -> bool:
    """В Петровском районе Донецка: an adjective, the word for a district, a town."""
    between = [unit.token.fold for unit in units[place.mention.last : town.mention.first]]
    return len(between) == 1 and between[0] in _DISTRICT and town.entries[0].kind == "town"


def _lacks(text: str, place: Resolved, area: Resolved) -> bool:
    """Whether an area stands right behind a place of which no namesake lies in it."""
    first, outer = place.entries[0], area.entries[0]
    if first.population >= _WELL_KNOWN and place.weights[0] >= _CERTAIN:
        return False
    return _stands_behind(text, place, area) and not any(_inside(entry, outer) for entry in place.entries)


def _stands_behind(text: str, place: Resolved, area: Resolved) -> bool:
    if area.entries[0].kind not in {"area", "region"} or place.entries[0].kind in {"area", "country", "region"}:
        return False
    return _GAP.match(text[place.mention.end : area.mention.start]) is not None


def _kept_inside(place: Resolved, outer: Entry) -> Resolved:
    """The place with its readings elsewhere as what little is left."""
    inside = [_inside(entry, outer) for entry in place.entries]
    if all(inside) or not any(inside):
        return place
    share = sum(weight for weight, kept in zip(place.weights, inside, strict=True) if kept)
    unknown = max(0.0, 1.0 - sum(place.weights))
    lift = _INSIDE / max(share, _INSIDE_LEAST)
    weights = [w * (lift if kept else _LEFT) for w, kept in zip(place.weights, inside, strict=True)]
    ranked = sorted(zip(place.entries, weights, strict=True), key=lambda pair: -pair[1])
    total = sum(weights) + unknown * _LEFT
    return Resolved(place.mention, tuple(e for e, _ in ranked), tuple(w / total for _, w in ranked))


def _inside(inner: Entry, outer: Entry) -> bool:
    if inner.country == outer.country and inner.admin1 and inner.admin1 == outer.admin1:
        return True
    return distance_km(inner.lat, inner.lon, outer.lat, outer.lon) <= _SLACK * outer.radius_km + _SLACK_KM


def _moved(place: Resolved, outer: Entry, sure: float) -> Resolved:
    """The place with the area as its likeliest reading and the namesakes elsewhere as what little is left."""
    rest = [(entry, weight * _LEFT) for entry, weight in zip(place.entries, place.weights, strict=True)]
    entries = (outer, *(entry for entry, _ in rest if entry.ref != outer.ref))
    weights = (sure * (1 - _LEFT), *(weight for entry, weight in rest if entry.ref != outer.ref))
    return Resolved(place.mention, entries, weights)
