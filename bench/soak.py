"""Does the daemon lose, double or hurry anything in a week, compressed, in which it is killed again and again?

    python -m bench.soak --sources 500 --minutes 30 --kills 100 --seed 1

Real daemon processes against hosts on loopback (bench/soak_server.py); the moments of SIGKILL are random, and each
killed daemon is started again at once. Prints a table, and ends with code 1 when a promise was broken.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.soak_server import Hosts, plan

#: a request is noted where it arrives, a little later or sooner after the one before than it was sent
_NOISE_S = 0.005


@dataclass
class Seen:
    """What was measured from outside. Memory in MB, with seconds since the start."""

    memory: list[tuple[float, float]] = field(default_factory=list)
    starts: int = 0
    shutdown_s: float = 0.0
    ended_well: bool = False
    last_turn_s: float = 0.0


def main() -> None:
    options = _options()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="soak"))
    start = datetime.now(UTC) + timedelta(seconds=2)
    world = plan(options.sources, options.posts, start, options.minutes * 60, options.seed)
    with Hosts(world, options.hosts) as hosts:
        path = _config(folder, hosts, options)
        seen = Seen()
        _week(path, options, seen)
        _finish(path, seen)
        rows, wrong = _judge(folder / "data", hosts, options, seen)
    print(f"| {options.sources} sources, {options.minutes:g} min, {options.kills} kills, seed {options.seed} | |")
    print("| --- | --- |")
    for name, value in rows:
        print(f"| {name} | {value} |")
    for line in wrong:
        print(f"WRONG: {line}")
    if not options.folder and not wrong:
        shutil.rmtree(folder)
    else:
        print(f"kept: {folder}")
    sys.exit(1 if wrong else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--posts", type=int, default=20, help="posts a source (default: %(default)s)")
    parser.add_argument("--hosts", type=int, default=12, help="hosts of feeds beside Telegram's (default: %(default)s)")
    parser.add_argument("--gap", type=float, default=0.1, help="seconds between requests to a host")
    parser.add_argument("--folder", help="keep everything there (default: a temporary one)")
    return parser.parse_args()


def _config(folder: Path, hosts: Hosts, options: argparse.Namespace) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    allowed = json.dumps([h.base.removeprefix("http://") for h in hosts.all()])
    lines = [
        'data_dir = "data"', "[http]", f"gap_s = {options.gap}", "jitter = 0.1", 'contact = "soak@localhost"',
        "timeout_s = 10", f"allow_hosts = {allowed}", "[telegram]", f'base_url = "{hosts.telegram.base}"',
        "first_pages = 10", "[schedule]", "tick_s = 0.25", "min_interval_s = 5", "max_interval_s = 120", "pollers = 8",
        "[health]", "port = 0", "[locate]", 'region = ["SY", "LB"]', "[log]", 'file = "run.log"', 'level = "warning"',
        "[[destinations]]", 'id = "OSLK"', 'name = "Khmeimim airbase"', "lat = 35.411", "lon = 35.949",
    ]  # fmt: skip
    for name in hosts.plan.telegram:
        lines += ["[[sources]]", f'name = "{name}"', 'platform = "telegram"']
    for name in hosts.plan.feeds:
        lines += ["[[sources]]", f'name = "{hosts.feed_url(name)}"', 'platform = "feed"']
    path = folder / "convoywatch.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _daemon(path: Path, *words: str) -> "subprocess.Popen[bytes]":
    env = {k: v for k, v in os.environ.items() if not k.startswith("CONVOYWATCH_")}
    env["MALLOC_ARENA_MAX"] = "2"  # as in deploy/convoywatch.service
    command = [sys.executable, "-m", "collector.cli", "--config", str(path), "run", "--json", *words]
    with (path.parent / "daemon.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env)


def _week(path: Path, options: argparse.Namespace, seen: Seen) -> None:
    """Live until the end, dying at random moments in between; then stop in order."""
    dice = random.Random(options.seed + 1)
    began, length = time.monotonic(), options.minutes * 60
    kills = sorted(dice.uniform(0, length * 0.97) for _ in range(options.kills))
    daemon = _daemon(path)
    seen.starts = 1
    for at in [*kills, length]:
        while (passed := time.monotonic() - began) < at:
            if daemon.poll() is not None:
                raise SystemExit(f"the daemon ended by itself with {daemon.returncode}: {path.parent / 'daemon.log'}")
            seen.memory.append((passed, _memory_mb(daemon.pid)))
            time.sleep(min(1.0, at - passed))
        if at < length:
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            daemon = _daemon(path)
            seen.starts += 1
    asked = time.monotonic()
    daemon.terminate()
    seen.ended_well = daemon.wait(60) == 0
    seen.shutdown_s = time.monotonic() - asked


def _finish(path: Path, seen: Seen) -> None:
    """Ask every source once more and do what is left."""
    began = time.monotonic()
    last = _daemon(path, "--until-idle")
    last.wait(1800)
    seen.last_turn_s = time.monotonic() - began


def _memory_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _judge(
    data: Path, hosts: Hosts, options: argparse.Namespace, seen: Seen
) -> tuple[list[tuple[str, str]], list[str]]:
    wrong = [] if seen.ended_well else ["the last daemon did not stop in order"]
    with closing(sqlite3.connect(f"{(data / 'convoywatch.sqlite').as_uri()}?mode=ro", uri=True)) as conn:
        rows = _posts(conn, hosts, options, wrong) + _polls(conn, wrong)
    gap, quickest = _gaps(hosts, options, wrong)
    memory = [mb for _, mb in seen.memory if mb > 1]
    by_fifth = [_most(seen.memory, options.minutes * 60, n) for n in range(5)]
    rows += [
        ("daemons started", f"{seen.starts}"),
        ("requests that hosts saw", f"{sum(len(h.asked) for h in hosts.all()):,} on {len(hosts.all())} hosts"),
        (
            "configured gap; least gap seen by a host; 1st percentile",
            f"{options.gap:g} s; {quickest:.3f} s; {gap:.3f} s",
        ),
        ("memory of the daemon: median, most", f"{statistics.median(memory):.0f} MB, {max(memory):.0f} MB"),
        ("most memory in each fifth of the time", ", ".join(f"{mb:.0f}" for mb in by_fifth) + " MB"),
        ("ordered shutdown", f"{seen.shutdown_s:.1f} s"),
        ("last turn (every source once, all work done)", f"{seen.last_turn_s:.0f} s"),
    ]
    return rows, wrong


def _most(memory: Sequence[tuple[float, float]], length: float, fifth: int) -> float:
    return max((mb for at, mb in memory if fifth <= at / length * 5 < fifth + 1), default=0.0)


def _posts(
    conn: sqlite3.Connection, hosts: Hosts, options: argparse.Namespace, wrong: list[str]
) -> list[tuple[str, str]]:
    expected = hosts.plan.expected()
    stored: dict[str, list[str]] = {}
    waits = []
    for native_id, text, posted, collected in conn.execute(
        "SELECT native_id, text, posted_at, collected_at FROM posts WHERE is_current"
    ):
        key = _key(str(native_id))
        stored.setdefault(key, []).append(text)
        waits.append((datetime.fromisoformat(collected) - datetime.fromisoformat(posted)).total_seconds())
    missing, twice = expected.keys() - stored.keys(), [k for k, v in stored.items() if len(v) > 1]
    other = [k for k, v in stored.items() if k not in expected or v[0].strip() != expected[k]]
    for what, keys in (("are missing", missing), ("are stored twice", twice), ("are not as published", other)):
        if keys:
            wrong.append(f"{len(keys)} posts {what}: {sorted(keys)[:5]}")
    rate = len(expected) / (options.minutes * 60)
    return [
        ("posts published, stored once each", f"{len(expected):,}, {len(stored) - len(twice):,}"),
        ("posts/s", f"{rate:.1f}"),
        ("from publication to the store: median, 95 %", f"{_part(waits, 0.5):.0f} s, {_part(waits, 0.95):.0f} s"),
    ]


def _key(native_id: str) -> str:
    """The planned name of a post: a feed's is in its guid, Telegram's ids stand on the number of the channel."""
    owner, _, number = native_id.rpartition("#")[2].rpartition("/")
    return f"soak_{int(owner) - 10_000:04d}/{number}" if owner.isdigit() else f"{owner}/{number}"


def _polls(conn: sqlite3.Connection, wrong: list[str]) -> list[tuple[str, str]]:
    lags = [
        (datetime.fromisoformat(started) - datetime.fromisoformat(slot)).total_seconds()
        for slot, started in conn.execute("SELECT slot, started_at FROM fetches")
    ]
    states = dict(conn.execute("SELECT coalesce(error_kind, state), count(*) FROM fetches GROUP BY 1").fetchall())
    work = dict(conn.execute("SELECT state, count(*) FROM work GROUP BY 1").fetchall())
    for state in ("pending", "running", "failed", "poisoned"):
        if work.get(state):
            wrong.append(f"{work[state]} pieces of work are {state}")
    return [
        ("polls by result", ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))),
        ("lag from due to fetched: median, 95 %, most",
         f"{_part(lags, 0.5):.1f} s, {_part(lags, 0.95):.1f} s, {max(lags, default=0):.1f} s"),
        ("work done", ", ".join(f"{count:,} {state}" for state, count in sorted(work.items()))),
    ]  # fmt: skip


def _gaps(hosts: Hosts, options: argparse.Namespace, wrong: list[str]) -> tuple[float, float]:
    """The first percentile and the least of the gaps that any host saw."""
    gaps: list[float] = []
    for host in hosts.all():
        gaps += host.gaps()
        hurried = [g for g in host.gaps() if g < options.gap - max(_NOISE_S, 0.1 * options.gap)]
        if hurried:
            wrong.append(f"{host.base} was asked {len(hurried)} times faster than its gap; least {min(hurried):.3f} s")
    return _part(gaps, 0.01), min(gaps, default=0.0)


def _part(values: Sequence[Any], share: float) -> float:
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) if ordered else 0.0


if __name__ == "__main__":
    main()
