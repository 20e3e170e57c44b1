"""How are files of sightings linked? JSON lines in, JSON lines out: the batch contract of `convoywatch link`."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

from geolocate.roads import RoadGraph
from geolocate.track import link
from geolocate.types import Candidate, Destination, Interval, Position, Sighting


def link_files(
    sightings_lines: Iterable[str],
    destinations_json: str,
    roads: RoadGraph,
    out: TextIO,
    tracks_out: TextIO | None,
    err: TextIO,
) -> int:
    """Link sightings (a JSON object a line) and write one line a sighting in the order of the input, and the tracks.

    A bad line is told on `err` and skipped. Returns 0, or 3 when a line was skipped. Raises ValueError when the
    destinations are no list of `{"id", "lat", "lon", "radius_km"?, "name"?, "weight"?}`.
    """
    destinations = read_destinations(destinations_json)
    sightings: dict[str, Sighting] = {}
    ids: dict[str, Any] = {}
    skipped = False
    for number, line in enumerate(sightings_lines, 1):
        if not line.strip():
            continue
        try:
            given, sighting = read_sighting(line)
            if sighting.id in sightings:
                raise ValueError(f"id {given!r} was seen before")
        except (ValueError, OverflowError, RecursionError) as error:
            print(f"line {number}: {error}", file=err)
            skipped = True
            continue
        sightings[sighting.id], ids[sighting.id] = sighting, given
    linked = link(list(sightings.values()), destinations, roads)
    for name, given in ids.items():
        track, event, probability = linked.membership[name]
        row = {"id": given, "track": track, "event": event, "probability": round(probability, 4)}
        print(json.dumps(row, ensure_ascii=False), file=out)
    for one in linked.tracks if tracks_out is not None else ():
        members = [ids[p.sighting_id] for p in one.points]
        row = {"track": one.key, "sightings": members, "destinations": one.destinations, "eta": _interval(one.eta)}
        print(json.dumps(row, ensure_ascii=False), file=tracks_out)
    return 3 if skipped else 0


def read_destinations(text: str) -> list[Destination]:
    """Destinations from a JSON list. Raises ValueError, saying which entry is wrong and why."""
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise ValueError("destinations: expected a JSON list of objects with id, lat and lon")
    found: dict[str, Destination] = {}
    for number, row in enumerate(rows, 1):
        try:
            fields = _object(row)
            name, (lat, lon) = _id(fields), _point(fields)
            radius, weight = _number(fields, "radius_km", 0, 1000, 3.0), _number(fields, "weight", 0, 1e9, 1.0)
        except ValueError as error:
            raise ValueError(f"destination {number}: {error}") from error
        if name in found or name == "elsewhere":
            raise ValueError(f"destination {number}: the id {name!r} is taken")
        found[name] = Destination(name, str(fields.get("name") or name), lat, lon, radius, weight)
    return list(found.values())


def read_sighting(line: str) -> tuple[Any, Sighting]:
    """The id as it was given, and the sighting, from one line. Raises ValueError, saying which field is wrong."""
    row = _object(json.loads(line))
    lat, lon = _point(row)
    seen_from, seen_to = _time(row, "seen_from"), _time(row, "seen_to")
    posted = _time(row, "posted_at")
    latest = seen_to or posted or seen_from
    earliest = seen_from or latest
    if latest is None or earliest is None:
        raise ValueError("none of seen_from, seen_to, posted_at is given")
    if earliest > latest:
        raise ValueError("seen_from is later than seen_to")
    low, high = _count(row, "vehicles_min"), _count(row, "vehicles_max")
    bearing = row.get("bearing_deg")
    return row["id"], Sighting(
        id=_id(row),
        lat=lat,
        lon=lon,
        radius_km=_number(row, "radius_km", 0, 21000, 10.0),
        seen_from=earliest,
        seen_to=latest,
        posted_at=posted or latest,
        alternatives=_alternatives(row),
        vehicles_min=low,
        vehicles_max=high,
        kinds=tuple(sorted({k for k in _list(row, "kinds") if isinstance(k, str)})),
        bearing_deg=None if bearing is None else _number(row, "bearing_deg", -360, 720, 0.0) % 360.0,
        from_hint=_from_hint(row.get("from_hint")),
        to_hint=None if row.get("to_hint") is None else str(row["to_hint"]),
    )


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _list(row: dict[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return value or []


def _id(row: dict[str, Any]) -> str:
    name = row.get("id")
    if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
        raise ValueError("id is not a string or a whole number")
    return str(name)


def _point(row: dict[str, Any]) -> tuple[float, float]:
    if row.get("lat") is None or row.get("lon") is None:
        raise ValueError("lat or lon is missing")
    return _number(row, "lat", -90, 90, 0.0), _number(row, "lon", -180, 180, 0.0)


def _number(row: dict[str, Any], name: str, low: float, high: float, default: float) -> float:
    value = row.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{name} is not a number from {low:g} to {high:g}")
    return float(value)


def _count(row: dict[str, Any], name: str) -> int | None:
    return None if row.get(name) is None else int(_number(row, name, 0, 1e6, 0.0))


def _time(row: dict[str, Any], name: str) -> datetime | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{name} is not an ISO 8601 time")
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{name} is not an ISO 8601 time: {value!r}") from error
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _alternatives(row: dict[str, Any]) -> tuple[Candidate, ...]:
    found = []
    for entry in _list(row, "alternatives"):
        place = _object(entry)
        lat, lon = _point(place)
        radius, chance = _number(place, "radius_km", 0, 21000, 10.0), _number(place, "probability", 0, 1, 0.1)
        found.append(Candidate(str(place.get("ref", "")), str(place.get("name", "")), lat, lon, radius, chance))
    return tuple(found)


def _from_hint(value: object) -> Position | None:
    if value is None:
        return None
    hint = _object(value)
    lat, lon = _point(hint)
    return Position(lat, lon, _number(hint, "radius_km", 0, 21000, 10.0))


def _interval(eta: Interval | None) -> dict[str, str] | None:
    return None if eta is None else {"from": eta.start.isoformat(), "to": eta.end.isoformat()}
