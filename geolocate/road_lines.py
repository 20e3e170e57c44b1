"""Which roads do lines and tables draw? GeoJSON features (an OpenStreetMap extract, say) or rows of a CSV to steps."""

import csv
import io
import itertools
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

#: https://wiki.openstreetmap.org/wiki/Key:highway: ways that no lorry drives, or that are not there (yet, any more)
_NO_ROAD = frozenset(
    {
        "footway", "path", "steps", "cycleway", "pedestrian", "bridleway", "corridor", "elevator", "escape", "platform",
        "via_ferrata", "raceway", "busway", "proposed", "construction", "planned", "abandoned", "disused", "razed",
        "no",
    }
)  # fmt: skip
_ENDS = ("from_lat", "from_lon", "to_lat", "to_lon")
#: what stands between the number and the name of a road
BETWEEN = " / "


@dataclass(frozen=True, slots=True)
class Step:
    """A straight piece of a road, in degrees; `line` numbers the whole, whose length is `km` if that is known."""

    ends: tuple[float, float, float, float]
    line: int
    km: float | None
    name: str


def steps_of_features(data: dict[str, Any]) -> Iterator[Step]:
    """Steps of a FeatureCollection, a Feature or a geometry; what is no line is passed over.

    Where one feature tells its `highway`, it is an extract: only those that tell one that can be driven are roads.
    Raises ValueError, naming the feature.
    """
    features = data.get("features", [data])
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise ValueError("features is not a list of objects")
    every = [(_object(f, "geometry") if "coordinates" not in f else f, _object(f, "properties")) for f in features]
    extract = any(facts.get("highway") for _, facts in every)
    line = 0
    for number, (shape, facts) in enumerate(every, 1):
        if extract and str(facts.get("highway") or "no") in _NO_ROAD:
            continue
        try:
            km = None if facts.get("km") in (None, "") else _number(facts["km"], "km")
            for points in _lines(shape):
                line += km is None
                yield from (Step((*a, *b), line, km, road_name(facts)) for a, b in itertools.pairwise(points))
            line += 1
        except ValueError as error:
            raise ValueError(f"feature {number}: {error}") from error


def steps_of_table(text: str) -> Iterator[Step]:
    """Steps of a CSV with the columns from_lat, from_lon, to_lat, to_lon and, if known, km, name and ref.

    Raises ValueError, naming the line.
    """
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    try:
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        if missing := [name for name in _ENDS if name not in rows.fieldnames]:
            raise ValueError(f"the first line names no {', '.join(missing)} (columns are parted by commas)")
        for number, row in enumerate(rows):
            a, b, c, d = (_number(row[name], name) for name in _ENDS)
            yield Step((a, b, c, d), number, _number(row["km"], "km") if row.get("km") else None, road_name(row))
    except (csv.Error, ValueError) as error:
        raise ValueError(f"line {rows.line_num}: {error}") from error


def road_name(facts: dict[str, Any]) -> str:
    """Number and name of a road in one: "M5 / Damascus - Aleppo"."""
    told = [str(facts[key]).strip() for key in ("ref", "name") if isinstance(facts.get(key), (str, int))]
    return BETWEEN.join(dict.fromkeys(part for part in told if part))


def _object(feature: dict[str, Any], key: str) -> dict[str, Any]:
    value = feature.get(key)
    return value if isinstance(value, dict) else {}


def _lines(shape: dict[str, Any]) -> Iterator[list[tuple[float, float]]]:
    """The points of each line, (lat, lon)."""
    kind, drawn = shape.get("type"), shape.get("coordinates")
    if kind == "LineString":
        yield _points(drawn)
    elif kind == "MultiLineString":
        if not isinstance(drawn, list):
            raise ValueError("coordinates is not a list of lines")
        yield from map(_points, drawn)
    elif kind == "GeometryCollection" and isinstance(shape.get("geometries"), list):
        yield from (points for one in shape["geometries"] if isinstance(one, dict) for points in _lines(one))


def _points(drawn: object) -> list[tuple[float, float]]:
    if not isinstance(drawn, list) or not all(isinstance(p, list) and len(p) >= 2 for p in drawn):
        raise ValueError("coordinates is not a list of [lon, lat]")
    return [(_number(p[1], "latitude"), _number(p[0], "longitude")) for p in drawn]


def _number(value: object, name: str) -> float:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            if math.isfinite(found := float(value)):
                return found
    raise ValueError(f"{name} is not a number: {str(value)[:40]!r}")
