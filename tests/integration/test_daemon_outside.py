"""What does the daemon tell those outside: systemd, Prometheus, a feed reader, a webhook, an operator at a terminal?"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import feedparser
import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector.heartbeat import alive
from demo.server import SOFT_BAN
from demo.world import world_of
from tests.e2e import small

NAME = "quiet_test"
GUARD_S = 30.0


def until(true: Callable[[], Any], what: str) -> Any:
    """Waits for something to become so; a guard against hanging, not a measure."""
    ends = time.monotonic() + GUARD_S
    while time.monotonic() < ends:
        if found := true():
            return found
        time.sleep(0.02)
    pytest.fail(f"never came: {what}")


@contextmanager
def running(path: Path, **env: str) -> Iterator["subprocess.Popen[bytes]"]:
    with (path.parent / "daemon.log").open("ab") as log:
        daemon = subprocess.Popen(
            small.command(path, "run", "--json"), stdout=log, stderr=subprocess.STDOUT, env=small.quiet_env() | env
        )
        try:
            yield daemon
        finally:
            daemon.terminate()
            daemon.wait(GUARD_S)
    assert "Traceback" not in told(path)


def told(path: Path) -> str:
    return (path.parent / "daemon.log").read_text()


def health(path: Path, page: str, host: str = "") -> tuple[int, bytes, str]:
    beat = until(lambda: (b := alive(path.parent / "data")) and b.health and b, "the health endpoint")
    request = urllib.request.Request(beat.health + page, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=GUARD_S) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["Content-Type"]


def make_due(path: Path) -> None:
    with closing(sqlite3.connect(path.parent / "data" / "convoywatch.sqlite", timeout=20)) as conn, conn:
        conn.execute("UPDATE sources SET next_check_at = '2025-01-01 00:00:00.000000'")


def test_the_health_endpoint_tells_machines_what_status_tells_people(tmp_path: Path) -> None:
    with small.served(small.one_channel(7), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME], health__port=0, schedule__min_interval_s=60,
                            schedule__max_interval_s=60)  # fmt: skip
        with running(path):
            assert health(path, "/healthz")[:2] == (200, b"ok\n")
            until(lambda: '"polled"' in told(path), "a poll")
            status = json.loads(health(path, "/status")[1])
            assert status["daemon"]["alive"]
            assert status["sources"]["by_state"] == {"ok": 1}
            assert status["sources"]["next"][0]["source"] == f"telegram/{NAME}"
            assert status["disk"]["captures"]["files"] == 1
            code, body, kind = health(path, "/metrics")
            assert code == 200
            assert kind.startswith("text/plain")
            samples = {
                (s.name, tuple(sorted(s.labels.items()))): s.value
                for family in text_string_to_metric_families(body.decode())
                for s in family.samples
            }
            assert samples["convoywatch_polls_total", (("platform", "telegram"), ("result", "history"))] == 1
            assert samples["convoywatch_posts_total", (("platform", "telegram"),)] == 7
            assert samples["convoywatch_fetched_bytes_total", (("platform", "telegram"),)] > 1000
            assert samples["convoywatch_poll_lag_seconds_count", ()] == 1
            assert samples["convoywatch_sources", (("state", "ok"),)] == 1
            assert samples["convoywatch_memory_bytes", ()] > 10e6
            assert health(path, "/nothing")[0] == 404
            assert health(path, "/status", host="evil.example")[0] == 421
            people = small.run(path, "status")
            assert people.returncode == 0, people.stdout.decode()
            assert "alive" in people.stdout.decode()
        gone = small.run(path, "status", "--json")
        assert gone.returncode == 1
        assert json.loads(gone.stdout)["needs"] == ["no daemon is running on this data folder"]


class Receiver(ThreadingHTTPServer):
    """A webhook that fails so many times before it takes anything."""

    daemon_threads = True

    def __init__(self, failures: int) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.failures, self.taken, self.refused = failures, list[dict[str, Any]](), 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?token=SECRET"


class _Taker(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            fails = self.server.failures > 0
            self.server.failures -= fails
            if fails:
                self.server.refused += 1
            else:
                self.server.taken.append(body)
        self.send_response(500 if fails else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def receiving(failures: int) -> Iterator[Receiver]:
    with Receiver(failures) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()


def quick(path: Path) -> None:
    """Alerts are settled at once and retried soon in the daemon that is started next."""
    (path.parent / "sitecustomize.py").write_text(
        "import collector.alerts.watch as w\nw.SETTLE_S = 0.2\nw.FIRST_RETRY_S = 0.2\n", encoding="utf-8"
    )


def test_an_alert_is_delivered_until_it_is_taken_and_survives_a_restart(tmp_path: Path) -> None:
    with small.served(small.one_channel(7), tmp_path / "world") as server, receiving(failures=2) as receiver:
        server.plan = (SOFT_BAN,) * 1000
        path = small.config(tmp_path, server.base_url, [NAME], alerts__webhook=receiver.url, log__file="run.log",
                            schedule__min_interval_s=1, schedule__max_interval_s=1)  # fmt: skip
        quick(path)
        with running(path, PYTHONPATH=str(tmp_path)) as daemon:
            until(lambda: receiver.refused, "a first attempt")
            daemon.kill()
            daemon.wait(GUARD_S)
        assert small.rows(path, "SELECT kind, delivered_at FROM alerts")[0] == ("soft_ban", None)
        with running(path, PYTHONPATH=str(tmp_path)):
            until(lambda: receiver.taken, "the delivery")
            listed = small.run(path, "alerts", "--json")
            assert b'"soft_ban"' in listed.stdout
            assert small.run(path, "status").returncode == 1
            assert small.run(path, "alerts", "ack", "1").returncode == 0
            assert small.run(path, "status").returncode == 0
            server._whims.clear()
            server.plan = ()
            make_due(path)
            until(lambda: small.rows(path, "SELECT 1 FROM alerts WHERE closed_at IS NOT NULL"), "the end of it")
            feed = feedparser.parse(str(path.parent / "data" / "alerts.atom"))
        first = receiver.taken[0]
        assert (first["id"], first["kind"], first["severity"]) == (1, "soft_ban", "error")
        assert [a["id"] for a in receiver.taken].count(1) == 1
        assert not feed.bozo
        assert any("soft ban" in entry.title for entry in feed.entries)  # beside what the silence after it brought
        assert "SECRET" not in told(path)
        log = [json.loads(line) for line in (path.parent / "data" / "run.log").read_text().splitlines()]
        assert {"polled", "failed", "alert"} & {line.get("event") for line in log}
        assert not [line for line in log if "SECRET" in json.dumps(line)]


def test_systemd_is_told_when_it_is_up_alive_and_stopping(tmp_path: Path) -> None:
    with (
        small.served(small.one_channel(2), tmp_path / "world") as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        path = small.config(tmp_path, server.base_url, [NAME])
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(GUARD_S)
        with running(path, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="400000") as daemon:
            assert manager.recv(4096).startswith(b"READY=1\nSTATUS=")
            assert manager.recv(4096) == b"WATCHDOG=1"
            assert manager.recv(4096) == b"WATCHDOG=1"
            path.write_text(path.read_text().replace("min_interval_s = 0.2", "min_interval_s = 0.1"))
            daemon.send_signal(signal.SIGHUP)
            heard = [until_not(manager, b"WATCHDOG=1") for _ in range(2)]
            assert heard[0].startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert heard[1].startswith(b"READY=1")
            daemon.terminate()
            assert until_not(manager, b"WATCHDOG=1") == b"STOPPING=1"


def until_not(manager: socket.socket, skipped: bytes) -> bytes:
    while (heard := manager.recv(4096)) == skipped:
        pass
    return heard


def test_a_reload_brings_sources_destinations_and_versions_without_a_restart(tmp_path: Path) -> None:
    world = world_of([small.channel(n, 100 + i, small.chatter(n, 3)) for i, n in enumerate((NAME, "late_test"))])
    with small.served(world, tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME])
        with running(path) as daemon:
            until(lambda: alive(path.parent / "data") and '"polled"' in told(path), "a poll")
            before = small.rows(path, "SELECT count(*) FROM analyzers")[0][0]
            good = path.read_text()
            path.write_text(good + "\n[nonsense]\n")
            assert small.run(path, "reload").returncode == 2
            os.kill(daemon.pid, signal.SIGHUP)
            until(lambda: "refused, all goes on as before" in told(path), "the refusal")
            assert small.rows(path, "SELECT name FROM sources") == [(NAME,)]
            path.write_text(good.replace('region = ["SY", "LB"]', 'region = ["SY"]').replace("OSLK", "BASE")
                            + '\n[[sources]]\nname = "late_test"\n')  # fmt: skip
            done = small.run(path, "reload")
            assert done.returncode == 0, done.stderr.decode()
            until(lambda: len(small.numbers(path)) == 6, "the posts of the new source")
            assert small.rows(path, "SELECT id FROM destinations WHERE enabled ORDER BY id") == [("BASE",), ("TARTUS",)]
            assert small.rows(path, "SELECT count(*) FROM analyzers")[0][0] > before
            assert small.rows(path, "SELECT count(*) FROM work WHERE crashes > 0") == [(0,)]
            assert daemon.poll() is None
            path.write_text(good.replace('data_dir = "data"', 'data_dir = "elsewhere"'))
            os.kill(daemon.pid, signal.SIGHUP)
            until(lambda: "a change of data_dir and store needs a restart" in told(path), "the refusal to move")
            assert daemon.poll() is None


def test_reload_without_a_daemon_says_what_to_do(tmp_path: Path) -> None:
    path = small.config(tmp_path, "http://127.0.0.1:9", [])
    done = small.run(path, "reload")
    assert done.returncode == 2
    assert b"convoywatch run" in done.stderr
