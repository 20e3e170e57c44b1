"""Which points does a text state in the military grid (MGRS), as in 37S BV 12345 67890?

Letters and cycles: NGA.STND.0037 (2014). The inverse of the transverse Mercator projection: Krueger's series to the
third order in n, as in Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy 85 (2011); its
error is far below a metre.
"""

import math
import re
from collections.abc import Iterator

_GRID = re.compile(
    r"(?<![^\W_])(\d{1,2})\s?([C-HJ-NP-X])\s?([A-HJ-NP-Z])([A-HJ-NP-V])\s?(?:(\d{2,5})\s(\d{2,5})|(\d{4,10}))(?![^\W_])"
)
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_A, _F, _SCALE = 6378137.0, 1 / 298.257223563, 0.9996
_N = _F / (2 - _F)
_RECTIFYING = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96,
    _N**2 / 48 + _N**3 / 15,
    17 * _N**3 / 480,
)
_DELTA = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3,
    7 * _N**2 / 3 - 8 * _N**3 / 5,
    56 * _N**3 / 15,
)


def find(text: str) -> Iterator[tuple[int, int, float, float, float]]:
    """(start, end, lat, lon, radius km) of every grid reference to a kilometre or finer."""
    for match in _GRID.finditer(text):
        zone, band, column, row = int(match[1]), match[2], match[3], match[4]
        easting, northing = (match[5], match[6]) if match[5] else _halves(match[7])
        if len(easting) != len(northing) or not 1 <= zone <= 60 or (len(easting) == 2 and " " in match.group()):
            continue
        point = _point(zone, band, column, row, easting, northing)
        if point:
            metres = 10.0 ** (5 - len(easting))
            yield match.start(), match.end(), *point, max(0.1, metres / 1000)


def _halves(digits: str) -> tuple[str, str]:
    half = len(digits) // 2
    return digits[:half], digits[half:]


def _point(zone: int, band: str, column: str, row: str, easting: str, northing: str) -> tuple[float, float] | None:
    """The middle of the cell, None when zone, band and letters contradict each other."""
    letters = _COLUMNS[(zone - 1) % 3]
    if column not in letters:
        return None
    cell = 10.0 ** (5 - len(easting))
    east = (letters.index(column) + 1) * 1e5 + (int(easting) + 0.5) * cell
    shifted = (_ROWS.index(row) - (5 if zone % 2 == 0 else 0)) % 20
    north = shifted * 1e5 + (int(northing) + 0.5) * cell
    low = -80 + 8 * _BANDS.index(band)
    high = low + (12 if band == "X" else 8)
    for cycle in range(6):
        lat, lon = _unproject(east, north + cycle * 2e6, zone, south=band < "N")
        if low - 0.01 <= lat <= high + 0.01:
            return round(lat, 6), round(lon, 6)
    return None


def _unproject(east: float, north: float, zone: int, *, south: bool) -> tuple[float, float]:
    """UTM metres to degrees."""
    xi = (north - (1e7 if south else 0.0)) / (_SCALE * _RECTIFYING)
    eta = (east - 5e5) / (_SCALE * _RECTIFYING)
    xi1 = xi - sum(b * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    eta1 = eta - sum(b * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    chi = math.asin(max(-1.0, min(1.0, math.sin(xi1) / math.cosh(eta1))))
    lat = chi + sum(d * math.sin(2 * j * chi) for j, d in enumerate(_DELTA, 1))
    lon = math.atan2(math.sinh(eta1), math.cos(xi1))
    return math.degrees(lat), zone * 6 - 183 + math.degrees(lon)
