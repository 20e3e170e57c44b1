"""What comes before any work: store and configuration together, and nobody else at it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from collector import configured, stages
from collector.context import Context, now
from collector.dispatch import engine_state
from collector.dispatch.jobs import POLL_CRASHES
from collector.errors import Misconfigured
from collector.lock import DaemonLock
from collector.stages.download import SCRATCH
from collector.worker import Crash
from db import sources, tracks, work
from db.migrate import upgrade


def prepare(ctx: Context) -> None:
    """Bring store and configuration together: schema, destinations, sources, analyzer versions."""
    upgrade(ctx.store)
    if ctx.settings.dispatch == "postgres":
        from collector.dispatch.postgres import prepare_engine

        prepare_engine(ctx)
    with ctx.store.write() as conn:
        tracks.sync_destinations(conn, [d.model_dump() for d in ctx.settings.destinations])
        configured.sync(conn, ctx.settings.sources)
    stages.register(ctx)


@contextmanager
def exclusive(ctx: Context) -> Iterator[None]:
    """Be the one process that works on this SQLite store, and prepare it; what a killed one held is free again.

    With workers on many machines it is only the one scheduler on this data folder: what workers hold is theirs.
    """
    with DaemonLock(ctx.settings.data):
        prepare(ctx)
        if ctx.settings.dispatch != "local":
            yield
            return
        if others := engine_state.at_work(ctx.store, ctx.settings.workers.dead_after_s):
            raise Misconfigured(f'{others} workers are at work on this store: set dispatch = "postgres"')
        _count_crashes(ctx)
        give_back(ctx)
        for folder in (ctx.captures, ctx.frames, ctx.media):
            folder.clean_temp(0)
        shutil.rmtree(ctx.settings.data / SCRATCH, ignore_errors=True)
        try:
            yield
        finally:  # in order: what is held now is not to blame for anything
            give_back(ctx)


def _count_crashes(ctx: Context) -> None:
    """What is still claimed was in hand when the process before us died; what kills us every time is left alone."""
    with ctx.store.write() as conn:
        for stage, input_id in work.blame(conn, stages.INNOCENT, now(), ctx.settings.schedule.crash_limit):
            error = Crash(f"the program died again and again with {stage} {input_id} in hand; it is left alone")
            if stage in stages.BY_NAME:
                stages.BY_NAME[stage].failed(conn, input_id, error)
            ctx.report("failed", str(error))
        if ctx.settings.schedule.crash_limit:
            sources.blame(conn, now(), POLL_CRASHES, timedelta(seconds=ctx.settings.schedule.min_interval_s))


def give_back(ctx: Context) -> None:
    """Nobody holds any work or source."""
    with ctx.store.write() as conn:
        work.release_all(conn)
        sources.release_all(conn)
