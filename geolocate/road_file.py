"""Which roads does a file describe? JSON of nodes and edges, GeoJSON lines, or a CSV of edges, plain or gzipped."""

import gzip
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geolocate.road_lines import Step, steps_of_features, steps_of_table
from geolocate.sphere import Floats, distance_km

Ints = NDArray[np.int64]

_SHAPES = (
    'expected {"nodes": [[lat, lon], ...], "edges": [[i, j, km], ...]}, a GeoJSON FeatureCollection of LineStrings, '
    "or a CSV with the columns from_lat, from_lon, to_lat, to_lon and, if known, km, name and ref"
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
        return _checked(_read(text, path.name.lower().removesuffix(".gz").endswith(".csv")))
    except (TypeError, ValueError, IndexError, EOFError, OSError, OverflowError, RecursionError, zlib.error) as error:
        raise ValueError(f"{path}: not a road graph: {error} ({_SHAPES})") from error


def _read(text: str, table: bool) -> Roads:
    if table:
        return _joined(steps_of_table(text))
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    if "nodes" in data and "edges" in data:
        return _from_graph(data)
    return _joined(steps_of_features(data))


def _checked(roads: Roads) -> Roads:
    low, high = (f(np.concatenate([roads.start, roads.end]), initial=0) for f in (np.min, np.max))
    if len(roads.km) and (low < 0 or high >= len(roads.lat)):
        raise ValueError("an edge names a node that is not there")
    if not ((np.abs(roads.lat) <= 90).all() and (np.abs(roads.lon) <= 180).all()):
        raise ValueError("positions must be degrees of WGS 84")
    if not (np.isfinite(roads.km).all() and (roads.km >= 0).all()):
        raise ValueError("lengths must be finite and not negative")
    return roads


def _from_graph(data: dict[str, Any]) -> Roads:
    nodes = np.asarray(data["nodes"], dtype=np.float64).reshape(-1, 2)
    edges = np.asarray([e[:3] for e in data["edges"]], dtype=np.float64).reshape(-1, 3)
    ends = edges[:, :2]
    if not ((ends == np.rint(ends)) & (np.abs(ends) < 2**53)).all():
        raise ValueError("an edge names a node that is not there: they are numbered from 0")
    names = tuple(str(e[3]) if len(e) > 3 and e[3] is not None else "" for e in data["edges"])
    return Roads(nodes[:, 0], nodes[:, 1], ends[:, 0].astype(np.int64), ends[:, 1].astype(np.int64), edges[:, 2], names)


def _joined(drawn: Iterable[Step]) -> Roads:
    """Lines that share a point meet there; steps of a line of known length are stretched to it."""
    steps = list(drawn)
    if not steps:
        raise ValueError("there is no line in it")
    ends = np.array([s.ends for s in steps], dtype=np.float64)
    km = distance_km(ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3])
    line = np.array([s.line for s in steps])
    told = np.array([np.nan if s.km is None else s.km for s in steps])
    whole = np.bincount(line, km)[line]
    flat = np.where(whole > 0, whole, 1.0)
    km = np.where(np.isnan(told) | ((whole == 0) & (told >= 0)), km, km * (told / flat))
    points = ends.reshape(-1, 2)
    _, first, number = np.unique(np.round(points, _DECIMALS), axis=0, return_index=True, return_inverse=True)
    nodes, number = points[first], number.reshape(-1, 2)
    return Roads(nodes[:, 0], nodes[:, 1], number[:, 0], number[:, 1], km, tuple(s.name for s in steps))
