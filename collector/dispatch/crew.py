"""How does a worker process live? It waits for its version to be wanted, outlives the loss of the store, ends in order.

Procrastinate's worker fetches jobs, says that it lives, and settles them. It ends when it loses the store; ours then
waits until its jobs are settled, and begins anew as another worker.
"""

import asyncio
import functools
import logging
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from psycopg import Error as PsycopgError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import SQLAlchemyError

from collector import stages
from collector.context import Context
from collector.daemon import PATIENCE_S
from collector.dispatch.engine import connection_info, installed
from collector.dispatch.hands import Hands
from collector.dispatch.jobs import JOBS
from collector.dispatch.queues import HOUSE, KEEP_HOUSE, LATER, RESCUE, URGENT, WORK
from collector.dispatch.rebuild import sweep
from collector.dispatch.rescue import gone, rescue
from collector.drain import housekeeping
from collector.notify import Notifier
from collector.stages.download import SCRATCH
from db import work

log = logging.getLogger("collector.dispatch")

#: how long one waits for the store, or for its version to be wanted, before it looks again, seconds
LOOK_AGAIN_S = 2.0
#: a job that broke off since the store failed is done again after so long, seconds
AGAIN_S = 10
#: jobs are told of at once; for one that was told of in vain (its row was locked just then), seconds
POLL_S = 1.0
#: what yt-dlp left and nobody wrote to for so long is left over from a worker that was killed, seconds
ABANDONED_S = 24 * 3600.0
#: what the store's and the engine's loss looks like
LOST = (ConnectorException, PsycopgError, PoolTimeout, SQLAlchemyError, OSError)


class Crew:
    """A worker process: `concurrency` jobs at a time of these queues."""

    def __init__(self, ctx: Context, queues: Sequence[str], concurrency: int) -> None:
        self.ctx, self.concurrency = ctx, concurrency
        self.queues = [*queues, HOUSE]
        self.hands = Hands(ctx)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._notifier = Notifier()
        self._worker: Worker | None = None
        self._quit = False

    def run(self) -> None:
        """Work until a signal. Does not return when a thread is still at work that was given up on: it ends there."""
        asyncio.run(self._live())

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self.concurrency + 2, thread_name_prefix="work"))
        # SIGHUP: another configuration is there, or the terminal is gone: in both cases it is to end in order
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop, number)
        watchdog = asyncio.create_task(self._tell_alive())
        await asyncio.to_thread(tidy, self.ctx)
        try:
            while not self.ctx.stop.is_set():
                if await self._ready():
                    await self._one_life()
        finally:
            watchdog.cancel()

    async def _ready(self) -> bool:
        """Is the engine there, and is this version of the program wanted?"""
        try:
            wrong = await asyncio.to_thread(self._missing)
        except LOST as error:
            wrong = f"the store does not answer ({type(error).__name__})"
        if wrong is None:
            self._notifier.ready(f"working on {', '.join(self.queues)}")
            return True
        self.ctx.report("wait", f"{wrong}; looking again in {LOOK_AGAIN_S:g} s")
        await self._pause(LOOK_AGAIN_S)
        return False

    def _missing(self) -> str | None:
        from db.migrate import current, head

        if (at := current(self.ctx.store)) != head():
            return f"the store is at schema {at}, this program needs {head()}: run `convoywatch db upgrade`"
        if not installed(self.ctx.store):
            return "the engine's tables are not there, or of another version: start the scheduler, or `db upgrade`"
        if wrong := stages.look_up(self.ctx):
            return f"{wrong}: give this worker the scheduler's program and convoywatch.toml"
        if "locate" in self.queues:
            _ = self.ctx.locator  # a broken installation shows now, not on every post
        return None

    async def _one_life(self) -> None:
        """Be one worker of the engine, until the end or until the store is lost."""
        app = make_app(self.ctx, self.hands, self.name)
        try:
            async with app.open_async():
                self._worker = Settling(
                    self.hands, app=app, queues=self.queues, name=self.name, concurrency=self.concurrency,
                    fetch_job_polling_interval=POLL_S, delete_jobs="always", install_signal_handlers=False,
                    update_heartbeat_interval=self.ctx.settings.workers.heartbeat_s,
                    stalled_worker_timeout=self.ctx.settings.workers.dead_after_s,
                    shutdown_graceful_timeout=PATIENCE_S,
                )  # fmt: skip
                self.ctx.report("start", f"worker {self.name}: {', '.join(self.queues)}; {self.concurrency} at a time")
                await self._run(self._worker)
        except LOST as error:
            if not self.ctx.stop.is_set():
                log.warning("the engine was lost", exc_info=error)
                self.ctx.report("failed", f"the store was lost ({type(error).__name__}): trying again")
                await self._pause(1.0)
        finally:
            self._worker = None

    async def _run(self, worker: Worker) -> None:
        running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        while not running.done() and not self.ctx.stop.is_set():
            await asyncio.wait((running,), timeout=0.2)
        if self.ctx.stop.is_set() and not running.done():
            worker.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait((running,), timeout=PATIENCE_S)
            if not running.done():
                self._abandon()
        await running

    def _give_back(self, jobs: Sequence[int]) -> None:
        with self.ctx.store.write() as conn:
            work.release(conn, jobs)

    def _abandon(self) -> None:
        """End although a thread is deep in a calculation; its work is given back, so that nobody is blamed."""
        self.ctx.report("stop", "not waiting for what is under way: others do it again")
        try:
            self._give_back(sorted(self.hands.in_hand))
        except LOST as error:
            log.warning("what is in hand could not be given back: %s", error)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _stop(self, number: int) -> None:
        if self._quit:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._quit = True
        self._notifier.stopping()
        self.ctx.stop.set()
        self.ctx.wake.set()

    async def _tell_alive(self) -> None:
        while True:
            self._notifier.alive()
            if self.ctx.superseded.is_set():
                # held for dead once: what the engine thinks of our other jobs is not true any more
                self.ctx.report("stop", "others have taken over this worker's jobs: it ends, to begin anew")
                sys.stdout.flush()
                os._exit(75)
            await asyncio.sleep(0.2)

    async def _pause(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while not self.ctx.stop.is_set() and time.monotonic() < ends:
            await asyncio.sleep(0.1)


def tidy(ctx: Context) -> None:
    """Remove what workers of this machine that were killed left half-written."""
    for folder in (ctx.captures, ctx.frames, ctx.media):
        folder.clean_temp()
    for left in (ctx.settings.data / SCRATCH).glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(left, ignore_errors=True)


class Settling(Worker):
    """A worker that settles its jobs however long the store is away: what is not settled is done again."""

    def __init__(self, hands: Hands, **options: Any) -> None:
        super().__init__(**options)
        self._hands = hands

    async def _persist_job_status(
        self, job: Job, status: Status, retry_decision: RetryDecision | None, context: JobContext, job_result: Any
    ) -> None:
        while True:
            try:
                await super()._persist_job_status(job, status, retry_decision, context, job_result)
            except ConnectorException as error:
                if gone(error):
                    break  # another life of the store, or `dispatch rebuild`, has forgotten it
                log.warning("job %s is not settled yet: %s", job.id, error)
                await asyncio.sleep(POLL_S)
            else:
                break
        self._hands.settled(job.id or 0)


class AfterLoss(BaseRetryStrategy):
    """A job raises only when the store was lost: every other failure is noted in its row, with when to try again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Soon, and always."""
        return RetryDecision(retry_in={"seconds": AGAIN_S})


def make_app(ctx: Context, hands: Hands, name: str) -> App:
    """The engine with all that its jobs can ask for."""
    app = App(
        connector=PsycopgConnector(
            conninfo=connection_info(ctx.store, f"convoywatch worker {name}"), min_size=1, max_size=4, timeout=10.0
        )
    )
    lasting = AfterLoss()
    app.task(name=WORK, pass_context=True, retry=lasting)(hands.work)
    app.task(name=LATER, pass_context=True, retry=lasting)(hands.later)
    for job in JOBS:
        app.task(name=job.name, pass_context=True, retry=lasting)(hands.job_on_source)

    began = time.monotonic()

    async def rescue_stalled(timestamp: int) -> None:
        # when the store was away, nobody could say that he lives: all get the time to say so
        if time.monotonic() - began > ctx.settings.workers.dead_after_s:
            await rescue(ctx, app.job_manager)

    def keep_house(timestamp: int) -> None:
        housekeeping(ctx)
        sweep(ctx)

    every_s = max(1, min(30, int(ctx.settings.workers.dead_after_s / 4)))
    house = functools.partial(app.task, queue=HOUSE, priority=URGENT, pass_context=False)
    # not under a lock: a lock held by a worker that died would end all rescues
    app.periodic(cron=f"* * * * * */{every_s}")(house(name=RESCUE, queueing_lock=RESCUE)(rescue_stalled))
    app.periodic(cron="* * * * *")(house(name=KEEP_HOUSE, queueing_lock=KEEP_HOUSE)(keep_house))
    return app
