"""Which of the places that several gazetteers keep under one key are the same place?

Same name, like kind, no contradiction about the country, and a few kilometres apart. One entry stands for all: the
reference and position of the first file that has it, the largest population. The spellings stay as they are. The first
file is the shipped gazetteer; places of the others weigh more than their population says.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from geolocate.sphere import between_km

if TYPE_CHECKING:
    from geolocate.gazetteer import Entry, Named

#: kinds that sources confuse
_LIKE = {"quarter": "town", "region": "area", "base": "airfield"}
#: two records of one place lie this near, km, at most
_NEAR_KM = {"town": 4.0, "area": 60.0, "country": 1000.0, "airfield": 5.0}
_NEAR_ELSE = 3.0
#: a village of a gazetteer that somebody imported weighs like a town of so many people: they look for such places
#: (chosen on the dev sets; most villages come without any population)
IMPORTED_POPULATION = 5_000
#: more places than this under one key are left as they are: the comparison is of each with each
_MOST = 400


def merge(found: Sequence[Sequence["Named"]]) -> tuple["Named", ...]:
    """The places of every file (one sequence a file, the first most trusted) with those that are one made one."""
    found = [*found[:1], *([_lifted(named) for named in names] for names in found[1:])]
    whole: list[Entry] = []
    own: dict[str, int] = {}
    plain = [named for names in found for named in names]
    if sum(1 for names in found if names) < 2 or len(plain) > _MOST:
        return tuple(plain)
    for names in found:
        known = list(whole)  # places of one file are never the same place
        for named in names:
            if named.entry.ref in own:
                continue
            at = _same(known, named.entry)
            if at is None:
                own[named.entry.ref] = len(whole)
                whole.append(named.entry)
            else:
                own[named.entry.ref] = at
                whole[at] = _joined(whole[at], named.entry)
    return tuple(dict.fromkeys(replace(named, entry=whole[own[named.entry.ref]]) for named in plain))


def _lifted(named: "Named") -> "Named":
    entry = named.entry
    if entry.kind not in {"town", "quarter"} or entry.population >= IMPORTED_POPULATION:
        return named
    return replace(named, entry=replace(entry, population=IMPORTED_POPULATION))


def _same(known: Sequence["Entry"], entry: "Entry") -> int | None:
    """The nearest of `known` that is the same place."""
    kind = _LIKE.get(entry.kind, entry.kind)
    best, nearest = None, _NEAR_KM.get(kind, _NEAR_ELSE)
    for at, other in enumerate(known):
        if _LIKE.get(other.kind, other.kind) == kind and (not entry.country or entry.country == other.country):
            away = between_km(entry.lat, entry.lon, other.lat, other.lon)
            if away <= nearest:
                best, nearest = at, away
    return best


def _joined(first: "Entry", other: "Entry") -> "Entry":
    return replace(
        first,
        population=max(first.population, other.population),
        radius_km=max(first.radius_km, other.radius_km) if first.kind == "town" else first.radius_km,
        admin1=first.admin1 or other.admin1,
    )
