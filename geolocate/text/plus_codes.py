"""Which points does a text state as plus codes (8G6QCX6X+9C), whole or short by a named place (CX6X+9C Jableh)?

Open Location Code specification 1.0: digits of base 20, latitude and longitude in turn, then a 4 by 5 grid.
"""

import re
from collections.abc import Iterator

_DIGITS = "23456789CFGHJMPQRVWX"
_CODE = re.compile(rf"(?<![\w+])([{_DIGITS}]{{4,8}})\+([{_DIGITS}]{{2,5}})(?![\w+])")
#: degrees of one digit of each pair
_STEPS = (20.0, 1.0, 0.05, 0.0025, 0.000125)


def find(text: str) -> Iterator[tuple[int, int, float, float, float]]:
    """(start, end, lat, lon, radius km) of every whole code."""
    for match in _CODE.finditer(text):
        if len(match[1]) == 8:
            lat, lon = _decoded(match[1] + match[2])
            if abs(lat) <= 90 and abs(lon) <= 180:
                yield match.start(), match.end(), lat, lon, 0.1


def find_short(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, code) of every code that needs a place near by."""
    if "+" not in text:
        return
    for match in _CODE.finditer(text):
        if len(match[1]) in {4, 6}:
            yield match.start(), match.end(), match.group()


def near(code: str, lat: float, lon: float) -> tuple[float, float]:
    """The point that a short code means beside a place: of all that end so, the nearest."""
    pairs = 4 - code.index("+") // 2
    prefix = _encoded(lat, lon, pairs)
    step = _STEPS[pairs - 1]
    there = list(_decoded(prefix + code.replace("+", "")))
    for axis, wanted in enumerate((lat, lon)):
        if there[axis] - wanted > step / 2:
            there[axis] -= step
        elif wanted - there[axis] > step / 2:
            there[axis] += step
    return round(max(-90.0, min(90.0, there[0])), 6), round((there[1] + 180) % 360 - 180, 6)


def _decoded(digits: str) -> tuple[float, float]:
    """The middle of the cell that the digits (without +) name."""
    lat, lon, step = -90.0, -180.0, 0.0
    for pair, step in zip(range(0, min(len(digits), 10), 2), _STEPS, strict=False):
        lat += _DIGITS.index(digits[pair]) * step
        if pair + 1 < len(digits):
            lon += _DIGITS.index(digits[pair + 1]) * step
    tall = wide = step
    for digit in digits[10:]:
        tall, wide = tall / 5, wide / 4
        lat += _DIGITS.index(digit) // 4 * tall
        lon += _DIGITS.index(digit) % 4 * wide
    return round(lat + tall / 2, 6), round(lon + wide / 2, 6)


def _encoded(lat: float, lon: float, pairs: int) -> str:
    found = ""
    north, east = min(lat, 89.9999) + 90, (lon + 180) % 360
    for step in _STEPS[:pairs]:
        row, column = min(19, int(north / step)), min(19, int(east / step))
        found += _DIGITS[row] + _DIGITS[column]
        north, east = north - row * step, east - column * step
    return found
