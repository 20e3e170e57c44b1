"""What does the daemon bear: input that kills it, lost slots, analysis that blocks, threads that do not end?"""

import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from collector.context import Context, now
from collector.dispatch.jobs import POLL_CRASHES
from collector.dispatch.local import Local
from collector.prepare import exclusive
from collector.stages import BY_NAME
from collector.stages.base import Outcome, Write
from db import sources
from db.models import Source
from demo.world import world_of
from tests.e2e import small

NAME = "quiet_test"
GUARD_S = 30.0


def until(true: Callable[[], Any], what: str) -> None:
    ends = time.monotonic() + GUARD_S
    while not true():
        assert time.monotonic() < ends, f"never came: {what}"
        time.sleep(0.02)


def daemon(path: Path, patch: str, *words: str) -> "subprocess.Popen[str]":
    """The real program with a fault put into it."""
    (path.parent / "sitecustomize.py").write_text(patch, encoding="utf-8")
    return subprocess.Popen(
        small.command(path, "run", "--json", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=small.quiet_env() | {"PYTHONPATH": str(path.parent), "PYTHONFAULTHANDLER": ""},
    )  # fmt: skip


KILLER = """
import os
import db.work as w
import geolocate.locate as g
w.SUSPECT_AFTER = 1
right = g.Locator.locate
def locate(self, text, **more):
    if "tomatoes" in text and "report 3:" in text:
        os.kill(os.getpid(), 11)
    return right(self, text, **more)
g.Locator.locate = locate
"""


def test_what_kills_the_program_every_time_is_left_alone_and_harms_no_other(tmp_path: Path) -> None:
    with small.served(small.one_channel(6), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME], schedule__crash_limit=2)
        for _ in range(2):
            dying = daemon(path, KILLER, "--until-idle")
            dying.communicate(timeout=GUARD_S)
            assert dying.returncode == -signal.SIGSEGV
        last = daemon(path, KILLER, "--until-idle")
        told, wrong = last.communicate(timeout=GUARD_S)
        assert last.returncode == 0, wrong
        assert "again and again with locate" in told
        states = small.rows(
            path, "SELECT w.state, w.error_kind, count(*) FROM work w JOIN analyzers a ON a.id = w.analyzer_id "
            "WHERE a.stage = 'locate' GROUP BY 1, 2 ORDER BY 1",
        )  # fmt: skip
        assert {state: (kind, n) for state, kind, n in states}["poisoned"] == ("crash", 1)
        assert sum(n for state, _, n in states if state in ("done", "empty")) == 5
        assert ("locate", "poisoned", "crash", 1) in small.rows(
            path, "SELECT stage, state, error_kind, items FROM v_backlog"
        )
        status = small.run(path, "status", "--json")
        assert status.returncode == 1
        assert "locate: 1 inputs killed the program again and again" in json.loads(status.stdout)["needs"]


def test_a_source_that_kills_the_program_waits_ever_longer(tmp_path: Path) -> None:
    path = small.config(tmp_path, "http://127.0.0.1:9", [NAME])
    with small.inside(path) as ctx:
        waits = []
        for _ in range(POLL_CRASHES + 2):
            with ctx.store.write() as conn:
                sources.check_now(conn, small.source(ctx).id, now())
                assert sources.claim_due(conn, now(), 1, timedelta(hours=1))
            with exclusive(ctx):
                waits.append((small.source(ctx).next_check_at - now()).total_seconds())
        assert all(wait <= 0 for wait in waits[: POLL_CRASHES - 1])
        assert waits[-1] > waits[-2] > 0
        assert small.source(ctx).last_error_kind == "crash"
        with ctx.store.write() as conn:  # ended in order, it is to blame for nothing
            sources.check_now(conn, small.source(ctx).id, now())
        with exclusive(ctx), ctx.store.write() as conn:
            assert sources.claim_due(conn, now(), 1, timedelta(hours=1))
        assert small.source(ctx).claimed_until is None


def test_slots_that_were_lost_are_caught_up_by_one_poll(tmp_path: Path) -> None:
    with small.served(small.one_channel(3), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME], schedule__min_interval_s=600,
                            schedule__max_interval_s=600)  # fmt: skip
        with small.inside(path) as ctx:
            with ctx.store.write() as conn:  # three intervals ago
                conn.execute(update(Source).values(next_check_at=now() - timedelta(seconds=1900), interval_s=600.0))
            local = Local(ctx)
            for _ in range(3):
                local.tick()
                until(lambda: not local.polling(), "the end of the poll")
            local.shut(GUARD_S)
            assert len(server.requests("/s/")) == 1
            assert small.rows(ctx, "SELECT count(*) FROM fetches") == [(1,)]
            assert small.source(ctx).next_check_at > now()


def test_an_analysis_that_blocks_delays_no_poll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Event(), threading.Event()
    right = BY_NAME["locate"].run

    def blocking(ctx: Context, inputs: Sequence[int]) -> Write:
        began.set()
        go_on.wait(GUARD_S * 2)
        return right(ctx, inputs) if not ctx.stop.is_set() else lambda _conn: Outcome()

    monkeypatch.setattr(BY_NAME["locate"], "run", blocking)
    with small.served(small.one_channel(40), tmp_path / "world", shown=4) as server:
        path = small.config(tmp_path, server.base_url, [NAME], schedule__min_interval_s=0.01,
                            schedule__max_interval_s=0.01)  # fmt: skip
        with small.inside(path) as ctx:
            local = Local(ctx)
            local.start()
            try:
                for polls in range(1, 5):
                    server.reveal(2)

                    def polled(wanted: int = polls) -> bool:
                        local.tick()
                        return bool(small.rows(ctx, "SELECT count(*) FROM fetches")[0][0] >= wanted)

                    until(polled, f"poll {polls}")
                assert began.is_set()
                assert len(small.numbers(ctx)) >= 10
                assert small.rows(ctx, "SELECT count(*) FROM observations") == [(0,)]
            finally:
                go_on.set()
                ctx.stop.set()
                ctx.wake.set()
                assert local.shut(GUARD_S) == []


STUCK_LINKING = """
import collector.daemon as d
d.PATIENCE_S = 0.5
import threading, time
from collector.stages.track import Track
def run(self, ctx, inputs):
    ctx.report("track", "linking")
    time.sleep(3600)
Track.run = run
"""


def test_a_calculation_that_does_not_end_delays_no_stop_and_is_done_after_the_next_start(tmp_path: Path) -> None:
    told_by_east = [small.post(small.EAST, n, when, text) for n, (name, when, text, _) in enumerate(small.REPORTS, 1)
                    if name == small.EAST]  # fmt: skip
    world = world_of([small.channel(small.EAST, 1, told_by_east)])
    with small.served(world, tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [small.EAST])
        stuck = daemon(path, STUCK_LINKING)
        assert stuck.stdout is not None
        until(lambda: '"linking"' in stuck.stdout.readline(), "the linking")  # type: ignore[union-attr]
        stuck.terminate()
        told, wrong = stuck.communicate(timeout=GUARD_S)
        assert stuck.returncode == 0, wrong
        events = [json.loads(line)["message"] for line in told.splitlines()]
        assert any(event.startswith("not waiting for") and "track" in event for event in events)
        assert "stopped in order" in events[-1]
        assert small.rows(path, "SELECT count(*) FROM work WHERE state = 'running' OR crashes > 0") == [(0,)]
        assert small.run(path, "run", "--until-idle").returncode == 0
        assert small.rows(path, "SELECT count(*) FROM v_tracks")[0][0] >= 1


def test_a_server_that_never_answers_delays_no_stop(tmp_path: Path) -> None:

    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        path = small.config(tmp_path, f"http://127.0.0.1:{mute.getsockname()[1]}", [NAME], http__timeout_s=600)
        waiting = daemon(path, "import collector.daemon as d\nd.PATIENCE_S = 1.0\n")
        mute.settimeout(GUARD_S)
        connection, _ = mute.accept()
        with connection:
            waiting.terminate()
            told, wrong = waiting.communicate(timeout=GUARD_S)
        assert waiting.returncode == 0, wrong
        assert "stopped in order" in json.loads(told.splitlines()[-1])["message"]
        assert small.rows(path, "SELECT failures, claimed_until, crashes FROM sources") == [(0, None, 0)]
