"""Which coordinates does a text state?

Decimal pairs (point or comma, any digits), degrees-minutes-seconds with hemispheres in four languages, and the map
links of Google, Yandex, OpenStreetMap and Apple. Every pattern is linear: bounded repetitions, no nested ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"[+\-−]?\d{1,3}[.,٫]\d{2,15}"
_PAIR = re.compile(
    rf"(?<![\d.,٫])({_NUMBER})°?\s{{0,3}}([NSСЮ]?)\s{{0,3}}[,;،/|]?\s{{0,3}}({_NUMBER})(?![\d])°?\s{{0,3}}([EWВЗ]?)"
)
_DMS_PART = r"(\d{1,3})\s?[°º˚]\s?(?:(\d{1,2}(?:[.,]\d{1,10})?)\s?['’′‘]\s?)?"
_DMS_PART += r"(?:(\d{1,2}(?:[.,]\d{1,10})?)\s?(?:[\"”″“]|'')\s?)?"
_NORTH = r"([NSСЮ]|с\.?\s?ш\.?|ю\.?\s?ш\.?|пн\.?\s?ш\.?|شمالا|ش)"
_EAST = r"([EWВЗ]|в\.?\s?д\.?|з\.?\s?д\.?|сх\.?\s?д\.?|شرقا|ق)"
_DMS = re.compile(rf"(?<!\d){_DMS_PART}{_NORTH}\s{{0,3}}[,;،]?\s{{0,3}}{_DMS_PART}{_EAST}", re.I)
_LINK = re.compile(r"https?://[^\s<>\"]{1,600}")
_P = r"(-?\d{1,3}\.\d{1,15})"
_LATLON_LINKS = (
    re.compile(rf"!3d{_P}!4d{_P}"), re.compile(rf"/@{_P},{_P}"),
    re.compile(rf"[?&](?:q|query|daddr|destination|center|sll)=(?:loc:)?{_P}(?:,|%2C|\+|%20){{1,2}}{_P}", re.I),
    re.compile(rf"[?&]ll={_P}(?:,|%2C){_P}", re.I), re.compile(rf"#map=\d{{1,2}}/{_P}/{_P}"),
    re.compile(rf"/(?:place|search|dir)/{_P}(?:,|%2C)\+?{_P}", re.I),
)  # fmt: skip
_MLAT, _MLON = re.compile(rf"[?&]mlat={_P}"), re.compile(rf"[?&]mlon={_P}")
_YANDEX = re.compile(rf"[?&](?:ll|pt|whatshere%5Bpoint%5D|whatshere\[point\])={_P}(?:,|%2C|~){_P}", re.I)


@dataclass(frozen=True, slots=True)
class Point:
    """A stated point: `text[start:end]`, degrees, and the radius in km that its number of digits leaves."""

    start: int
    end: int
    lat: float
    lon: float
    radius_km: float


def find(text: str) -> list[Point]:
    """Every stated point in order of appearance, none overlapping."""
    plain = _digits(text)
    found: list[Point] = []
    for point in sorted([*_links(plain), *_dms(plain), *_pairs(plain)], key=lambda p: (p.start, -p.end)):
        if not found or point.start >= found[-1].end:
            found.append(point)
    return found


def _digits(text: str) -> str:
    """The same text with every decimal digit in ASCII; code points stay where they are."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text)


def _links(text: str) -> Iterator[Point]:
    for match in _LINK.finditer(text):
        pair = _link_pair(match.group())
        if pair:
            yield from _point(match.start(), match.end(), *pair, 0.3)


def _link_pair(url: str) -> tuple[float, float] | None:
    lat, lon = _MLAT.search(url), _MLON.search(url)
    if lat and lon:
        return float(lat[1]), float(lon[1])
    if "yandex." in url:
        found = _YANDEX.search(url)
        return (float(found[2]), float(found[1])) if found else None
    for pattern in _LATLON_LINKS:
        found = pattern.search(url)
        if found:
            return float(found[1]), float(found[2])
    return None


def _pairs(text: str) -> Iterator[Point]:
    for match in _PAIR.finditer(text):
        lat, lon = (float(re.sub("[,٫]", ".", match[i]).replace("−", "-")) for i in (1, 3))
        lat = -abs(lat) if match[2] in {"S", "Ю"} else lat
        lon = -abs(lon) if match[4] in {"W", "З"} else lon
        digits = min(len(re.split("[.,٫]", match[i])[1]) for i in (1, 3))
        if digits >= 3 or match[2] or match[4]:
            yield from _point(match.start(), match.end(), lat, lon, max(0.2, 111.0 / 10**digits))


def _dms(text: str) -> Iterator[Point]:
    for match in _DMS.finditer(text):
        lat, lon = (_degrees(match[i], match[i + 1], match[i + 2]) for i in (1, 5))
        lat = -lat if match[4].casefold()[0] in "sю" else lat
        lon = -lon if match[8].casefold()[0] in "wз" else lon
        yield from _point(match.start(), match.end(), lat, lon, 0.3 if match[3] else 2.0 if match[2] else 80.0)


def _degrees(degrees: str, minutes: str | None, seconds: str | None) -> float:
    parts = [float((part or "0").replace(",", ".")) for part in (degrees, minutes, seconds)]
    return parts[0] + parts[1] / 60 + parts[2] / 3600


def _point(start: int, end: int, lat: float, lon: float, radius_km: float) -> Iterator[Point]:
    if abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0.0, 0.0):
        yield Point(start, end, lat, lon, radius_km)
