"""Given all the evidence of one post, where did the thing happen, how sure is that, and why?

The place in the strongest role wins: a stated coordinate, then `at`, then `via` or an arrival, then a bare mention. A
text that names only where a movement comes from or goes to does not say where it was seen: no position, unless it
tells of the start ("خرج من دمشق"): it was seen there. The radius is the smallest around the answer that holds nine
tenths of what the evidence leaves possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geolocate.fusion import HOLDS, Option
from geolocate.gazetteer import Entry
from geolocate.sphere import between_km
from geolocate.text.coordinates import Point
from geolocate.text.resolve import Resolved
from geolocate.text.roles import Assigned
from geolocate.text.toponyms import NATION
from geolocate.types import Candidate, Position

#: the ref of a position that is no named place
COORDINATES = "coordinates"
#: how much more a mention in this role is worth than a bare one
_ROLE_WEIGHT = {"at": 4.0, "via": 1.5, "departed": 1.2, "mention": 1.0}
#: a place this wide says nothing of a position
_CONTINENT_KM = 2500.0
#: later mentions of one post count for less than earlier ones
_LATER = 0.55
#: the kind of an entry worked out from a distance, a direction or two places: its radius is the 90 % one already
SPOT = "spot"
#: stated radius as a function of the gazetteer's: (factor, least km) a kind, so that nine in ten of the true points of
#: sure places lie within (measured and cross-validated by `python -m bench.radii`)
_SPREAD = {"town": (1.9, 2.4), "area": (1.0, 15.0), "country": (1.0, 50.0), "region": (1.3, 8.0), SPOT: (1.0, 2.0)}
_SPREAD_ELSE = (1.8, 3.0)
#: the same of small towns whose middle was set by hand (367 posts)
_CURATED, _SMALL_KM, _SPREAD_CURATED = "town:", 2.5, (0.8, 1.6)
#: mentions that are weighed; by then _LATER leaves nothing of the next
MOST_NAMED = 40
#: a reading that adds less than this to the answer is left out of the radius
_NEGLIGIBLE = 0.02
#: how far away, km, the place is taken to be when a name means none that the gazetteer has (chosen on the dev sets)
UNKNOWN_KM = 250.0
#: so near, km, lie nine in ten of the villages that are told by a town (chosen on the dev sets)
AROUND_KM = 30.0
#: that a mention names some place is underrated by so much (chosen on the dev sets)
_NAMED_AT_ALL = 0.3


@dataclass(frozen=True, slots=True)
class Fused:
    """A position (None: the text does not say) with the reason in words; `ref`: the named place that it is.

    `readings`: the places that the text may mean, with their probabilities as shares. `others`: places elsewhere that
    evidence of other kinds speaks for; `probability`: what that leaves of this one.
    """

    position: Position | None
    explanation: str
    ref: str = ""
    readings: tuple[Option, ...] = ()
    others: tuple[Candidate, ...] = ()
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Named:
    """A resolved mention in its role: the evidence of a text. `around`: an unknown place near it is meant."""

    text: str
    resolved: Resolved
    assigned: Assigned
    around: bool = False


def fuse(points: Sequence[Point], named: Sequence[Named], geotag: Position | None = None) -> Fused:
    """One position from stated coordinates, named places and the platform's geotag, the stronger kind winning."""
    if points:
        first = points[0]
        return Fused(
            Position(first.lat, first.lon, first.radius_km),
            f"coordinates stated in the text ({first.lat}, {first.lon})",
            COORDINATES,
        )
    if geotag is not None:
        return Fused(geotag, "the platform's geotag")
    usable = [(n, w) for i, n in enumerate(_specific(named[:MOST_NAMED])) if (w := _weight(n, i)) > 0]
    if any(_tier(n) in {"at", "via"} for n, _ in usable):
        usable = [(n, w) for n, w in usable if _tier(n) != "departed"]
    if not usable:
        return Fused(None, _silence(named))
    if any(n.resolved.entries[0].kind != "country" for n, _ in usable):  # a country beside a place is who, not where
        usable = [(n, w) for n, w in usable if n.resolved.entries[0].kind != "country"]
    best, _ = max(usable, key=lambda pair: pair[1])
    usable = [(n, w) for n, w in usable if _tier(n) == _tier(best)]
    entry = best.resolved.entries[0]
    radius = _radius(entry, usable)
    share = best.resolved.weights[0]
    why = f"{entry.name}: named in the text as {best.text!r} ({best.assigned.role}), {share:.0%} of the name's readings"
    return Fused(Position(entry.lat, entry.lon, round(radius, 1)), why, entry.ref, _readings(usable))


def stated_radius(entry: Entry) -> float:
    """The 90 % radius in km of something that happened at this place."""
    factor, least = _SPREAD.get(entry.kind, _SPREAD_ELSE)
    if entry.ref.startswith(_CURATED) and entry.radius_km <= _SMALL_KM:
        factor, least = _SPREAD_CURATED
    return max(least, factor * entry.radius_km)


def _spread(named: Named, entry: Entry) -> float:
    """The radius of the event where a place is named: its own, or as far as villages lie that are told by it."""
    return max(stated_radius(entry), AROUND_KM) if named.around and entry.kind == "town" else stated_radius(entry)


def _silence(named: Sequence[Named]) -> str:
    if not named:
        return "the text names no place"
    return "the text names only where it comes from or goes to"


def _tier(named: Named) -> str:
    if named.assigned.departed:
        return "departed"
    return "via" if named.assigned.arrived else named.assigned.role


def _weight(named: Named, order: int) -> float:
    if named.resolved.mention.ending == NATION or named.resolved.entries[0].radius_km >= _CONTINENT_KM:
        return 0.0
    weight = (
        _ROLE_WEIGHT.get(_tier(named), 0.0)
        * named.resolved.mention.probability
        * _LATER ** min(order, 2 if _tier(named) == "at" else order)
    )
    return weight * named.resolved.weights[0]


def _specific(named: Sequence[Named]) -> list[Named]:
    """Without the areas and countries that merely say where a more specific place is."""
    kept = []
    for one in named:
        entry = one.resolved.entries[0]
        others = (o.resolved.entries[0] for o in named if o is not one and _weight(o, 0) > 0)
        inside = [e for e in others if e.population < entry.population or e.kind != "town"]
        outer = _as_area(one) or entry
        if outer.kind not in {"country", "area", "region"} or not any(_within(other, outer) for other in inside):
            kept.append(one)
    return kept


def _as_area(named: Named) -> Entry | None:
    """The area that has the name of its chief town, of which Arabic posts write the name alone: درعا - نوى."""
    town = named.resolved.entries[0]
    areas = (e for e in named.resolved.entries if e.kind == "area" and town.kind == "town")
    return next((e for e in areas if (e.country, e.admin1) == (town.country, town.admin1)), None)


def _within(inner: Entry, outer: Entry) -> bool:
    if inner.ref == outer.ref or inner.radius_km >= outer.radius_km or inner.country != outer.country:
        return False
    if outer.kind == "country" or (outer.kind == "area" and inner.admin1 == outer.admin1):
        return True
    return between_km(inner.lat, inner.lon, outer.lat, outer.lon) <= outer.radius_km


def _readings(usable: Sequence[tuple[Named, float]]) -> tuple[Option, ...]:
    """Each place that the usable mentions may mean, once, with what of the mass it has."""
    total = sum(weight for _, weight in usable)
    found: dict[str, Option] = {}
    for named, weight in usable:
        sure = min(1.0, named.resolved.mention.probability + _NAMED_AT_ALL)
        for entry, likely in zip(named.resolved.entries, named.resolved.weights, strict=True):
            if (share := weight / total * likely) >= _NEGLIGIBLE:
                before = found[entry.ref].share if entry.ref in found else 0.0
                found[entry.ref] = Option(
                    entry.lat, entry.lon, _spread(named, entry), before + share * sure, entry.name, entry.ref
                )
    return tuple(found.values())


def _radius(answer: Entry, usable: Sequence[tuple[Named, float]]) -> float:
    """The least radius around `answer` that holds HOLDS of the mass that all readings of the usable mentions have."""
    total = sum(weight for _, weight in usable)
    reaches: list[tuple[float, float]] = []
    for named, weight in usable:
        share = weight / total
        sure = min(1.0, named.resolved.mention.probability + _NAMED_AT_ALL)
        for entry, likely in zip(named.resolved.entries, named.resolved.weights, strict=True):
            if share * likely >= _NEGLIGIBLE:
                away, spread = between_km(answer.lat, answer.lon, entry.lat, entry.lon), _spread(named, entry)
                reaches.append((spread if away < 0.1 else away + 0.5 * spread, share * likely * sure))
    held = sum(mass for _, mass in reaches)
    reaches.append((UNKNOWN_KM, max(0.0, 1.0 - held)))
    return _holding(sorted(reaches), HOLDS * max(1.0, held))


def _holding(reaches: Sequence[tuple[float, float]], wanted: float) -> float:
    """The first of `reaches` (km, mass), sorted, by which the mass adds up to `wanted`."""
    held = 0.0
    for reach, mass in reaches:
        held += mass
        if held >= wanted - 1e-9:
            return reach
    return reaches[-1][0]
