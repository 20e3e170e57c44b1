"""Does reading back to a date bring every post, stop where it should, and survive whatever interrupts it?"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.errors import RetryLater
from collector.stages.backfill import ASK_AGAIN, backfill, step
from db import look_back
from demo.world import DemoPost, world_of
from tests.e2e import small
from tests.e2e.small import Moody, numbers, poll_now, source

NAME = "quiet_test"
Start = Callable[..., tuple[Moody, Context]]
EVER = datetime(2013, 8, 14, tzinfo=UTC)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(posts: Sequence[DemoPost], *, page_size: int = 5, **keys: Any) -> tuple[Moody, Context]:
            world = world_of([small.channel(NAME, 1001, posts)])
            server = stack.enter_context(small.served(world, tmp_path / "world", page_size=page_size))
            path = small.config(tmp_path, server.base_url, [NAME], **({"telegram__first_pages": 1} | keys))
            ctx = stack.enter_context(small.inside(path))
            poll_now(ctx)
            return server, ctx

        yield begin


def begin_at(ctx: Context, since: datetime = EVER) -> None:
    with ctx.store.write() as conn:
        look_back.begin_backfill(conn, source(ctx).id, since)


def read_all(ctx: Context, most: int = 100) -> int:
    """Pages until it is done."""
    for n in range(1, most + 1):
        if step(ctx, source(ctx))[1]:
            return n
    raise AssertionError("it does not end")


def asked(server: Moody) -> list[str]:
    return [a.path.partition("before=")[2] for a in server.requests("/s/")]


def test_everything_back_to_the_first_post_is_read_and_no_page_twice(start: Start) -> None:
    server, ctx = start(small.chatter(NAME, 42))
    server.forget()
    begin_at(ctx)
    read_all(ctx)
    assert numbers(ctx) == list(range(1, 43))
    assert len(asked(server)) == len(set(asked(server))) == 9
    assert source(ctx).backfill_since is None


def test_it_stops_at_the_date(start: Start) -> None:
    posts = small.chatter(NAME, 60)
    server, ctx = start(posts)
    begin_at(ctx, posts[29].at)
    read_all(ctx)
    assert numbers(ctx) == list(range(26, 61))  # the page of the date is kept whole
    begin_at(ctx, posts[9].at)  # an earlier date goes on where that ended
    server.forget()
    read_all(ctx)
    assert numbers(ctx) == list(range(6, 61))
    assert asked(server)[0] == "26"


def test_links_that_are_missing_and_stretches_that_were_deleted_do_not_end_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.render._more", lambda *_: "")  # no link to an older page
    posts = [p for p in small.chatter(NAME, 400) if not 30 <= p.native_id < 330]
    _, ctx = start(posts)
    begin_at(ctx)
    read_all(ctx)
    assert numbers(ctx) == [p.native_id for p in posts]


def test_a_channel_whose_first_post_is_gone_ends(start: Start) -> None:
    _, ctx = start([p for p in small.chatter(NAME, 23) if p.native_id > 7])
    begin_at(ctx)
    read_all(ctx)
    assert numbers(ctx) == list(range(8, 24))


def test_a_server_that_ignores_the_cursor_makes_no_loop_and_no_early_end(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ctx = start(small.chatter(NAME, 30))
    begin_at(ctx)
    step(ctx, source(ctx))
    with monkeypatch.context() as patch:
        patch.setattr("demo.handler._number", lambda text: None)
        with pytest.raises(RetryLater, match="nothing older"):
            step(ctx, source(ctx))
        backfill(ctx, source(ctx))
    kept = look_back.backfill_of(source(ctx))
    assert (kept.before, kept.failures) == ("26", 1)
    assert kept.not_before is not None
    read_all(ctx)
    assert numbers(ctx) == list(range(1, 31))


def test_one_that_ignores_it_every_time_is_at_its_end(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ctx = start(small.chatter(NAME, 30))
    begin_at(ctx)
    step(ctx, source(ctx))
    monkeypatch.setattr("demo.handler._number", lambda text: None)
    for _ in range(ASK_AGAIN):
        backfill(ctx, source(ctx))
        assert source(ctx).backfill_since is not None
    backfill(ctx, source(ctx))
    assert source(ctx).backfill_since is None


@pytest.mark.parametrize("status", [503, 404, 200])
def test_a_page_that_fails_is_asked_for_again_later_and_nothing_is_skipped(start: Start, status: int) -> None:
    server, ctx = start(small.chatter(NAME, 40))
    begin_at(ctx)
    step(ctx, source(ctx))
    server.fail_after(0, status)
    backfill(ctx, source(ctx))
    kept = look_back.backfill_of(source(ctx))
    assert (kept.before, kept.failures) == ("36", 1)
    assert not look_back_due(ctx, datetime.now(UTC))
    poll_now(ctx)  # served again
    read_all(ctx)
    assert numbers(ctx) == list(range(1, 41))
    assert look_back.backfill_of(source(ctx)).failures == 0


def test_a_layout_that_shows_no_messages_is_no_end(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ctx = start(small.chatter(NAME, 30))
    begin_at(ctx)
    step(ctx, source(ctx))
    with monkeypatch.context() as patch:
        patch.setattr("demo.render.render_message", lambda *_: '<div class="new_layout">?</div>')
        with pytest.raises(RetryLater):
            step(ctx, source(ctx))
    read_all(ctx)
    assert numbers(ctx) == list(range(1, 31))


def look_back_due(ctx: Context, at: datetime) -> bool:
    with ctx.store.read() as conn:
        return look_back.backfill_due(conn, at)


def test_one_source_is_claimed_a_turn_and_not_while_its_polls_fail(start: Start) -> None:
    server, ctx = start(small.chatter(NAME, 40))
    at, lease = datetime.now(UTC) + timedelta(seconds=1), timedelta(minutes=5)
    assert not look_back_due(ctx, at)
    begin_at(ctx)
    with ctx.store.write() as conn:
        (claimed,) = look_back.claim_backfill(conn, at, 5, lease)
        assert look_back.claim_backfill(conn, at, 5, lease) == []
        look_back.release_backfill(conn, claimed)
        assert len(look_back.claim_backfill(conn, at, 5, lease)) == 1
    backfill(ctx, claimed)
    assert source(ctx).claimed_until is None
    server.fail_next(1)
    poll_now(ctx)
    assert not look_back_due(ctx, at)


def test_the_command_reads_it_all_and_says_so(start: Start) -> None:
    _, ctx = start(small.chatter(NAME, 40))
    path = ctx.settings.file
    assert path is not None
    done = small.run(path, "sources", "backfill", NAME, "--since", "2020-01-01")
    assert done.returncode == 0, done.stderr
    assert b"read back to 2025-03-03" in done.stdout
    assert numbers(ctx) == list(range(1, 41))
    unknown = small.run(path, "sources", "backfill", "nobody_test", "--since", "2020-01-01")
    assert (unknown.returncode, b"sources add" in unknown.stderr) == (1, True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_or_interrupted_it_goes_on_where_it_was(start: Start, how: signal.Signals) -> None:
    server, ctx = start(small.chatter(NAME, 200), http__gap_s=0.05)
    path = ctx.settings.file
    assert path is not None
    server.forget()
    words = ("sources", "backfill", NAME, "--since", "2020-01-01")
    child = subprocess.Popen(
        small.command(path, *words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=small.quiet_env()
    )
    deadline = time.monotonic() + 30
    while len(asked(server)) < 8 and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(how)
    _, told = child.communicate(timeout=30)
    assert child.returncode == (-how if how == signal.SIGKILL else 130), told
    assert small.run(path, *words).returncode == 0
    assert numbers(ctx) == list(range(1, 201))
    assert small.rows(ctx, "SELECT count(*) FROM posts") == [(200,)]
    assert len(asked(server)) <= 41 + 2  # one page may be read twice: it was not stored yet


def test_a_running_daemon_goes_on_with_it_between_polls(start: Start) -> None:
    _, ctx = start(small.chatter(NAME, 60))
    path = ctx.settings.file
    assert path is not None
    begin_at(ctx)
    daemon = subprocess.Popen(
        small.command(path, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=small.quiet_env()
    )
    try:
        deadline = time.monotonic() + 60
        while source(ctx).backfill_since is not None and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)
    assert numbers(ctx) == list(range(1, 61))
