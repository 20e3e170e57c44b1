"""What does one post more cost when the timeline is busy? Clustering and linking on an SQLite store.

    python -m bench.busy_timeline [--convoys 1200] [--days 60] [--others 20000] [--posts 20]

Simulated reports (seed 101, one more report an event) are stored as they would be after locating, with so many other
posts that tell of no convoy; everything is clustered and linked once. Then reports that were held back come one by one:
for each, a pass of clustering and one of linking, in seconds of the processor, and how many posts clustering looked at.
The simulator stands beside the repository (`../shared/eval`, or where CONVOYWATCH_SHARED points).
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import text

from bench.tracks import roads_file, shared
from collector.context import Context
from collector.prepare import prepare
from collector.settings import load
from collector.stages.base import Stage
from collector.stages.cluster import Cluster
from collector.stages.region import touched_by
from collector.stages.track import Track
from db import observations, posts, sources
from db.rows import NewObservation, NewPost
from db.session import Store
from geolocate.link_lines import read_sighting
from geolocate.types import Sighting

PORTION = 2000


def main() -> None:
    """Print the table."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--convoys", type=int, default=1200)
    ask.add_argument("--days", type=int, default=60)
    ask.add_argument("--others", type=int, default=20_000)
    ask.add_argument("--posts", type=int, default=20)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reports = simulated(folder, given.convoys, given.days)
        held = set(random.Random(1).sample(range(len(reports)), given.posts))
        (folder / "convoywatch.toml").write_text('data_dir = "data"\n')
        settings = load(folder / "convoywatch.toml", {})
        with Store(settings.store_url) as store:
            ctx = Context(settings, store)
            prepare(ctx)
            measure(ctx, [r for k, r in enumerate(reports) if k not in held], [reports[k] for k in held], given.others)
            ctx.close()


def simulated(folder: Path, convoys: int, days: int) -> list[Sighting]:
    """Reports of one world."""
    tools = shared() / "eval"
    made = [*map(str, (tools / "simulate_tracks.py", roads_file(), tools / "destinations.json", folder))]
    run = [sys.executable, *made, "--seed", "101", "--convoys", str(convoys), "--days", str(days), "--copies", "1"]
    subprocess.run(run, check=True, capture_output=True)
    return [read_sighting(line)[1] for line in (folder / "sightings.jsonl").read_text().splitlines()]


def measure(ctx: Context, whole: Sequence[Sighting], held: Sequence[Sighting], others: int) -> None:
    """Store and work all, then each that was held back, and print what it took."""
    touched = set[int]()
    for start in range(0, len(whole), PORTION):
        touched |= observe(ctx, whole[start : start + PORTION])
    with ctx.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "made", whole[0].posted_at)
        rows = [
            NewPost("telegram", f"o/{k}", f"o{k}", f"other {k}", posted_at=whole[0].posted_at) for k in range(others)
        ]
        posts.save(conn, source_id, rows, whole[0].posted_at)
    all_cluster, all_track = passed(ctx, Cluster(), sorted(touched)), passed(ctx, Track(), days(ctx))
    print("| reports | other posts | all clustered, s | all linked, s | peak MB |\n| --- | --- | --- | --- | --- |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {len(whole)} | {others} | {all_cluster:.1f} | {all_track:.1f} | {peak:.0f} |\n", flush=True)
    spent = []
    for one in held:
        buckets = sorted(observe(ctx, [one]))
        with ctx.store.read() as conn:
            looked = len(touched_by(ctx, conn, buckets).posts)
        spent.append((passed(ctx, Cluster(), buckets), looked, passed(ctx, Track(), days(ctx))))
    print("| one report more | median | worst |\n| --- | --- | --- |")
    for title, k, form in (("clustering, s", 0, ".2f"), ("posts looked at", 1, ".0f"), ("linking, s", 2, ".2f")):
        values = sorted(row[k] for row in spent)
        print(f"| {title} | {values[len(values) // 2]:{form}} | {values[-1]:{form}} |")


def observe(ctx: Context, reports: Sequence[Sighting]) -> set[int]:
    """Store posts and what locating would have observed; the buckets that this touches."""
    touched = set[int]()
    with ctx.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "made", reports[0].posted_at)
        rows = [NewPost("telegram", f"m/{s.id}", s.id, s.id, posted_at=s.posted_at) for s in reports]
        ids = posts.save(conn, source_id, rows, reports[0].posted_at).new
        for post_id, report in zip(ids, reports, strict=True):
            touched |= observations.save(conn, post_id, ctx.analyzers["locate"], [], observed(report))
    return touched


def observed(s: Sighting) -> NewObservation:
    """A simulated report as the locator would have observed it."""
    return NewObservation(
        "en", 0.9, s.lat, s.lon, s.radius_km, [asdict(a) for a in s.alternatives], s.seen_from, s.seen_to,
        s.vehicles_min, s.vehicles_max, sorted(s.kinds), s.bearing_deg, asdict(s.from_hint) if s.from_hint else None,
        s.to_hint, "",
    )  # fmt: skip


def passed(ctx: Context, stage: Stage, inputs: Sequence[int]) -> float:
    """Seconds of the processor that one pass takes."""
    began = time.process_time()
    for start in range(0, len(inputs), stage.batch):
        write = stage.run(ctx, inputs[start : start + stage.batch])
        with ctx.store.write() as conn:
            write(conn)
    return time.process_time() - began


def days(ctx: Context) -> list[int]:
    """The days that clustering asked linking to look at, taken off the list."""
    sql = "SELECT input_id FROM work WHERE analyzer_id = :id AND state = 'pending' LIMIT 1000"
    with ctx.store.write() as conn:
        found = list(conn.execute(text(sql), {"id": ctx.analyzers["track"]}).scalars())
        conn.execute(text("DELETE FROM work WHERE analyzer_id = :id"), {"id": ctx.analyzers["track"]})
    return found


if __name__ == "__main__":
    main()
