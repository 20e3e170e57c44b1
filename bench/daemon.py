"""How soon does the daemon poll, and how soon does it stop, whatever it is doing?

    python -m bench.daemon

Real daemon processes against loopback. Start: from the call to the first request that a server sees, with a store that
is there already. Stop: from SIGTERM to the end of the process, while it does one slow thing; after each, no claim may
be held or count as a crash.
"""

import argparse
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from demo.server import DemoServer
from tests.e2e import small

#: what is put into the daemon by a `sitecustomize`, so that one thing takes forever
_SLOW_LINK = """
import time
from collector.stages.track import Track
def run(self, ctx, inputs):
    print("SLOW", flush=True)
    time.sleep(3600)
Track.run = run
"""
_SLOW_DECODE = """
import sys, time
if "collector.sandbox_child" in " ".join(sys.orig_argv):
    import geolocate.frames.sampler as s
    def sample(*_):
        open("{flag}", "w").close()
        time.sleep(3600)
    s.sample = sample
    s.sample.__module__, s.sample.__qualname__ = "geolocate.frames.sampler", "sample"
"""

_CPU: list[float] = []


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.daemon", description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, default=5)
    times = options.parse_args().times
    print("| what | median | longest |")
    print("| --- | --- | --- |")
    for name, measure in (
        ("start: from the call to the first request", first_request),
        ("stop: nothing to do", idle),
        ("stop: a page comes byte by byte", dripping),
        ("stop: a decoding in its sandbox", decoding),
        ("stop: a calculation of a link", linking),
    ):
        taken = [measure() for _ in range(times)]
        print(f"| {name} | {statistics.median(taken):.2f} s | {max(taken):.2f} s |", flush=True)
    print(f"| start: processor time up to the first request | {statistics.median(_CPU):.2f} s | {max(_CPU):.2f} s |")


def _start(path: Path, patch: str = "") -> "subprocess.Popen[bytes]":
    (path.parent / "sitecustomize.py").write_text(patch.replace("{flag}", str(path.parent / "flag")), encoding="utf-8")
    env = small.quiet_env() | {"PYTHONPATH": f"{path.parent}{os.pathsep}{os.getcwd()}"}
    return subprocess.Popen(small.command(path, "run"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)


def _stop(daemon: "subprocess.Popen[bytes]", path: Path) -> float:
    began = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    told, _ = daemon.communicate(timeout=60)
    taken = time.monotonic() - began
    if daemon.returncode or b"Traceback" in told:
        sys.exit(told.decode())
    with closing(sqlite3.connect(path.parent / "data" / "convoywatch.sqlite")) as conn:
        held = conn.execute("SELECT count(*) FROM work WHERE state = 'running' OR crashes > 0").fetchone()[0]
        held += conn.execute("SELECT count(*) FROM sources WHERE claimed_until IS NOT NULL").fetchone()[0]
    if held:
        sys.exit(f"{held} claims were not given back")
    return taken


def _until(true: Callable[[], Any]) -> None:
    while not true():
        time.sleep(0.005)


def first_request() -> float:
    with tempfile.TemporaryDirectory() as name, small.served(small.one_channel(3), Path(name) / "world") as server:
        path = small.config(Path(name), server.base_url, ["quiet_test"])
        small.run(path, "db", "upgrade")
        began = time.monotonic()
        daemon = _start(path)
        _until(lambda: server.requests("/"))
        taken = time.monotonic() - began
        used = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
        _CPU.append((int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK"))  # proc(5): utime, stime
        _stop(daemon, path)
        return taken


def _at(server: DemoServer, folder: Path, names: list[str], patch: str, reached: str, **settings: Any) -> float:
    """Seconds to stop, from the moment at which the daemon does what takes forever."""
    path = small.config(folder, server.base_url, names, **settings)
    daemon = _start(path, patch)
    assert daemon.stdout is not None
    if reached == "flag":
        _until((folder / "flag").exists)
    else:
        _until(lambda: reached.encode() in daemon.stdout.readline())  # type: ignore[union-attr]
    return _stop(daemon, path)


def idle() -> float:
    with tempfile.TemporaryDirectory() as name, small.served(small.one_channel(3), Path(name) / "world") as server:
        return _at(
            server, Path(name), ["quiet_test"], "", "polled", schedule__min_interval_s=60, schedule__max_interval_s=60
        )


def linking() -> float:
    with tempfile.TemporaryDirectory() as name, small.served(small.convoys(), Path(name) / "world") as server:
        return _at(server, Path(name), [small.EAST], _SLOW_LINK, "SLOW", telegram__first_pages=50)


def decoding() -> float:
    with tempfile.TemporaryDirectory() as name, small.served(small.convoys(), Path(name) / "world") as server:
        return _at(server, Path(name), [small.EAST], _SLOW_DECODE, "flag", telegram__first_pages=50)


class _Drip(BaseHTTPRequestHandler):
    asked = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.asked.set()
        try:
            while True:
                self.wfile.write(b" ")
                time.sleep(0.5)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        pass


def dripping() -> float:
    with tempfile.TemporaryDirectory() as name, ThreadingHTTPServer(("127.0.0.1", 0), _Drip) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _Drip.asked.clear()
        path = small.config(Path(name), f"http://127.0.0.1:{server.server_address[1]}", ["quiet_test"],
                            http__respect_robots=False)  # fmt: skip
        daemon = _start(path)
        _Drip.asked.wait()
        taken = _stop(daemon, path)
        server.shutdown()
        return taken


if __name__ == "__main__":
    main()
