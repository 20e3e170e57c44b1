"""The work of all stages without a daemon, and what is done once a minute with one."""

from collector import stages
from collector.confirmed_places import sync
from collector.context import Context, now
from collector.stages.base import Stage
from collector.worker import run_once
from db import analyzers


def drain(ctx: Context) -> None:
    """Do all the work that is due, here and now; for `ingest` without a daemon.

    A stage is emptied before the next begins, so that many posts are clustered and linked once, not once each.
    """
    if ctx.settings.dispatch != "local":
        ctx.report("start", "the workers analyse it")
        return
    _ = ctx.locator  # a broken installation shows now, not on every post
    sync(ctx)
    busy = True
    while busy and not ctx.stop.is_set():
        busy = sum(_empty(ctx, stage) for stage in stages.STAGES) > 0
    housekeeping(ctx)


def _empty(ctx: Context, stage: Stage) -> int:
    done = 0
    while not ctx.stop.is_set() and (now_done := run_once(ctx, stage)):
        done += now_done
    return done


def housekeeping(ctx: Context) -> None:
    """Show a new version's results once they are complete; let landmarks follow what people confirmed."""
    sync(ctx)
    with ctx.store.write() as conn:
        if analyzers.promote_if_drained(conn, list(ctx.analyzers.values()), now()):
            ctx.report("analyzers", "a new version is complete and now shown")
