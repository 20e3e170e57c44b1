"""How well are simulated convoys found again? Links simulated worlds and scores them.

    python -m bench.tracks [--seeds 1-5] [--worlds sparse,medium,dense,copies] [--linkers ours,greedy,stone_soup]
    python -m bench.tracks --calibration [--seeds 101-112] [--worlds sparse,medium]   # and bench/tracks_calibration.svg
    python -m bench.tracks --one-more 50 --worlds ten_thousand --seeds 201            # the cost of one sighting more

The simulator and the scorer stand beside the repository (`../shared/eval`, or where CONVOYWATCH_SHARED points).
Prints one Markdown row a seed and the means.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import track_calibration
from bench.linkers import greedy, stone_soup
from geolocate.link_lines import link_files, read_destinations, read_sighting
from geolocate.roads import RoadGraph
from geolocate.track import Linker, link
from geolocate.types import Destination, Sighting

WORLDS = {
    "sparse": ["--convoys", "12", "--days", "14"],
    "medium": ["--convoys", "40", "--days", "10"],
    "dense": ["--convoys", "120", "--days", "10"],
    "copies": ["--convoys", "12", "--days", "14", "--copies", "1.5"],
    "ten_thousand": ["--convoys", "800", "--days", "200"],
    "hundred_thousand": ["--convoys", "8000", "--days", "2000"],
}
MEASURES = [
    "sightings", "idf1", "link_f1", "purity", "completeness", "clutter_kept", "event_f1", "dest_top1", "dest_logloss",
]  # fmt: skip


def shared() -> Path:
    """The folder of the measuring tools."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    return Path(os.environ.get("CONVOYWATCH_SHARED", beside)).resolve()


def measure(
    world: str, seed: int, embedded: bool = False, linkers: Sequence[str] = ("ours",)
) -> list[dict[str, float]]:
    """Simulate one world, link it with each linker, and return the scores, `seconds` (of processor) and `megabytes`."""
    tools, roads = shared() / "eval", roads_file()
    destinations = tools / "destinations.json"
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(world, seed, folder)
        for linker in linkers:
            start = time.process_time()
            if linker == "ours":
                _ours(folder, destinations, RoadGraph.embedded() if embedded else RoadGraph.read(roads))
            else:
                _others(folder, {"greedy": greedy, "stone_soup": stone_soup}[linker])
            seconds = time.process_time() - start
            files = [folder / "truth.jsonl", folder / "links.jsonl"] + [folder / "tracks.jsonl"] * (linker == "ours")
            score = [sys.executable, str(tools / "score_tracks.py"), *map(str, files)]
            scored = subprocess.run(score, check=True, capture_output=True, text=True)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            found.append({**json.loads(scored.stdout), "seconds": seconds, "megabytes": peak})
    return found


def roads_file() -> Path:
    """The roads that the simulator drives."""
    return shared() / "data" / "roads" / "middle_east_highways.json.gz"


def simulate(world: str, seed: int, folder: Path) -> None:
    """Write one world's sightings.jsonl and truth.jsonl."""
    simulated(seed, WORLDS[world], roads_file(), shared() / "eval" / "destinations.json", folder)


def simulated(seed: int, options: Sequence[str], roads: Path, destinations: Path, folder: Path) -> None:
    """The same with any options. The simulator draws while it goes over sets of words: their order is pinned here."""
    made = [str(path) for path in (shared() / "eval" / "simulate_tracks.py", roads, destinations, folder)]
    run = [sys.executable, *made, "--seed", str(seed), *options]
    subprocess.run(run, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": "0"})


def _world(world: str, seed: int, folder: Path) -> tuple[list[Sighting], list[Destination]]:
    simulate(world, seed, folder)
    sightings = [read_sighting(line)[1] for line in (folder / "sightings.jsonl").read_text().splitlines()]
    return sightings, read_destinations((shared() / "eval" / "destinations.json").read_text())


def calibrate(worlds: Sequence[str], seeds: Sequence[int]) -> None:
    """Print reliability tables over these worlds and draw them."""
    kinds: dict[str, track_calibration.Given] = {}
    roads = RoadGraph.read(roads_file())
    for world in worlds:
        for seed in seeds:
            with tempfile.TemporaryDirectory() as name:
                sightings, destinations = _world(world, seed, Path(name))
                linked = link(sightings, destinations, roads)
                for kind, given in track_calibration.judged(linked, Path(name) / "truth.jsonl").items():
                    kinds.setdefault(kind, []).extend(given)
    for kind, given in kinds.items():
        print("\n".join(track_calibration.table(kind, given)), end="\n\n")
    track_calibration.plot(kinds, Path(__file__).parent / "tracks_calibration.svg")


def one_more(world: str, seed: int, count: int) -> None:
    """Print what linking everything costs, and what each of `count` sightings more costs, in ms; and that the answers
    are the same."""
    roads = RoadGraph.read(roads_file())
    with tempfile.TemporaryDirectory() as name:
        sightings, destinations = _world(world, seed, Path(name))
    chosen = set(random.Random(seed).sample(range(len(sightings)), count))
    linker, spent = Linker(destinations, roads), []
    wall, cpu = time.perf_counter(), time.process_time()
    linker.link([s for k, s in enumerate(sightings) if k not in chosen])
    whole = (time.perf_counter() - wall, time.process_time() - cpu)
    for k in sorted(chosen):
        wall, cpu = time.perf_counter(), time.process_time()
        found = linker.update([sightings[k]])
        spent.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
    same = found == link(sightings, destinations, roads)
    columns = [
        "world", "sightings", "all: wall s", "CPU s", "one more: median ms", "worst", "CPU ms", "worst", "as afresh",
    ]  # fmt: skip
    print(f"| {' | '.join(columns)} |\n{'| --- ' * len(columns)}|")
    walls, cpus = sorted(w for w, _ in spent), sorted(c for _, c in spent)
    figures = [walls[count // 2], walls[-1], cpus[count // 2], cpus[-1]]
    told = " | ".join([f"{v:.1f}" for v in whole] + [f"{v:.0f}" for v in figures])
    print(f"| {world} {seed} | {len(sightings)} | {told} | {'yes' if same else 'NO'} |")


def _ours(folder: Path, destinations: Path, graph: RoadGraph) -> None:
    links, tracks = folder / "links.jsonl", folder / "tracks.jsonl"
    with (folder / "sightings.jsonl").open() as lines, links.open("w") as out, tracks.open("w") as more:
        if link_files(lines, destinations.read_text(), graph, out, more, sys.stderr):
            raise SystemExit("linking skipped lines")


def _others(folder: Path, linker: Callable[[Sequence[Sighting]], dict[str, str]]) -> None:
    with (folder / "sightings.jsonl").open() as lines:
        tracks = linker([read_sighting(line)[1] for line in lines])
    rows = (json.dumps({"id": name, "track": track}) for name, track in tracks.items())
    (folder / "links.jsonl").write_text("\n".join(rows))


def main() -> None:
    """Print a table of the worlds and seeds asked for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seeds", default="1-5", help="first-last")
    ask.add_argument("--worlds", default="sparse,medium,dense,copies")
    ask.add_argument("--embedded", action="store_true", help="link on the shipped road graph, not on the simulator's")
    ask.add_argument("--linkers", default="ours", help="of ours, greedy, stone_soup (pip install stonesoup)")
    ask.add_argument("--calibration", action="store_true", help="reliability tables and plot instead")
    ask.add_argument("--one-more", type=int, metavar="N", help="the cost of each of N sightings more instead")
    given = ask.parse_args()
    first, _, last = given.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if given.calibration:
        calibrate(given.worlds.split(","), seeds)
    elif given.one_more:
        one_more(given.worlds.split(",")[0], seeds[0], given.one_more)
    else:
        _tables(given, seeds)


def _tables(given: argparse.Namespace, seeds: Sequence[int]) -> None:
    linkers = given.linkers.split(",")
    print("| world | seed | linker | " + " | ".join(MEASURES) + " | seconds | MB |")
    print("| --- " * (len(MEASURES) + 5) + "|")
    for world in given.worlds.split(","):
        table: dict[str, list[dict[str, float]]] = {linker: [] for linker in linkers}
        for seed in seeds:
            for linker, scores in zip(linkers, measure(world, seed, given.embedded, linkers), strict=True):
                table[linker].append(scores)
                print(_row(world, str(seed), linker, scores), flush=True)
        for linker, rows in table.items():
            mean = {k: sum(r[k] for r in rows) / len(rows) for k in rows[0]}
            print(_row(world, "mean", linker, mean), flush=True)


def _row(world: str, seed: str, linker: str, scores: dict[str, float]) -> str:
    figures = [f"{scores[m]:.0f}" if m == "sightings" else f"{scores[m]:.2f}" if m in scores else "" for m in MEASURES]
    return (
        f"| {world} | {seed} | {linker} | {' | '.join(figures)} | {scores['seconds']:.1f} | {scores['megabytes']:.0f} |"
    )


if __name__ == "__main__":
    main()
