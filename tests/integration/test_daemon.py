"""Does the daemon start alone, bear a dead network, and stop in order?"""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from collector import worker
from collector.context import Context
from collector.stages import STAGES
from collector.worker import BUG_TRIES, keep_draining
from db import work
from tests.e2e import small

NAME = "quiet_test"
NOWHERE = "http://127.0.0.1:9"  # nothing listens on the discard port


def started(path: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        small.command(path, "run", "--json", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=small.quiet_env(),
    )  # fmt: skip


def wait_for(daemon: "subprocess.Popen[str]", event: str) -> float:
    """Reads events until one of that kind; seconds that took."""
    began = time.monotonic()
    assert daemon.stdout is not None
    for line in daemon.stdout:
        if json.loads(line)["event"] == event:
            return time.monotonic() - began
    pytest.fail(f"the daemon ended without {event}: {daemon.stderr.read() if daemon.stderr else ''}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with small.served(small.one_channel(40), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME], telegram__first_pages=9, http__gap_s=1.0)
        daemon = started(path)
        wait_for(daemon, "due")  # it waits for its turn to ask for the second page
        began = time.monotonic()
        daemon.send_signal(number)
        told, wrong = daemon.communicate(timeout=15)
        assert time.monotonic() - began < 10
        assert daemon.returncode == 0, wrong
        assert "stopped in order" in json.loads(told.splitlines()[-1])["message"]
        assert "Traceback" not in wrong
        assert small.rows(path, "SELECT count(*) FROM sources WHERE failures > 0") == [(0,)]


def test_a_second_daemon_on_one_folder_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with small.served(small.one_channel(3), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME])
        daemon = started(path)
        try:
            wait_for(daemon, "polled")
            small.config(tmp_path, server.base_url, [NAME, "other_test"], locate__region=["TR"])
            second = small.run(path, "run", "--until-idle")
            assert second.returncode == 2
            assert f"process {daemon.pid}" in second.stderr.decode()
            assert b"Traceback" not in second.stderr
            assert small.rows(path, "SELECT name FROM sources") == [(NAME,)]
            assert small.rows(path, "SELECT count(*) FROM analyzers") == [(len(STAGES),)]
            assert daemon.poll() is None
        finally:
            daemon.terminate()
            daemon.communicate(timeout=15)


def test_without_a_network_each_source_says_so_and_when_it_is_asked_again(tmp_path: Path) -> None:
    path = small.config(tmp_path, NOWHERE, ["one_test", "two_test"], schedule__min_interval_s=60,
                        schedule__max_interval_s=90)  # fmt: skip
    told = small.run(path, "run", "--until-idle")
    assert told.returncode == 0, told.stderr.decode()
    assert b"Traceback" not in told.stderr
    listed = [json.loads(line) for line in small.run(path, "sources", "list", "--json").stdout.splitlines()]
    assert [s["state"] for s in listed] == ["error", "error"]
    assert all(s["last_error"] and s["last_error_kind"] == "retry" and s["next_check_at"] for s in listed)
    assert "next attempt in 2 min" in told.stdout.decode()
    people = small.run(path, "sources", "list").stdout.decode()
    assert "error" in people
    assert "one_test" in people


def test_a_store_that_fails_for_a_while_ends_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = small.config(tmp_path, NOWHERE, [])
    with small.inside(path) as ctx:
        asked: list[int] = []

        def failing(ctx: Context, _stage: object) -> int:
            asked.append(1)
            if len(asked) > 2:
                ctx.stop.set()
            if len(asked) < 3:
                raise OSError("no space left on device")
            return 0

        monkeypatch.setattr("collector.worker.run_once", failing)
        monkeypatch.setattr("collector.worker.STORE_RETRY_S", 0.01)
        keep_draining(ctx, STAGES[:1])
        assert len(asked) == 3
        assert "the store failed" in caplog.text


def test_what_fails_by_a_fault_of_ours_is_tried_a_few_times_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small.served(small.one_channel(1), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME])
        with small.inside(path) as ctx:
            monkeypatch.setattr(worker, "FIRST_RETRY_S", 0.0)
            monkeypatch.setattr("collector.stages.locate._evidence", lambda *_: "".index("surprise"))
            small.collect(ctx, NAME)
            told = small.rows(
                ctx,
                "SELECT state, attempts, error_kind FROM work w JOIN analyzers a ON a.id = w.analyzer_id "
                "WHERE stage = 'locate'",
            )
            assert told == [("failed", BUG_TRIES, "bug")]
            with ctx.store.read() as conn:
                assert work.open_count(conn, small.at(9000, "00:00")) == {}
