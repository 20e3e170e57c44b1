"""How far do tracks depend on the settings of the simulated world? Other seeds, rates, clutter, copies and regions.

    python -m bench.tracks_spread          # a few minutes; one Markdown row a setting

Worlds are sparse (12 convoys, 14 days) but for what the setting changes. Ukraine is simulated on the shipped roads,
Iraq on the simulator's with other destinations. None of the seeds is one that figures are reported on.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.tracks import WORLDS, roads_file, shared, simulated
from geolocate.link_lines import link_files
from geolocate.roads import RoadGraph

_UKRAINE = [("UUOK", 51.75, 36.30, 2), ("UKDD", 48.36, 35.10, 1), ("UUOB", 50.64, 36.59, 3)]
_IRAQ = [("ORER", 36.24, 43.96, 1), ("ORBD", 33.94, 44.36, 1), ("ORAA", 33.79, 42.44, 1)]
#: name, options beside those of sparse (the last one of a kind counts), seeds
SETTINGS: list[tuple[str, list[str], Sequence[int]]] = [
    ("none", [], range(107, 117)),
    ("Ukraine", [], range(101, 104)),
    ("Iraq", [], range(101, 104)),
    ("clutter 0.6", ["--clutter", "0.6"], range(101, 104)),
    ("clutter 1.2", ["--clutter", "1.2"], range(101, 104)),
    ("a report each 100 km", ["--rate", "1"], range(101, 104)),
    ("six each 100 km", ["--rate", "6"], range(101, 104)),
    ("none goes elsewhere", ["--away", "0"], range(101, 104)),
    ("0.7 go elsewhere", ["--away", "0.7"], range(101, 104)),
    ("four copies more", ["--copies", "4"], range(101, 104)),
    ("medium, 1.5 copies", [*WORLDS["medium"], "--copies", "1.5"], range(101, 103)),
    ("3 days", ["--days", "3"], range(101, 104)),
]
MEASURES = ["idf1", "purity", "completeness", "clutter_kept", "event_f1", "dest_top1", "dest_logloss"]


def main() -> None:
    """Print the table."""
    print(f"| other than sparse | seeds | idf1, worst | {' | '.join(MEASURES)} |\n{'| --- ' * (len(MEASURES) + 3)}|")
    with tempfile.TemporaryDirectory() as name:
        for setting, options, seeds in SETTINGS:
            roads, destinations = _region(setting, Path(name))
            graph = RoadGraph.read(roads)
            found = [_scored(seed, options, roads, destinations, graph, Path(name)) for seed in seeds]
            means = [sum(f[m] for f in found) / len(found) for m in MEASURES]
            told = " | ".join(f"{v:.2f}" for v in [min(f["idf1"] for f in found), *means])
            print(f"| {setting} | {seeds[0]}-{seeds[-1]} | {told} |", flush=True)


def _region(setting: str, folder: Path) -> tuple[Path, Path]:
    """Roads and destinations."""
    if setting not in ("Ukraine", "Iraq"):
        return roads_file(), shared() / "eval" / "destinations.json"
    file = folder / f"{setting}.json"
    places = _UKRAINE if setting == "Ukraine" else _IRAQ
    file.write_text(json.dumps([{"id": i, "lat": a, "lon": o, "radius_km": 4, "weight": w} for i, a, o, w in places]))
    return (_shipped(folder / "roads.json.gz") if setting == "Ukraine" else roads_file()), file


def _shipped(file: Path) -> Path:
    """The shipped roads of eastern Ukraine and around, as the simulator reads them."""
    graph = RoadGraph.embedded().around([47, 52], [30, 39], 100)
    nodes = [(round(a, 5), round(b, 5)) for a, b in zip(graph.lat.tolist(), graph.lon.tolist(), strict=True)]
    edges = zip(graph.start.tolist(), graph.end.tolist(), graph.km.tolist(), strict=True)
    file.write_bytes(gzip.compress(json.dumps({"nodes": nodes, "edges": [*edges]}).encode()))
    return file


def _scored(
    seed: int, options: list[str], roads: Path, destinations: Path, graph: RoadGraph, folder: Path
) -> dict[str, float]:
    tools = shared() / "eval"
    world = [*WORLDS["sparse"], *options]
    simulated(seed, world, roads, destinations, folder)
    links, tracks = folder / "links.jsonl", folder / "tracks.jsonl"
    with (folder / "sightings.jsonl").open() as lines, links.open("w") as out, tracks.open("w") as more:
        if link_files(lines, destinations.read_text(), graph, out, more, sys.stderr):
            raise SystemExit("linking skipped lines")
    score = [sys.executable, str(tools / "score_tracks.py"), str(folder / "truth.jsonl"), str(links), str(tracks)]
    scored: dict[str, float] = json.loads(subprocess.run(score, check=True, capture_output=True, text=True).stdout)
    return scored


if __name__ == "__main__":
    main()
