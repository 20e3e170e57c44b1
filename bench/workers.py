"""What do more workers bring, and what does the engine cost a job?

    python -m bench.workers [--posts N] [--clips N] [--jobs N]

Real worker processes on a PostgreSQL of the bench's own, media in a folder. *Scaling*: the same posts to place, and the
same clips to sample, look at and read, by 1, 2 and 4 processes of one job at a time each: processor time of the workers
(and of the processes in which they decode), of the server, and the wall clock; all from the moment when a quarter is
done (each has then loaded what it needs) to the end. *Overhead*: jobs that have nothing to do, against the same work
rows drained by a thread of one machine.
"""

import argparse
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from collector.context import Context, now
from collector.dispatch import engine_state
from collector.dispatch.postgres import arm
from collector.prepare import prepare
from collector.settings import load
from collector.stages import BY_NAME
from collector.stages.arrive import store_posts
from collector.worker import run_once
from db import media, sources, work
from db.rows import NewPost
from db.session import Store
from demo.world import load as load_world
from tests import postgres
from tests.e2e import small
from tests.integration import clips

#: how often one looks how far all is, seconds: looking costs the server, too
LOOK_S = 0.5
#: the share of the work after which one measures: by then each worker has loaded what it thinks with
BEGIN = 0.25
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Moment:
    """How far all is: seconds of the clock, of the workers' and of the server's processor time, and what is done."""

    clock: float
    workers: float
    server: float
    done: int

    def since(self, other: "Moment") -> tuple[float, float, float]:
        """Seconds of the clock in all; milliseconds an item of the workers' and of the server's processor time."""
        count = max(1, self.done - other.done)
        workers, server = self.workers - other.workers, self.server - other.server
        return self.clock - other.clock, 1000 * workers / count, 1000 * server / count


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.workers", description=__doc__.splitlines()[0])
    options.add_argument("--posts", type=int, default=600)
    options.add_argument("--clips", type=int, default=16)
    options.add_argument("--jobs", type=int, default=1000)
    options.add_argument("--processes", type=int, nargs="*", default=[1, 2, 4])
    said = options.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, postgres.running() as database:
        bench = Bench(Path(folder), database)
        print(f"{cores} cores; load of {os.getloadavg()[0]:.1f} before\n")
        print("| what | processes | wall, s | workers' processor time, ms each | server's, ms each |")
        print("| --- | --- | --- | --- | --- |")
        for name, queue, stages, count, fill in (
            ("posts placed", "locate", ("locate",), said.posts, bench.posts),
            ("clips sampled, looked at, read", "media", ("sample", "detect", "read"), said.clips, bench.clips),
        ):
            for processes in said.processes:
                ctx = bench.fresh(f"{queue}{processes}")
                wall, workers, server = bench.work(ctx, queue, stages, processes, partial(fill, ctx, count), count)
                print(f"| {count} {name} | {processes} | {wall:.1f} | {workers:.1f} | {server:.1f} |", flush=True)
        print()
        bench.overhead(said.jobs)


class Bench:
    """One server, a database a measurement."""

    def __init__(self, folder: Path, database: postgres.Server) -> None:
        self.folder, self.database = folder, database

    def fresh(self, name: str) -> Context:
        """An empty store whose work the engine carries."""
        postgres.execute(str(self.database.folder), f"CREATE DATABASE {name}")
        path = small.config(
            self.folder / name, "http://127.0.0.1:9", (), store=self.database.url(name), dispatch="postgres",
            workers__heartbeat_s=5.0, workers__dead_after_s=60.0,
        )  # fmt: skip
        settings = load(path, {})
        store = Store(settings.store_url)
        arm(store, settings)
        ctx = Context(settings, store)
        prepare(ctx)
        return ctx

    def posts(self, ctx: Context, count: int) -> None:
        """Authored posts of the demonstration's world, again and again with another number at their end."""
        texts = [p.text for p in load_world().timeline if p.text]
        rows = [
            NewPost(platform="telegram", native_id=f"bench/{n}", content_hash=str(n), edited=False, channel_id="1",
                    channel_name="bench", posted_at=now(), text=f"{texts[n % len(texts)]} #{n}")
            for n in range(count)
        ]  # fmt: skip
        for first in range(0, count, 20):  # as polls bring them
            with ctx.store.write() as conn:
                source, _ = sources.add(conn, "telegram", "bench", now(), enabled=False)
                store_posts(ctx, conn, source, rows[first : first + 20], fresh=False)
        with ctx.store.write() as conn:  # comparing goes one at a time by nature: not what is asked here
            conn.exec_driver_sql(f"UPDATE work SET state = 'done' WHERE analyzer_id = {ctx.analyzers['compare']}")
            conn.exec_driver_sql(
                "UPDATE convoywatch_engine.procrastinate_jobs SET queue_name = 'x' WHERE lock = 'compare'"
            )

    def clips(self, ctx: Context, count: int) -> None:
        """Six seconds each of a block that moves past a scene."""
        for n in range(count):
            path = clips.write(self.folder / "clip.mp4", clips.moving(clips.scene(n, 1280, 720), 120))
            stored = ctx.media.add_file(path)
            with ctx.store.write() as conn:
                media_id = media.save(conn, stored.sha256, stored.bytes, stored.media_type, now())
                work.enqueue_once(conn, ctx.analyzers["sample"], [media_id])

    def work(
        self, ctx: Context, queue: str, stages: tuple[str, ...], processes: int, fill: Callable[[], None], count: int
    ) -> tuple[float, float, float]:
        """Start so many workers, give them all of it once they are there, and see `Moment.since`."""
        path = ctx.settings.file
        assert path is not None
        analyzers = ",".join(str(ctx.analyzers[s]) for s in stages)
        told = (
            "SELECT count(*) FILTER (WHERE state IN ('done', 'empty')),"
            f" count(*) FILTER (WHERE state NOT IN ('done', 'empty')) FROM work WHERE analyzer_id IN ({analyzers})"
        )

        def look() -> tuple[int, int]:
            with ctx.store.read() as conn:
                done, left = conn.exec_driver_sql(told).one()
            return int(done), int(left)

        before = look()[0]
        crew = [_start(path, "worker", "--queues", queue, "--concurrency", "1") for _ in range(processes)]
        try:
            while engine_state.at_work(ctx.store, 60.0) < processes:
                time.sleep(LOOK_S)
            fill()
            while look()[0] < before + BEGIN * count:
                time.sleep(LOOK_S)
            first = self._moment(crew, look()[0])
            while look()[1]:
                time.sleep(LOOK_S)
            last = self._moment(crew, look()[0])
        finally:
            for process in crew:
                process.send_signal(signal.SIGTERM)
                process.wait()
        ctx.close()
        return last.since(first)

    def _moment(self, crew: list[subprocess.Popen[bytes]], done: int) -> Moment:
        workers = sum(_family_s(str(process.pid)) for process in crew)
        return Moment(time.monotonic(), workers, self._server_s(), done)

    def overhead(self, count: int) -> None:
        """Jobs that find that there is nothing to fetch."""
        ctx = self.fresh("overhead")
        carried = _timed(lambda: _ask(ctx, range(count)))
        carrier, ctx.store.carrier = ctx.store.carrier, None
        plain = _timed(lambda: _ask(ctx, range(count, 2 * count)))
        served = self._server_s()
        alone = time.process_time()
        taken = 0
        with ctx.store.write() as conn:  # the thread of one machine takes the latter half
            conn.exec_driver_sql(f"UPDATE work SET state = 'done' WHERE input_id < {count}")
            conn.exec_driver_sql("TRUNCATE convoywatch_engine.procrastinate_jobs CASCADE")
        began = time.monotonic()
        while run_once(ctx, BY_NAME["poster"]):
            taken += 1
        wall, alone = time.monotonic() - began, time.process_time() - alone
        print(f"| {taken} pieces of work with nothing to do | wall, ms each | processor, ms each | server, ms each |")
        print("| --- | --- | --- | --- |")
        _row("a thread of one machine", taken, wall, alone, self._server_s() - served)
        ctx.store.carrier = carrier

        def fill() -> None:
            _ask(ctx, range(2 * count, 3 * count))

        wall, workers, server = self.work(ctx, "download", ("poster",), 1, fill, count)
        print(f"| a worker, a job each | {wall / (0.75 * count) * 1000:.2f} | {workers:.2f} | {server:.2f} |")
        print(
            f"\nasking for a piece in a transaction of its own: {plain / count:.2f} ms of processor time,"
            f" {carried / count:.2f} ms when the engine carries it"
        )

    def _server_s(self) -> float:
        """Processor time of PostgreSQL so far: of its processes, and of those that have ended."""
        parent = (self.database.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
        own = _seconds(Path(f"/proc/{parent}/stat"), children=True)
        return own + sum(_seconds(stat) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == parent)


def _fields(stat: Path) -> list[str]:
    try:
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it has ended
        return []


def _parent(stat: Path) -> str:
    return (_fields(stat) or ["", ""])[1]


def _seconds(stat: Path, *, children: bool = False) -> float:
    """Processor time of a process, and of its children that have ended."""
    return sum(int(f) for f in _fields(stat)[11 : 15 if children else 13]) / TICKS


def _family_s(parent: str) -> float:
    """Processor time of a worker, of its nursery, and of what these have ended."""
    own = _seconds(Path(f"/proc/{parent}/stat"), children=True)
    nurseries = (stat for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == parent)
    return own + sum(_seconds(stat, children=True) for stat in nurseries)


def _ask(ctx: Context, inputs: range) -> None:
    for n in inputs:
        with ctx.store.write() as conn:
            work.enqueue_once(conn, ctx.analyzers["poster"], [n])


def _timed(what: Callable[[], None]) -> float:
    """Processor time of this process, in milliseconds."""
    before = time.process_time()
    what()
    return 1000 * (time.process_time() - before)


def _row(name: str, count: int, *seconds: float) -> None:
    print(f"| {name} | " + " | ".join(f"{1000 * s / count:.2f}" for s in seconds) + " |", flush=True)


def _start(path: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        small.command(path, *words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=small.quiet_env() | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


if __name__ == "__main__":
    main()
