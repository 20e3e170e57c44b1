"""Which sightings does somebody else's dataset hold? Rows of tables, JSON, GeoJSON, JSON lines, with stated places.

Read by what the fields are usually called in the datasets of Bellingcat, the Centre for Information Resilience (Eyes on
Russia) and timemap, or by a map of fields. A row becomes a post of the dataset, which is named by the row's own id (or
by all that it says), so that reading it again is the same; the address in it ties it to the post that it describes.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from collector.errors import Misconfigured, Unparseable
from collector.sources.base import Channel, Location, Post, Stated
from collector.sources.csv_posts import delimiter_of, encoding_of
from collector.sources.csv_times import read_time
from collector.sources.values import address

#: field -> what it is usually called, compared without case, spaces, dots and underscores; the first that has a value
FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "uid", "entryid", "incidentid", "eventid", "uniqueid", "code"),
    "text": ("description", "desc", "text", "title", "summary", "comments", "notes"),
    "date": ("date", "incidentdate", "eventdate", "datetime", "verifieddate", "timestamp"),
    "time": ("time", "incidenttime"),
    "url": ("url", "link", "links", "source", "sources", "sourceurl", "mediaurl", "sourcelink"),
    "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "place": ("location", "place", "city", "town", "settlement"),
    "radius_km": ("radiuskm", "radius"),
    "vehicles_min": ("vehiclesmin", "vehicles", "vehiclecount"),
    "vehicles_max": ("vehiclesmax", "vehicles", "vehiclecount"),
    "convoy": ("movement", "convoy"),
}
#: where documents keep their rows
_LISTS = ("features", "events", "incidents", "data", "rows", "items")
_YES, _NO = frozenset({"true", "yes", "1", "y"}), frozenset({"false", "no", "0", "n"})
_FARTHEST_KM = 1000.0


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a person says of a dataset: its name and licence, how exact its places are, its columns, its time zone."""

    name: str
    licence: str
    radius_km: float = 1.0
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC

    @property
    def title(self) -> str:
        """What is shown, and exported, as where a row is from."""
        return f"{self.name} ({self.licence})"


def field_map(written: str) -> dict[str, str]:
    """ "lat=y,date=when" as {field: column}; raises `Misconfigured` naming what may stand on the left."""
    found = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        name, sign, column = pair.partition("=")
        if not sign or name.strip() not in FIELDS or not column.strip():
            raise Misconfigured(f"--map {pair!r}: write FIELD=COLUMN, where FIELD is one of {', '.join(FIELDS)}")
        found[name.strip()] = column.strip()
    return found


def read_dataset(path: Path, how: Dataset, bad: Callable[[str, str], None]) -> Iterator[Post]:
    """The rows of a file as posts; a bad row goes to `bad("row 7", what is wrong)`. Raises `Unparseable`."""
    for number, row in enumerate(_rows(path), 1):
        try:
            if not isinstance(row, dict):
                raise Unparseable("not an object")
            yield _post(_flat(row), how)
        except Unparseable as wrong:
            bad(f"row {number}", str(wrong))


def _rows(path: Path) -> Iterator[Any]:
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            yield from (_json(line) for line in lines if line.strip())
    elif suffix in (".json", ".geojson"):
        said = _json(path.read_text(encoding="utf-8-sig", errors="replace"))
        if isinstance(said, dict):
            said = next((said[name] for name in _LISTS if isinstance(said.get(name), list)), None)
        if not isinstance(said, list):
            raise Unparseable(f"no list of rows: neither a JSON list nor an object with one of {', '.join(_LISTS)}")
        yield from said
    else:
        with path.open("rb") as raw:
            sample = raw.read(65536)
        encoding = encoding_of(sample)
        with path.open(encoding=encoding, errors="replace", newline="") as lines:
            yield from csv.DictReader(lines, delimiter=delimiter_of(sample.decode(encoding, "replace")), restkey="")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as broken:
        return f"no JSON: {broken}"


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature as a plain row; others as they are. Keys as they are compared."""
    geometry, properties = row.get("geometry"), row.get("properties")
    if isinstance(geometry, dict) and geometry.get("type") == "Point" and isinstance(properties, dict):
        where = geometry.get("coordinates")
        if isinstance(where, list) and len(where) >= 2:
            row = properties | {"lon": where[0], "lat": where[1]}
    return {_bare(str(key)): value for key, value in row.items()}


def _bare(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _said(row: Mapping[str, Any], name: str, how: Dataset) -> Any:
    columns = (_bare(how.columns[name]),) if name in how.columns else FIELDS[name]
    return next((row[c] for c in columns if row.get(c) not in (None, "", [])), None)


def _post(row: Mapping[str, Any], how: Dataset) -> Post:
    text, place = (str(_said(row, name, how) or "").strip() for name in ("text", "place"))
    lat, lon = (_number(_said(row, name, how), name, limit) for name, limit in (("lat", 90.0), ("lon", 180.0)))
    if lat is None or lon is None:
        raise Unparseable("no position: lat or lon is missing (name them with --map lat=COLUMN,lon=COLUMN)")
    start, end, notes = _seen(row, how)
    radius = _number(_said(row, "radius_km", how), "radius_km", _FARTHEST_KM)
    low, high = (_number(_said(row, name, how), name, 1e6) for name in ("vehicles_min", "vehicles_max"))
    stated = Stated(
        how.name, how.licence, abs(radius) if radius else how.radius_km, start, end, _truth(_said(row, "convoy", how)),
        None if low is None else int(low), None if high is None else int(high),
    )  # fmt: skip
    number = _said(row, "id", how)
    digest = hashlib.sha256(json.dumps(row, sort_keys=True, default=str).encode()).hexdigest()[:24]
    return Post(
        platform="dataset", channel=Channel(None, how.name, how.title), native_id=f"{how.name}/{number or digest}",
        url=_address(_said(row, "url", how)), posted_at=end, text=text, location=Location(lat, lon, place or None),
        stated=stated, warnings=("posted_at is when the dataset says that it was seen", *notes),
    )  # fmt: skip


def _seen(row: Mapping[str, Any], how: Dataset) -> tuple[datetime, datetime, list[str]]:
    """A day is the whole day; a time is that minute, an hour about it."""
    date, time = (_said(row, name, how) for name in ("date", "time"))
    if date is None:
        raise Unparseable("no date (name it with --map date=COLUMN)")
    written = f"{date} {time}" if time else str(date)
    at, notes = read_time(written, how.zone)
    if at is None:
        raise Unparseable(f"no date: {written[:40]!r}")
    if ":" in written or written.replace(".", "").isdigit():
        return at - timedelta(minutes=30), at + timedelta(minutes=30), notes
    return at, at + timedelta(days=1) - timedelta(seconds=1), notes


def _number(value: Any, name: str, most: float) -> float | None:
    if value is None:
        return None
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError as wrong:
        raise Unparseable(f"{name} is no number: {str(value)[:20]!r}") from wrong
    if not abs(number) <= most:
        raise Unparseable(f"{name} is not within {most:g}: {number:g}")
    return number


def _truth(value: Any) -> bool | None:
    told = str(value).strip().casefold()
    return True if told in _YES else False if told in _NO else None


def _address(value: Any) -> str | None:
    """The first address of one, several with spaces or commas, or a list of addresses or of {"url"}."""
    if isinstance(value, list):
        return next((found for one in value if (found := _address(one))), None)
    if isinstance(value, dict):
        return _address(value.get("url") or value.get("link") or value.get("path"))
    parts = str(value or "").replace(",", " ").replace(";", " ").split()
    return next((found for part in parts if (found := address(part, ""))), None)
