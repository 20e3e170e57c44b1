"""How much memory does the daemon need on a full store? `python -m bench.store_daemon --posts 100000 1000000`

A real daemon on a copy of the store of `bench.store`, at first without a source that is due: its resident set when it
has nothing to do, and the most that it had (`VmRSS`, `VmHWM` of its process, not of those that decode). Then again with
a source on a loopback server, whose posts of convoys fall into the timeline: when all that follows from them is done.
"""

import argparse
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.store_made import CONFIG, fill
from tests.e2e import small

QUIET_S, LONGEST_S = 20.0, 1200.0


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--posts", type=int, nargs="+", default=[10_000])
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "convoywatch-bench-store")
    asked = given.parse_args()
    for count in asked.posts:
        fill(asked.folder / f"{count}", count)
        with tempfile.TemporaryDirectory(dir=asked.folder) as name:
            folder = Path(name)
            shutil.copy(asked.folder / f"{count}" / "store.sqlite", folder / "store.sqlite")
            with closing(sqlite3.connect(folder / "store.sqlite")) as conn, conn:
                conn.execute("UPDATE sources SET enabled = 0")  # made ones that no server knows
            with small.served(small.convoys(), folder / "world") as server:
                print(f"{count} posts, nothing due: {measure(folder, server.base_url, [])}", flush=True)
                print(f"{count} posts, after a poll: {measure(folder, server.base_url, [small.EAST])}", flush=True)


def measure(folder: Path, server: str, names: list[str]) -> str:
    """What a daemon on this store took until it had done everything."""
    before = _posts(folder)
    with _daemon(folder, server, names) as daemon:
        began = time.monotonic()
        quiet = began
        while time.monotonic() - quiet < QUIET_S and time.monotonic() - began < LONGEST_S:
            time.sleep(1.0)
            if daemon.poll() is not None:
                raise SystemExit((folder / "log").read_text())
            if _at_work(folder) or (names and _posts(folder) == before):
                quiet = time.monotonic()
        told = dict(line.split(":", 1) for line in Path(f"/proc/{daemon.pid}/status").read_text().splitlines())
        used = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
        held, most = (int(told[key].split()[0]) / 1000 for key in ("VmRSS", "VmHWM"))
        seconds = (int(used[11]) + int(used[12])) / 100
    late = "" if time.monotonic() - quiet >= QUIET_S else " (not done yet)"
    new = _posts(folder) - before
    return f"{held:.0f} MB, at most {most:.0f} MB, {seconds:.0f} s of processor, {new} posts new{late}"


@contextmanager
def _daemon(folder: Path, server: str, names: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    lines = [f'store = "sqlite:///{folder}/store.sqlite"', CONFIG.format(folder=folder)]
    lines += ["[http]", f'allow_hosts = ["{server.partition("//")[2]}"]', 'contact = "test@localhost"']
    lines += ["[telegram]", f'base_url = "{server}"', "first_pages = 50"]
    lines += [f'[[sources]]\nname = "{name}"' for name in names]
    (folder / "convoywatch.toml").write_text("\n".join(lines) + "\n")
    with (folder / "log").open("ab") as log:
        command = small.command(folder / "convoywatch.toml", "run")
        daemon = subprocess.Popen(command, stdout=log, stderr=log, env=small.quiet_env())
        try:
            yield daemon
        finally:
            daemon.terminate()
            daemon.wait(120)


def _at_work(folder: Path) -> int:
    return _count(
        folder,
        "SELECT count(*) FROM analyzers a JOIN work w ON w.analyzer_id = a.id AND w.state IN ('pending', 'running')"
        " AND (w.retry_at IS NULL OR w.retry_at < datetime('now'))",
    )


def _posts(folder: Path) -> int:
    return _count(folder, "SELECT max(id) FROM posts")


def _count(folder: Path, sql: str) -> int:
    with closing(sqlite3.connect(folder / "store.sqlite", timeout=60)) as conn:
        return int(conn.execute(sql).fetchone()[0])


if __name__ == "__main__":
    main()
