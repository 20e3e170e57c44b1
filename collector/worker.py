"""Take an input, run a stage, store the result: the only place that catches what nobody expected."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from collector.context import Context, now
from collector.dispatch.jobs import Job
from collector.errors import ConvoywatchError, NoRoom, RetryLater
from collector.stages.base import Outcome, Stage, Write
from db import work
from db.types import AnyRow
from db.work import Claim

log = logging.getLogger("collector.worker")

LEASE = timedelta(minutes=30)
#: first wait after a failure, doubled each time up to the longest; never given up for good
FIRST_RETRY_S, LONGEST_RETRY_S = 30.0, 24 * 3600.0
#: what fails for a reason that nobody foresaw is tried this often
BUG_TRIES = 3
#: how long an idle thread waits before it looks again, and one that cannot reach the store, seconds
IDLE_S, STORE_RETRY_S = 0.5, 10.0
#: so often a transaction is tried again at once that was ended for another's sake (serialisation failure, deadlock)
DEADLOCK_TRIES, _IN_THE_WAY = 4, ("40001", "40P01")
#: held while a suspect is in hand: one at a time, so that when the program dies, it is clear with which
_SUSPECT = threading.Lock()


class Bug(ConvoywatchError):
    """An exception that is not in the error tree: a fault of this program, worth a report."""

    kind = "bug"


class Superseded(ConvoywatchError):
    """Another has taken this work over, since this process was held for dead; what it found out is not written."""

    kind = "superseded"


class Crash(ConvoywatchError):
    """The program died with this in hand, again and again."""

    kind = "crash"


def keep_draining(ctx: Context, stages: Sequence[Stage]) -> None:
    """Do the work of these stages until `ctx.stop`; a store that fails for a while (a full disk) ends no thread."""
    while not ctx.stop.is_set():
        try:
            busy = sum(run_once(ctx, stage) for stage in stages)
        except Exception as error:
            log.exception("the store failed")
            ctx.report("failed", f"{stages[0].name}: the store failed ({type(error).__name__}); trying again")
            ctx.stop.wait(STORE_RETRY_S)
            continue
        if not busy:
            ctx.wake.wait(IDLE_S)
            ctx.wake.clear()


def do_job(ctx: Context, job: Job, source: AnyRow) -> None:
    """Do a job on a source; what nobody foresaw backs off like any failure, and does not ask again at once."""
    try:
        job.do(ctx, source)
    except Exception as error:
        log.exception("the %s of %s/%s failed", job.name, source.platform, source.name)
        job.give_up(ctx, source, Bug(f"{type(error).__name__}: {error}"))


def run_once(ctx: Context, stage: Stage) -> int:
    """Do one batch of a stage's work; returns how many inputs were taken, 0 when nothing is due."""
    analyzer = ctx.analyzers[stage.name]
    with ctx.store.read() as conn:
        if not work.is_due(conn, analyzer, now()):
            return 0

    def claim(conn: Connection, alone: bool) -> list[Claim]:
        return work.claim(conn, analyzer, now(), stage.batch, LEASE, suspects=alone)

    return run_claimed(ctx, stage, claim)


def run_claimed(ctx: Context, stage: Stage, claim: Callable[[Connection, bool], list[Claim]]) -> int:
    """Do what `claim(conn, alone)` takes; how many inputs that is. Without `alone` it must take no suspect."""
    alone = _SUSPECT.acquire(blocking=False)
    try:
        with ctx.store.write() as conn:
            claims = claim(conn, alone)
        if alone and not any(claim.suspect for claim in claims):
            _SUSPECT.release()
            alone = False
        _run(ctx, stage, claims)
    finally:
        if alone:
            _SUSPECT.release()
    return len(claims)


def _run(ctx: Context, stage: Stage, claims: list[Claim]) -> None:
    groups = [[claim] for claim in claims] if stage.apart else [claims]
    ready = [(group, write) for group in groups if group and (write := _think(ctx, stage, group))]
    if ready:
        _store(ctx, stage, ready)
    if claims:
        ctx.wake.set()


def _think(ctx: Context, stage: Stage, claims: list[Claim]) -> Write | None:
    """The stage's work outside any transaction; a failure is noted, and nothing is to be written."""
    if ctx.stop.is_set():
        return None  # given back at the next start
    try:
        return stage.run(ctx, [c.input_id for c in claims])
    except Exception as error:
        _failed(ctx, stage, claims, _expected(stage, claims, error))
        return None


def _store(ctx: Context, stage: Stage, ready: list[tuple[list[Claim], Write]]) -> None:
    """All results in one transaction; where one of them cannot be written, each in its own."""
    claims = [claim for group, _ in ready for claim in group]
    try:
        outcomes = _in_one(ctx, stage, claims, ready)
    except Exception as error:
        if len(ready) > 1 and not isinstance(error, OperationalError):
            for one in ready:
                _store(ctx, stage, [one])
        elif isinstance(error, Superseded):
            ctx.superseded.set()
            ctx.report("failed", f"{stage.name} {claims[0].input_id}: {error}")
        else:
            _failed(ctx, stage, claims, _expected(stage, claims, error))
    else:
        for kind, line in (line for outcome in outcomes for line in outcome.lines):
            ctx.report(kind, line)


def _in_one(
    ctx: Context, stage: Stage, claims: list[Claim], ready: list[tuple[list[Claim], Write]]
) -> list[Outcome]:  # fmt: skip
    """Write, again when another transaction was in the way: PostgreSQL ends one of two that wait for each other."""
    for tries_left in range(DEADLOCK_TRIES, -1, -1):
        try:
            with ctx.store.write() as conn:
                if not work.hold(conn, claims):
                    raise Superseded("another has taken this over; what was found out here is not written")
                with work.together(conn):
                    return [_write(conn, group, write) for group, write in ready]
        except OperationalError as error:
            if not tries_left or getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
                raise
    raise AssertionError("the last try returns or raises")


def _write(conn: Connection, claims: list[Claim], write: Write) -> Outcome:
    outcome = write(conn)
    for claim in claims:
        work.finish(conn, claim.work_id, now(), empty=outcome.empty)
    return outcome


def _expected(stage: Stage, claims: list[Claim], error: Exception) -> ConvoywatchError:
    """The failure as one of the error tree; what nobody foresaw is logged in full."""
    if isinstance(error, ConvoywatchError):
        return error
    if isinstance(error, OperationalError):
        return RetryLater(f"the store failed: {error.orig}")
    log.error("%s failed on %s", stage.name, [c.input_id for c in claims], exc_info=error)
    return Bug(f"{type(error).__name__}: {error}")


def _failed(ctx: Context, stage: Stage, claims: list[Claim], error: ConvoywatchError) -> None:
    if ctx.stop.is_set():
        return  # interrupted, not failed: the claim is given back at the next start
    with ctx.store.write() as conn:
        for claim in claims:
            wait = _wait_s(error, claim.attempts)
            retry_at = now() + timedelta(seconds=wait) if wait is not None else None
            work.fail(conn, claim, now(), error.kind, str(error), retry_at)
            if retry_at is None:
                stage.failed(conn, claim.input_id, error)
    ctx.report("failed", f"{stage.name} {claims[0].input_id}: {error}")


def _wait_s(error: ConvoywatchError, attempts: int) -> float | None:
    """Seconds until the next try, None for no other."""
    backoff = min(FIRST_RETRY_S * 2.0 ** min(attempts, 20), LONGEST_RETRY_S)
    if isinstance(error, NoRoom):
        return error.retry_after_s or backoff  # no fault of this file: it waits no longer for having waited before
    if isinstance(error, RetryLater):
        return max(backoff, error.retry_after_s or 0.0)
    if isinstance(error, Bug) and attempts + 1 < BUG_TRIES:
        return backoff
    return None
