"""One machine: threads that drain the work rows, and threads that do what the clock found due on a source."""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from collector.context import Context, now
from collector.dispatch.fair import Fair, server_of
from collector.dispatch.jobs import JOBS, Job
from collector.stages import BY_NAME
from collector.worker import do_job, keep_draining
from db.types import AnyRow

log = logging.getLogger("collector.dispatch")

LEASE = timedelta(minutes=30)


class Local:
    """The threads of one daemon. Groups keep a long video from delaying a poll, and linking on one thread only."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        schedule = ctx.settings.schedule
        self._pool = ThreadPoolExecutor(schedule.pollers, thread_name_prefix="poll")
        self._limit = schedule.pollers * 2
        #: what is under way, with the server that each asks
        self._under_way: dict[Future[None], str] = {}
        #: at a server one request follows the other with a gap: more threads there would only wait, and others for them
        self._at_once = max(1, schedule.pollers // 2)
        #: every source was asked as often as is wanted: no more polls are started
        self.asked_all = False
        #: when the clock last looked for due jobs and could reach the store, monotonic seconds
        self.ticked = time.monotonic()
        groups: list[tuple[str, ...]] = [("download", "poster")] * schedule.downloaders
        groups += [("locate",), ("match",), ("compare", "cluster", "track")]
        groups += [("sample", "read", "detect", "survey", "landmark", "locate")] * max(1, schedule.analysts - 1)
        self._threads = [
            # daemon threads: one that is deep in a calculation does not hold the process back when it is to end
            threading.Thread(
                target=keep_draining, args=(ctx, [BY_NAME[s] for s in names]), name="+".join(names), daemon=True
            )
            for names in groups
        ]

    def start(self) -> None:
        """Start draining."""
        for thread in self._threads:
            thread.start()

    def tick(self) -> None:
        """Claim what is due and hand it to the pool; called by the clock."""
        for done in [f for f in self._under_way if f.done()]:
            del self._under_way[done]
            if error := done.exception():
                log.error("a job could not be stored: %s", error)
        for job in JOBS[1:] if self.asked_all else JOBS:
            self._start_due(job)
        self.ticked = time.monotonic()

    def _start_due(self, job: Job) -> None:
        # what looks back takes idle threads only, and leaves one to what brings news
        most = self._limit if job is JOBS[0] else max(1, self._limit // 2 - 1)
        free = most - len(self._under_way)
        if free <= 0 or self.ctx.stop.is_set():
            return
        with self.ctx.store.read() as conn:
            if not job.any_due(conn, now()):
                return
        claim = (
            partial(job.claim, choose=Fair(self._under_way.values(), self._at_once)) if job is JOBS[0] else job.claim
        )
        with self.ctx.store.write() as conn:
            due = claim(conn, now(), free, LEASE)
        self._under_way |= {self._pool.submit(self._do, job, row): server_of(row) for row in due}

    def polling(self) -> bool:
        """Is a job on the network under way?"""
        return any(not f.done() for f in self._under_way)

    def _do(self, job: Job, row: AnyRow) -> None:
        try:
            if not self.ctx.stop.is_set():
                do_job(self.ctx, job, row)
        finally:  # what broke off is free again at once, not when the lease ends
            with self.ctx.store.write() as conn:
                job.release(conn, row)

    def shut(self, seconds: float) -> list[str]:
        """Wait for what is under way, at most so long; the names of threads that did not end.

        `ctx.stop` is set already, so that every wait ends.
        """
        ends = time.monotonic() + seconds
        self._pool.shutdown(wait=False, cancel_futures=True)
        for future in self._under_way:
            while not future.done() and time.monotonic() < ends:
                time.sleep(0.02)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, ends - time.monotonic()))
        stuck = [thread.name for thread in self._threads if thread.is_alive()]
        return stuck + ["poll"] * sum(not future.done() for future in self._under_way)
