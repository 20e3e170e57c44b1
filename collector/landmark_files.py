"""Which pictures of which places does an operator hand in? A picture or video, a folder of them, or a table."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector.errors import Misconfigured, Unparseable
from geolocate.frames.magic import HEAD_BYTES, media_type
from geolocate.frames.metadata import claims_of

#: what is seen in a picture may be this far from where it was taken, km
RADIUS_KM = 0.5
_MOST_KM = 25.0


@dataclass(frozen=True, slots=True)
class Handed:
    """A file with the place that it shows."""

    path: Path
    name: str
    lat: float
    lon: float
    radius_km: float


Place = tuple[float, float]


def handed(path: Path, at: Place | None, name: str | None, radius_km: float | None) -> Iterator[Handed | Unparseable]:
    """The pictures behind a path, each with its place; what is wrong with one comes in its stead.

    A table (.csv) has the columns file, lat, lon, and may have name and radius_km; other files are at `at`, or where
    their own EXIF says.
    """
    if path.suffix.lower() in (".csv", ".tsv"):
        yield from _table(path, name, radius_km)
        return
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        try:
            yield _single(file, at, name, radius_km)
        except Unparseable as wrong:
            yield wrong


def _single(file: Path, at: Place | None, name: str | None, radius_km: float | None) -> Handed:
    if at is None:
        at = _stated(file)
    return Handed(file, name or file.stem, *at, RADIUS_KM if radius_km is None else radius_km)


def _stated(file: Path) -> Place:
    try:
        with file.open("rb") as opened:
            kind = media_type(opened.read(HEAD_BYTES))
    except OSError as error:
        raise Unparseable(f"{file}: cannot be read: {error.strerror}") from error
    claims = claims_of(file, kind)
    if claims is None or claims.lat is None or claims.lon is None:
        raise Unparseable(f"{file}: states no position of itself; say where it is with --at LAT,LON")
    return claims.lat, claims.lon


def _table(path: Path, name: str | None, radius_km: float | None) -> Iterator[Handed | Unparseable]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
            missing = {"file", "lat", "lon"} - set(rows.fieldnames or ())
            if missing:
                raise Misconfigured(f"{path}: no column {', '.join(sorted(missing))}; the first line names the columns")
            for number, row in enumerate(rows, 2):
                try:
                    yield _row(path, row, name, radius_km)
                except ValueError as wrong:
                    yield Unparseable(f"{path}, line {number}: {wrong}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Misconfigured(f"{path} cannot be read as a table: {error}") from error


def _row(path: Path, row: dict[str, str], name: str | None, radius_km: float | None) -> Handed:
    lat, lon = place(f"{row['lat']},{row['lon']}")
    stated = row.get("radius_km") or ""
    radius = float(stated) if stated else RADIUS_KM if radius_km is None else radius_km
    if not (math.isfinite(radius) and 0 < radius <= _MOST_KM):
        raise ValueError(f"radius_km is over 0 and at most {_MOST_KM:g}, not {stated}")
    file = path.parent / row["file"]
    return Handed(file, row.get("name") or name or file.stem, lat, lon, radius)


def place(text: str) -> Place:
    """LAT,LON in degrees. Raises `ValueError` for anything else."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(f"a place is LAT,LON in degrees, like 35.86,36.80, not {text!r}") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"LAT is -90 to 90, LON -180 to 180 degrees, not {text!r}")
    return lat, lon
