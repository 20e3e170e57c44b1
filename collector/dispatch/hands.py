"""What does a worker do for each kind of the engine's jobs? The same as a thread of one machine's daemon."""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from procrastinate import JobContext
from sqlalchemy import Connection

from collector.context import Context, now
from collector.dispatch.jobs import JOBS
from collector.stages import BY_NAME
from collector.stages.base import Stage
from collector.worker import LEASE, do_job, run_claimed
from db import analyzers, asked, sources, work
from db.work import Claim

log = logging.getLogger("collector.dispatch")

#: how long work of a version that this worker does not have, or for which it may not be alone yet, waits
_ELSEWHERE, _SUSPECT_TAKEN = timedelta(seconds=30), timedelta(seconds=5)


class Hands:
    """Shared by all threads of one worker process. `in_hand`: the engine's jobs whose end the engine does not know."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.in_hand: set[int] = set()
        self._changing = threading.Lock()

    def work(self, context: JobContext, analyzer: int, ids: Sequence[int]) -> None:
        """Do these pieces of work of one analyzer, as far as nobody else does or did."""
        job = self._begin(context)
        if not (stage := self._stage(analyzer, ids)):
            return
        run_claimed(self.ctx, stage, lambda conn, alone: self._claim(conn, stage, ids, job, alone))
        if self.ctx.stop.is_set():  # an ordered end gives back what was broken off
            self._give_back([job])

    def later(self, context: JobContext, analyzer: int, ids: Sequence[int]) -> None:
        """The time has come of what had to wait: now it is carried like all else, with the locks that it needs."""
        self._begin(context)
        self._ask_again(ids)

    def job_on_source(self, context: JobContext, source: int) -> None:
        """Poll a source, read it again, or read one more page of what was before."""
        self._begin(context)
        job = next(j for j in JOBS if j.name == context.job.task_name)
        with self.ctx.store.read() as conn:
            row = sources.get(conn, source)
        if row is None or row.claimed_until is None:
            return  # another has seen to it
        try:
            if not self.ctx.stop.is_set():
                do_job(self.ctx, job, row)
        finally:
            with self.ctx.store.write() as conn:
                job.release(conn, row)

    def settled(self, job: int) -> None:
        """The engine knows how this job ended."""
        with self._changing:
            self.in_hand.discard(job)

    def _begin(self, context: JobContext) -> int:
        job = context.job.id
        assert job is not None, "a job that runs has a number"
        with self._changing:
            self.in_hand.add(job)
        return job

    def _stage(self, analyzer: int, ids: Sequence[int]) -> Stage | None:
        """The stage whose present version this is; work of a newer one is left to those who have it, older is left."""
        for name, mine in self.ctx.analyzers.items():
            if mine == analyzer:
                return BY_NAME[name]
        with self.ctx.store.read() as conn:
            newest = analyzers.newest(conn, analyzer)
        if newest and newest not in self.ctx.analyzers.values():
            self.ctx.report("elsewhere", "work of another version or configuration than this worker's: left to others")
            self._ask_again(ids, wait=_ELSEWHERE)
        return None

    def _claim(self, conn: Connection, stage: Stage, ids: Sequence[int], job: int, alone: bool) -> list[Claim]:
        if stage.apart:
            claims, left = work.claim_these(conn, ids, now(), LEASE, job=job, suspects=alone)
            if left:
                asked.again(conn, left, None if alone else now() + _SUSPECT_TAKEN)
            return claims
        # all that waits is looked at together, whichever job called for it
        analyzer = self.ctx.analyzers[stage.name]
        claims = work.claim(conn, analyzer, now(), stage.batch, LEASE, suspects=alone, job=job)
        if not {claim.work_id for claim in claims}.issuperset(ids):
            asked.again(conn, ids, None if alone else now() + _SUSPECT_TAKEN)
        return claims

    def _ask_again(self, ids: Sequence[int], wait: timedelta | None = None) -> None:
        with self.ctx.store.write() as conn:
            asked.again(conn, ids, now() + wait if wait else None)

    def _give_back(self, jobs: Sequence[int]) -> None:
        with self.ctx.store.write() as conn:
            work.release(conn, jobs)
