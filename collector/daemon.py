"""The long-running program: APScheduler as the clock, signals, and a shutdown in order."""

import logging
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler

from collector import stages
from collector.context import Context, now
from collector.dispatch.local import Local
from collector.lock import DaemonLock
from collector.stages.base import Stage
from collector.stages.download import SCRATCH
from collector.worker import run_once
from db import analyzers, sources, tracks, work
from db.migrate import upgrade

log = logging.getLogger("collector.daemon")

HOUSEKEEPING_S = 60.0


def prepare(ctx: Context) -> None:
    """Bring store and configuration together: schema, destinations, sources, analyzer versions."""
    upgrade(ctx.store)
    with ctx.store.write() as conn:
        tracks.sync_destinations(conn, [d.model_dump() for d in ctx.settings.destinations])
        for line in ctx.settings.sources:
            sources.add(conn, line.platform, line.name, now(), enabled=line.enabled)
    stages.register(ctx)


@contextmanager
def exclusive(ctx: Context) -> Iterator[None]:
    """Be the one process that works on this SQLite store, and prepare it; what a killed one held is free again."""
    with DaemonLock(ctx.settings.data):
        prepare(ctx)
        with ctx.store.write() as conn:
            work.release_all(conn)
            sources.release_all(conn)
        for folder in (ctx.captures, ctx.frames, ctx.media):
            folder.clean_temp(0)
        shutil.rmtree(ctx.settings.data / SCRATCH, ignore_errors=True)
        yield


def run(ctx: Context, *, until_idle: bool = False) -> None:
    """Run until a signal, or, with `until_idle`, until every source was asked (or backs off) and no work is left."""
    with _signals(ctx.stop), exclusive(ctx):
        _ = ctx.locator  # a broken installation shows now, not on every post
        local = Local(ctx)
        clock = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        tick = ctx.settings.schedule.tick_s
        clock.add_job(local.tick, "interval", seconds=tick, next_run_time=now())
        clock.add_job(_housekeeping, "interval", seconds=HOUSEKEEPING_S, args=(ctx,))
        began = now()
        local.start()
        clock.start()
        try:
            while not ctx.stop.wait(min(tick, 0.2)):
                if until_idle and _idle(ctx, local, began):
                    break
        finally:
            ctx.stop.set()
            ctx.wake.set()
            clock.shutdown(wait=True)
            local.shut()
        _housekeeping(ctx)


def drain(ctx: Context) -> None:
    """Do all the work that is due, here and now; for `ingest` without a daemon.

    A stage is emptied before the next begins, so that many posts are clustered and linked once, not once each.
    """
    _ = ctx.locator  # as in `run`
    busy = True
    while busy and not ctx.stop.is_set():
        busy = sum(_empty(ctx, stage) for stage in stages.STAGES) > 0
    _housekeeping(ctx)


def _empty(ctx: Context, stage: Stage) -> int:
    done = 0
    while not ctx.stop.is_set() and (now_done := run_once(ctx, stage)):
        done += now_done
    return done


def _idle(ctx: Context, local: Local, began: datetime) -> bool:
    if local.polling():
        return False
    with ctx.store.read() as conn:
        waiting = [s for s in sources.listing(conn) if s.enabled and not (s.last_fetch_at and s.last_fetch_at >= began)]
        # a source that backs off was asked before, and is not asked sooner for our impatience
        asked = all(s.failures and s.next_check_at and s.next_check_at > now() for s in waiting)
        return asked and not work.open_count(conn, now())


def _housekeeping(ctx: Context) -> None:
    """Show a new version's results once they are complete."""
    with ctx.store.write() as conn:
        if analyzers.promote_if_drained(conn, list(ctx.analyzers.values()), now()):
            ctx.report("analyzers", "a new version is complete and now shown")


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`; a second one ends the process the hard way, which loses nothing."""

    def on_signal(number: int, _frame: object) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    old = {s: signal.signal(s, on_signal) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
