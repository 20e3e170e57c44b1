"""Which roads does a file describe? JSON of nodes and edges, GeoJSON lines, or a CSV of edges, plain or gzipped."""

import csv
import gzip
import io
import itertools
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geolocate.sphere import Floats, distance_km

Ints = NDArray[np.int64]

_SHAPES = (
    'expected {"nodes": [[lat, lon], ...], "edges": [[i, j, km], ...]}, a GeoJSON FeatureCollection of LineStrings, '
    "or a CSV with the columns from_lat, from_lon, to_lat, to_lon and, if known, km and name"
)
#: points of lines that agree to this many decimals of a degree (about a metre) are one crossroad
_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Roads:
    """Nodes in degrees; edges as node numbers with their km and the names of their roads ("" where not known)."""

    lat: Floats
    lon: Floats
    start: Ints
    end: Ints
    km: Floats
    names: tuple[str, ...]


def read_roads(path: Path) -> Roads:
    """The roads in a file. Raises OSError when it cannot be read and ValueError, saying why, when it holds none."""
    raw = path.read_bytes()
    try:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
        if path.name.removesuffix(".gz").endswith(".csv"):
            roads = _from_table(text)
        else:
            data = json.loads(text)
            roads = _from_lines(data["features"]) if "features" in data else _from_graph(data)
    except (KeyError, TypeError, ValueError, IndexError, EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{path}: not a road graph, {_SHAPES}: {error}") from error
    low, high = (f(np.concatenate([roads.start, roads.end]), initial=0) for f in (np.min, np.max))
    if len(roads.km) and (low < 0 or high >= len(roads.lat)):
        raise ValueError(f"{path}: an edge names a node that is not there")
    places = np.abs(roads.lat) <= 90, np.abs(roads.lon) <= 180
    if not (all(p.all() for p in places) and np.isfinite(roads.km).all() and (roads.km >= 0).all()):
        raise ValueError(f"{path}: positions must be degrees, and lengths finite and not negative")
    return roads


def _from_graph(data: dict[str, Any]) -> Roads:
    nodes = np.asarray(data["nodes"], dtype=np.float64).reshape(-1, 2)
    edges = np.asarray([e[:3] for e in data["edges"]], dtype=np.float64).reshape(-1, 3)
    names = tuple(str(e[3]) if len(e) > 3 and e[3] is not None else "" for e in data["edges"])
    return Roads(
        nodes[:, 0], nodes[:, 1], edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64), edges[:, 2], names
    )


def _from_lines(features: list[dict[str, Any]]) -> Roads:
    """Lines that share a point meet there. `km`, where a feature has it, is the length of the whole line."""
    steps: list[tuple[float, float, float, float, float, str]] = []
    for feature in features:
        shape, facts = feature.get("geometry") or {}, feature.get("properties") or {}
        drawn_as: dict[str, list[Any]] = {
            "LineString": [shape.get("coordinates")],
            "MultiLineString": shape.get("coordinates") or [],
        }
        found = drawn_as.get(shape.get("type", ""), [])
        name = str(facts.get("name") or facts.get("ref") or "")
        drawn = [(p[1], p[0], q[1], q[0]) for line in found for p, q in itertools.pairwise(line)]
        long = [distance_km(*ends) for ends in drawn]
        stretch = float(facts["km"]) / sum(long) if facts.get("km") is not None and sum(long) > 0 else 1.0
        steps.extend((*ends, km * stretch, name) for ends, km in zip(drawn, long, strict=True))
    return _joined(steps)


def _from_table(text: str) -> Roads:
    rows = csv.DictReader(io.StringIO(text))
    steps = []
    for row in rows:
        ends = tuple(float(row[k]) for k in ("from_lat", "from_lon", "to_lat", "to_lon"))
        km = float(row["km"]) if row.get("km") else distance_km(*ends)
        steps.append((*ends, km, row.get("name") or ""))
    return _joined(steps)


def _joined(steps: list[tuple[Any, ...]]) -> Roads:
    if not steps:
        raise ValueError("there is no line in it")
    ends = np.array([s[:4] for s in steps], dtype=np.float64).reshape(-1, 2)
    _, first, number = np.unique(np.round(ends, _DECIMALS), axis=0, return_index=True, return_inverse=True)
    nodes, number = ends[first], number.reshape(-1, 2)
    km = np.array([s[4] for s in steps], dtype=np.float64)
    return Roads(nodes[:, 0], nodes[:, 1], number[:, 0], number[:, 1], km, tuple(s[5] for s in steps))
