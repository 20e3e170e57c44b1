"""How well are simulated convoys found again? Links simulated worlds and scores them.

    python -m bench.tracks [--seeds 1-5] [--worlds sparse,medium,dense,copies]

The simulator and the scorer stand beside the repository (`../shared/eval`, or where CONVOYWATCH_SHARED points).
Prints one Markdown row a seed and the means.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from geolocate.link_lines import link_files
from geolocate.roads import RoadGraph

WORLDS = {
    "sparse": ["--convoys", "12", "--days", "14"],
    "medium": ["--convoys", "40", "--days", "10"],
    "dense": ["--convoys", "120", "--days", "10"],
    "copies": ["--convoys", "12", "--days", "14", "--copies", "1.5"],
}
MEASURES = [
    "sightings", "idf1", "link_f1", "purity", "completeness", "clutter_kept", "event_f1", "dest_top1", "dest_logloss",
]  # fmt: skip


def shared() -> Path:
    """The folder of the measuring tools."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    return Path(os.environ.get("CONVOYWATCH_SHARED", beside)).resolve()


def measure(world: str, seed: int, embedded: bool = False) -> dict[str, float]:
    """Simulate one world, link it, and return its scores and `seconds` (linking and reading the graph)."""
    tools, roads = shared() / "eval", shared() / "data" / "roads" / "middle_east_highways.json.gz"
    destinations = tools / "destinations.json"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate = [*map(str, (tools / "simulate_tracks.py", roads, destinations, folder)), "--seed", str(seed)]
        subprocess.run([sys.executable, *simulate, *WORLDS[world]], check=True, capture_output=True)
        links, tracks = folder / "links.jsonl", folder / "tracks.jsonl"
        start = time.perf_counter()
        graph = RoadGraph.embedded() if embedded else RoadGraph.read(roads)
        with (folder / "sightings.jsonl").open() as lines, links.open("w") as out, tracks.open("w") as more:
            code = link_files(lines, destinations.read_text(), graph, out, more, sys.stderr)
        seconds = time.perf_counter() - start
        if code:
            raise SystemExit(f"linking {world} {seed} skipped lines")
        score = [tools / "score_tracks.py", folder / "truth.jsonl", links, tracks]
        scored = subprocess.run([sys.executable, *score], check=True, capture_output=True, text=True)
    return {**json.loads(scored.stdout), "seconds": seconds}


def main() -> None:
    """Print a table of the worlds and seeds asked for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seeds", default="1-5", help="first-last")
    ask.add_argument("--worlds", default="sparse,medium,dense,copies")
    ask.add_argument("--embedded", action="store_true", help="link on the shipped road graph, not on the simulator's")
    given = ask.parse_args()
    first, _, last = given.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    print("| world | seed | " + " | ".join(MEASURES) + " | seconds |")
    print("| --- " * (len(MEASURES) + 3) + "|")
    for world in given.worlds.split(","):
        rows = []
        for seed in seeds:
            rows.append(measure(world, seed, given.embedded))
            print(_row(world, str(seed), rows[-1]), flush=True)
        print(_row(world, "mean", {k: sum(r[k] for r in rows) / len(rows) for k in [*MEASURES, "seconds"]}), flush=True)


def _row(world: str, seed: str, scores: dict[str, float]) -> str:
    figures = [f"{scores[m]:.0f}" if m == "sightings" else f"{scores[m]:.2f}" for m in MEASURES]
    return f"| {world} | {seed} | " + " | ".join(figures) + f" | {scores['seconds']:.1f} |"


if __name__ == "__main__":
    main()
