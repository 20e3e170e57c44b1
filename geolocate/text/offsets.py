"""Which position does a distance, a direction or "between" give, seen from the places that a text names?

15 км западнее Пальмиры, غرب تدمر, 20 km north of Raqqa, between Homs and Tartus. The place itself stays what it is:
what moves is where the thing reported happened.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geolocate.fuse import SPOT, Named
from geolocate.gazetteer import Entry
from geolocate.sphere import distance_km, offset
from geolocate.text import directions, roles
from geolocate.text.keys import Unit
from geolocate.text.mention import Mention
from geolocate.text.resolve import Resolved
from geolocate.text.roles import Assigned

#: words looked at before a name; a distance beyond _FARTHEST km says nothing about a position
_REACH, _FARTHEST = 9, 500.0
_AREAS = frozenset({"country", "area", "region"})
_STOPS = set(".!?\n;…|()")
#: "west of a town" without a distance: this far from its edge, km
_UNSTATED_KM = 4.0
#: how wide a named direction is: the share of the distance that holds nine tenths (22.5 degrees to each side)
_SECTOR = 0.4
_NUMBER = r"\d{1,4}(?:[.,]\d{1,3})?"
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
#: pairs of places farther apart than this are not what something lies between
_BETWEEN_KM = 250.0
#: nor the ends of a road farther apart than this where on it something is
_ROAD_KM = 400.0


@dataclass(frozen=True, slots=True)
class Offset:
    """What stands before a name: `bearing` in degrees or None, `km` or None, from unit `first` on.

    `inside`: it can only mean a part of the place.
    """

    bearing: float | None
    km: float | None
    first: int
    inside: bool = False


def shifted(text: str, units: Sequence[Unit], named: Sequence[Named]) -> list[Named]:
    """The evidence with places moved to where distances, directions and "between" put the thing reported."""
    found: list[Named] = []
    skipped: set[int] = set()
    placed = any(one.assigned.role in {"at", "via"} for one in named)
    for number, one in enumerate(named):
        if number in skipped:
            continue
        mention = one.resolved.mention
        following = named[number + 1] if number + 1 < len(named) else None
        road = following is not None and roles.road_ends(text, units, mention, following.resolved.mention)
        if road and placed:
            skipped.add(number + 1)
            continue
        if following and (road or _between(text, units, mention, following.resolved.mention)):
            middle = _middle(one, following, road)
            if middle:
                found.append(middle)
                skipped.add(number + 1)
                continue
        floor = named[number - 1].resolved.mention.last if number else 0
        stated = read(text, units, mention, floor)
        area = one.resolved.entries[0].kind in _AREAS
        if stated is None or (stated.inside and not area):
            found.append(one)
        elif not (number and not area and _qualifies(text, units, named[number - 1], stated)):
            found.append(_moved(one, stated))
    return found


def with_roles(named: Sequence[Named], moved: Sequence[Named]) -> list[Named]:
    """The places as they were, in the roles that `shifted` gave them: what is 20 km from a town did not leave it."""
    roles = {one.resolved.mention.start: one.assigned for one in moved}
    return [replace(one, assigned=roles.get(one.resolved.mention.start, one.assigned)) for one in named]


def read(text: str, units: Sequence[Unit], mention: Mention, floor: int = 0) -> Offset | None:
    """The distance and direction before a name, None when there is none. `floor`: the first unit that may count."""
    i = mention.first - 1
    floor = max(floor, mention.first - _REACH)
    linked = away = False
    while i >= floor and _near(text, units, i):
        word = units[i].token.fold
        if word in directions.BEARINGS:
            found = _directed(text, units, i, floor, linked)
            return None if found and found.km is None and away else found  # heading north from it
        if _unit(units[i]):
            km, first = _distance(text, units, i, floor)
            return Offset(None, km, first) if linked and km is not None else None
        if word in directions.LINKS and (not linked or word == "of"):
            linked, away = True, away or word == "from"
        elif word in directions.INSIDE and not linked:
            return Offset(directions.INSIDE[word], None, i, inside=True)
        elif word not in directions.FILLERS:
            return None
        i -= 1
    return None


def _near(text: str, units: Sequence[Unit], i: int) -> bool:
    """Whether nothing ends a sentence between unit `i` and the one after it."""
    return i + 1 >= len(units) or not set(text[units[i].end : units[i + 1].start]) & _STOPS


def _directed(text: str, units: Sequence[Unit], i: int, floor: int, linked: bool) -> Offset | None:
    word = units[i].token.fold
    bearing, first = directions.BEARINGS[word], i
    alone = linked or word in directions.ALONE
    if i > floor and units[i - 1].token.fold in directions.HALVES and _near(text, units, i - 1):
        bearing, first = _halfway(directions.HALVES[units[i - 1].token.fold], bearing), i - 1
    at = first - 1
    while at >= floor and _near(text, units, at) and units[at].token.fold in directions.FILLERS:
        at -= 1
    km = None
    if at >= floor and _near(text, units, at) and _unit(units[at]):
        km, first = _distance(text, units, at, floor)
    return Offset(bearing, km, first) if alone or km is not None else None


def _halfway(a: float, b: float) -> float:
    """North and west: north-west."""
    if abs(a - b) in {0.0, 180.0}:
        return b
    return ((a + b) / 2 + (180.0 if abs(a - b) > 180 else 0.0)) % 360


def _unit(unit: Unit) -> str | None:
    """The unit of measure that a word is, or ends with: km, 20km."""
    word = unit.token.fold
    letters = word.lstrip("0123456789")
    return letters if letters in directions.UNITS else None


def _distance(text: str, units: Sequence[Unit], i: int, floor: int) -> tuple[float | None, int]:
    """The distance in km whose unit of measure is word `i`, and where it starts; 10-15 km is its middle."""
    measure = _unit(units[i])
    first = i
    while first - 1 >= floor and i - first < 3 and units[first - 1].token.fold.isdecimal():
        gap = text[units[first - 1].end : units[first].start].strip()
        if gap not in {"", ".", ",", "-", "–", "—"}:
            break
        first -= 1
    stated = _digits(text[units[first].start : units[i].end])
    number = re.match(rf"({_NUMBER})(?:\s?[-–—]\s?({_NUMBER}))?\s?[^\W\d]", stated)
    if measure is None or number is None:
        return None, i
    ends = [float(part.replace(",", ".")) for part in number.groups() if part]
    km = directions.UNITS[measure] * sum(ends) / len(ends)
    return (km, first) if 0 < km <= _FARTHEST else (None, i)


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else "." if c == "٫" else c for c in text)


def _qualifies(text: str, units: Sequence[Unit], before: Named, stated: Offset) -> bool:
    """Whether the phrase only says where the place named before it lies: Kafr Zita, 20 km north of Hama."""
    entry, mention = before.resolved.entries[0], before.resolved.mention
    if entry.kind in _AREAS or before.assigned.role in {"from", "to"}:
        return False
    gap = text[mention.end : units[stated.first].start]
    return stated.first - mention.last <= 1 and not set(gap) & _STOPS


def _moved(one: Named, stated: Offset) -> Named:
    if stated.km is None and one.assigned.role in {"from", "to"}:
        return one  # heading west of it, coming from the west of it
    area = one.resolved.entries[0].kind in _AREAS
    role = one.assigned if area else Assigned("at")
    entries = tuple(_entry(entry, stated) for entry in one.resolved.entries)
    return replace(one, resolved=replace(one.resolved, entries=entries), assigned=role)


def _entry(entry: Entry, stated: Offset) -> Entry:
    """The place seen from which something is stated, as the place where it is."""
    if stated.bearing is None:
        assert stated.km is not None
        return replace(entry, kind=SPOT, name=_told(entry, stated), radius_km=stated.km + entry.radius_km)
    if entry.kind in _AREAS:
        if stated.km is None:  # the north of an area, not beyond it
            lat, lon = offset(entry.lat, entry.lon, stated.bearing, entry.radius_km / 2)
            return _put(entry, stated, lat, lon, entry.radius_km * 0.75)
        return entry
    km = entry.radius_km + _UNSTATED_KM if stated.km is None else stated.km
    lat, lon = offset(entry.lat, entry.lon, stated.bearing, km)
    spread = km + _UNSTATED_KM if stated.km is None else max(1.0, _SECTOR * km) + entry.radius_km / 2
    return replace(_put(entry, stated, lat, lon, spread), kind=SPOT)


def _put(entry: Entry, stated: Offset, lat: float, lon: float, radius_km: float) -> Entry:
    lat, lon, radius_km = round(lat, 5), round(lon, 5), round(radius_km, 1)
    return replace(entry, name=_told(entry, stated), lat=lat, lon=lon, radius_km=radius_km)


def _told(entry: Entry, stated: Offset) -> str:
    """In words: 15 km west of Tadmur."""
    far = f"{stated.km:.3g} km " if stated.km is not None else ""
    if stated.bearing is None:
        return f"{far}from {entry.name}"
    return f"{far}{_COMPASS[round(stated.bearing / 45) % 8]} of {entry.name}"


def _between(text: str, units: Sequence[Unit], left: Mention, right: Mention) -> bool:
    if not left.first or units[left.first - 1].token.fold not in directions.BETWEEN:
        i = left.first - 1
        if i < 1 or units[i].token.fold not in directions.FILLERS or units[i - 1].token.fold not in directions.BETWEEN:
            return False
    gap = units[left.last : right.first]
    if len(gap) > 3 or set(text[left.end : right.start]) & _STOPS:
        return False
    joined = any(u.token.fold in directions.AND for u in gap)
    return joined or units[right.first].token.fold.startswith("و") or text[right.start : right.start + 1] == "و"


def _middle(left: Named, right: Named, road: bool) -> Named | None:
    """Both as one place half-way, None when they are areas or too far apart; `road`: they are the ends of one."""
    a, b = left.resolved.entries[0], right.resolved.entries[0]
    km = distance_km(a.lat, a.lon, b.lat, b.lon)
    if {a.kind, b.kind} & _AREAS or not 0.5 < km <= (_ROAD_KM if road else _BETWEEN_KM):
        return None
    lat, lon = _half(a, b)
    radius = round(max(2.0, 0.55 * km), 1)
    entry = replace(a, kind=SPOT, name=f"{a.name} - {b.name}", lat=lat, lon=lon, radius_km=radius)
    weight = min(left.resolved.weights[0], right.resolved.weights[0])
    resolved = Resolved(left.resolved.mention, (entry,), (weight,))
    return replace(left, resolved=resolved, assigned=Assigned("mention" if road else "at"))


def _half(a: Entry, b: Entry) -> tuple[float, float]:
    east = (b.lon - a.lon + 540) % 360 - 180
    return round((a.lat + b.lat) / 2, 5), round((a.lon + east / 2 + 540) % 360 - 180, 5)
