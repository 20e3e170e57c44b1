"""Which coordinates does a text state?

Decimal pairs (point or comma, any digits), degrees with minutes and seconds, hemispheres and labels in four languages,
the military grid, whole plus codes, and map links. Every pattern is linear: bounded repetitions, no nested ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from geolocate.text import map_links, mgrs, plus_codes

_NUMBER = r"[+\-−]?\d{1,3}[.,٫]\d{2,15}"
_PAIR = re.compile(
    rf"(?<![\d.,٫])({_NUMBER})°?\s{{0,3}}([NSСЮ]?)\s{{0,3}}([,;،/|]?)\s{{0,3}}({_NUMBER})(?![\d])°?\s{{0,3}}([EWВЗ]?)"
)
_FRACTION = r"(?:[.,٫]\d{1,15})?"
#: degrees, minutes, seconds; each with its mark or a space after it
_ANGLE = (
    rf"([-−]?\d{{1,3}}{_FRACTION})(?:(?:\s?[°º˚]\s?|\s)(\d{{1,2}}{_FRACTION})"
    rf"(?:(?:\s?['’′‘]\s?|\s)(\d{{1,2}}{_FRACTION})\s?(?:[\"”″“]|''|’’|′′)?|\s?['’′‘])?|\s?[°º˚])?"
)
_NORTH = (
    r"((?i:с\.?\s?ш|ю\.?\s?ш|пн\.?\s?ш|пд\.?\s?ш|северной широты|южной широты|північної широти|north|south|"
    r"شمالا|شمال|جنوبا|جنوب)|[NSСЮشج])(?![^\W_])\.?"
)
_EAST = (
    r"((?i:в\.?\s?д|з\.?\s?д|сх\.?\s?д|зх\.?\s?д|восточной долготы|западной долготы|східної довготи|east|west|"
    r"شرقا|شرق|غربا|غرب)|[EWВЗقغ])(?![^\W_])\.?"
)
_BEFORE_NORTH = r"((?i:lat(?:itude)?\.?|широта|خط العرض|دائرة العرض)|[NSСЮشج])"
_BEFORE_EAST = r"((?i:lon(?:g|gitude)?\.?|lng|довгота|долгота|خط الطول)|[EWВЗقغ])"
_GAP, _IS = r"\s{0,3}[,;،/]?\s{0,3}", r"\s?[:=]?\s?"
_AFTER = re.compile(rf"(?<![\d.,٫]){_ANGLE}\s?{_NORTH}{_GAP}{_ANGLE}\s?{_EAST}")
_BEFORE = re.compile(rf"(?<![^\W_]){_BEFORE_NORTH}{_IS}{_ANGLE}{_GAP}{_BEFORE_EAST}{_IS}{_ANGLE}(?![^\W_])")
_UNSAID = re.compile(rf"(?<![\d.,٫]){_ANGLE}{_GAP}{_ANGLE}(?![^\W_])")
_SOUTH, _WEST = ("s", "ю", "пд", "ج"), ("w", "з", "غ")
_DEGREE = re.compile("[°º˚]")
#: what every way to state a point has, but for plus codes: a look before the costly ones
_TWO_NUMBERS = re.compile(r"\d\D+\d")
#: radius, km, of a pinned point of a map: people pin what they think they see
_PINNED_KM = 0.3


@dataclass(frozen=True, slots=True)
class Point:
    """A stated point: `text[start:end]`, degrees, and the radius in km that its number of digits leaves."""

    start: int
    end: int
    lat: float
    lon: float
    radius_km: float


#: a decimal digit of another script
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


def find(text: str) -> list[Point]:
    """Every stated point in order of appearance, none overlapping."""
    if "+" not in text and not _TWO_NUMBERS.search(text):
        return []
    plain = _digits(text)
    found: list[Point] = []
    grids = [Point(*five) for five in (*mgrs.find(plain), *plus_codes.find(plain))]
    ways = [*_links(plain), *grids, *_angles(plain), *_pairs(plain)]
    for point in sorted(ways, key=lambda p: (p.start, -p.end)):
        if not found or point.start >= found[-1].end:
            found.append(point)
    return found


def _digits(text: str) -> str:
    """The same text with every decimal digit in ASCII; code points stay where they are."""
    return _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), text)


def _links(text: str) -> Iterator[Point]:
    for start, end, link, pair in map_links.find(text):
        if pair is None:
            stated = next(_angles(_digits(link).replace("+", " ")), None)
            pair = (stated.lat, stated.lon) if stated else None
        if pair:
            yield from _point(start, end, *pair, _PINNED_KM)


def _pairs(text: str) -> Iterator[Point]:
    for match in _PAIR.finditer(text):
        lat, lon = (float(re.sub("[,٫]", ".", match[i]).replace("−", "-")) for i in (1, 4))
        lat = -abs(lat) if match[2] in {"S", "Ю"} else lat
        lon = -abs(lon) if match[5] in {"W", "З"} else lon
        digits = min(len(re.split("[.,٫]", match[i])[1]) for i in (1, 4))
        # 12,345 45,678 are two sums
        sums = digits == 3 and "," in match[1] + match[4] and match[3] in {"", ","} and "." not in match[1]
        if match[2] or match[5] or "°" in match.group() or (digits >= 3 and not sums):
            yield from _point(match.start(), match.end(), lat, lon, max(0.2, 111.0 / 10**digits))


def _angles(text: str) -> Iterator[Point]:
    """Points with hemispheres after or before the numbers, or with all the marks of degrees and minutes."""
    for match in _AFTER.finditer(text):
        yield from _angle(match, (match[1], match[2], match[3]), (match[5], match[6], match[7]), match[4], match[8])
    for match in _BEFORE.finditer(text):
        yield from _angle(match, (match[2], match[3], match[4]), (match[6], match[7], match[8]), match[1], match[5])
    for match in _UNSAID.finditer(text):
        if match[2] and match[5] and len(_DEGREE.findall(match.group())) == 2:
            yield from _angle(match, (match[1], match[2], match[3]), (match[4], match[5], match[6]), "", "")


_Parts = tuple[str, str | None, str | None]


def _angle(match: "re.Match[str]", lat: _Parts, lon: _Parts, north: str, east: str) -> Iterator[Point]:
    marked = bool(_DEGREE.search(match.group()))
    decimals = min(_decimals(lat[0]), _decimals(lon[0]))
    spelt = len(north) > 1 or north.isascii()
    if not marked and decimals < 2 and not (spelt and lat[1] and lon[1]):
        return  # bare numbers beside a letter: hours, sums
    here, there = _degrees(*lat), _degrees(*lon)
    here = -abs(here) if north.casefold().startswith(_SOUTH) else here
    there = -abs(there) if east.casefold().startswith(_WEST) else there
    yield from _point(match.start(), match.end(), here, there, _looseness(decimals, lat, lon))


def _looseness(decimals: int, lat: _Parts, lon: _Parts) -> float:
    """The radius in km that the coarser of two angles leaves."""
    if lat[2] and lon[2]:
        return _PINNED_KM
    if lat[1] and lon[1]:
        return float(max(0.2, 2.0 / 10 ** min(_decimals(lat[1]), _decimals(lon[1]))))
    return float(max(0.2, 80.0 / 10**decimals))


def _decimals(number: str) -> int:
    return len(number) - len(re.split("[.,٫]", number)[0]) - 1 if re.search("[.,٫]", number) else 0


def _degrees(degrees: str, minutes: str | None, seconds: str | None) -> float:
    whole, *parts = [float(re.sub("[,٫]", ".", part or "0").replace("−", "-")) for part in (degrees, minutes, seconds)]
    size = abs(whole) + parts[0] / 60 + parts[1] / 3600
    return -size if whole < 0 else size


def _point(start: int, end: int, lat: float, lon: float, radius_km: float) -> Iterator[Point]:
    if abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0.0, 0.0):
        yield Point(start, end, lat, lon, radius_km)
