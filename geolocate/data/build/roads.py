"""How is the shipped road graph made? From the OpenStreetMap highways in scgraph_data, packed for numpy.

    python -m geolocate.data.build.roads [WORLD_HIGHWAYS.py]

The package's module cannot be imported (it needs a module that later versions of scgraph removed), so its file is read
as text: two Python literals, `graph` (a dict of neighbour to km for each node) and `nodes` ([lat, lon] of each).
Out: `roads.npz` with `lat`, `lon` (node positions in 1/1000 degree, int32), `start`, `end` (node numbers, int32, each
pair once and start < end) and `metres` (int32). Node numbers, and edge starts, are stored as differences because those
compress to half. The same input always gives the same bytes.
"""

import ast
import importlib.metadata
import sys
from pathlib import Path

import numpy as np

PACKAGE, MODULE = "scgraph_data", "scgraph_data/world_highways.py"
OUT = Path(__file__).resolve().parents[1] / "roads.npz"


def installed_source() -> Path:
    """Where the pinned package keeps its world highways. Raises PackageNotFoundError when it is not installed."""
    return Path(str(importlib.metadata.distribution(PACKAGE).locate_file(MODULE)))


def parse(text: str) -> tuple[list[tuple[float, float]], list[tuple[int, int, float]]]:
    """Nodes (lat, lon) and edges (i, j, km) with i < j, in order, from the text of the module."""
    literals = {
        name: ast.literal_eval(value)
        for name, _, value in (line.partition("=") for line in text.splitlines())
        if name.strip() in ("graph", "nodes")
    }
    nodes = [(float(lat), float(lon)) for lat, lon in literals["nodes"]]
    shortest: dict[tuple[int, int], float] = {}
    for i, neighbours in enumerate(literals["graph"]):
        for j, km in neighbours.items():
            if i != j:
                pair = (min(i, j), max(i, j))
                shortest[pair] = min(km, shortest.get(pair, float("inf")))
    return nodes, [(i, j, km) for (i, j), km in sorted(shortest.items())]


def pack(nodes: list[tuple[float, float]], edges: list[tuple[int, int, float]], out: Path) -> None:
    """Write nodes and edges as `roads.npz` (see the module's docstring)."""
    place = np.rint(np.array(nodes) * 1000).astype(np.int32)
    pair = np.array([(i, j) for i, j, _ in edges], dtype=np.int32)
    np.savez_compressed(
        out,
        lat=np.diff(place[:, 0], prepend=np.int32(0)),
        lon=np.diff(place[:, 1], prepend=np.int32(0)),
        start=np.diff(pair[:, 0], prepend=np.int32(0)),
        end=pair[:, 1] - pair[:, 0],
        metres=np.rint(np.array([km for _, _, km in edges]) * 1000).astype(np.int32),
    )


def main() -> None:
    """Build `roads.npz` next to this package."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else installed_source()
    nodes, edges = parse(source.read_text(encoding="utf-8"))
    pack(nodes, edges, OUT)
    print(f"{OUT.name}: {len(nodes)} nodes, {len(edges)} edges, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
