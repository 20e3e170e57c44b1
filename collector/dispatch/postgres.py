"""Many machines: a scheduler that hands what is due to procrastinate, whose workers do it wherever they run.

The parts: `engine` (its tables), `carrier` (work rows to jobs), `hands` (jobs to work), `crew` (a worker process),
`rescue` (who died), `rebuild` (what if the engine is lost).
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from procrastinate.jobs import Job as EngineJob
from sqlalchemy.exc import OperationalError, ProgrammingError

from collector.context import Context, now
from collector.dispatch import engine_state
from collector.dispatch.carrier import EngineCarrier
from collector.dispatch.engine import install, require
from collector.dispatch.fair import Fair, server_of
from collector.dispatch.jobs import JOBS, Job
from collector.dispatch.queues import POLL
from collector.dispatch.rebuild import hand_over_all
from collector.settings import Settings
from db.session import Store
from db.types import AnyRow

log = logging.getLogger("collector.dispatch")

#: a source whose job nobody took for so long is handed over again
LEASE = timedelta(minutes=30)
#: sources of one server that wait at the same time: they are asked one after the other
AT_A_SERVER = 4


def arm(store: Store, settings: Settings) -> None:
    """Have all work that is asked for on this store carried by the engine, where the configuration says so."""
    if settings.dispatch == "postgres":
        require(store)
        store.carrier = EngineCarrier()


def prepare_engine(ctx: Context) -> None:
    """Make the engine's tables; if they are new, all that is unfinished is put into them."""
    require(ctx.store)
    if ctx.store.carrier is None:
        ctx.store.carrier = EngineCarrier()
    if install(ctx.store):
        with ctx.store.read() as conn:
            known = list(conn.exec_driver_sql("SELECT max(id) FROM analyzers GROUP BY stage").scalars())
        count = hand_over_all(ctx.store, known)
        ctx.report("start", f"the engine's tables are new; {count} pieces of work were put into them")


class Scheduler:
    """The daemon's side: it finds what is due on sources, and has workers do it. Any number of them may run."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.asked_all = False
        self.ticked = time.monotonic()
        self._lost = False

    def start(self) -> None:
        """Nothing runs here."""

    def tick(self) -> None:
        """Hand over what is due; called by the clock."""
        try:
            for job in JOBS[1:] if self.asked_all else JOBS:
                self._hand_over(job)
        except OperationalError as error:
            if not self._lost:
                self.ctx.report("failed", f"the store does not answer ({error.orig}); trying again")
            self._lost = True
        except ProgrammingError as error:
            self.ctx.report("failed", f"the engine's tables are lost ({type(error.orig).__name__}): making them anew")
            prepare_engine(self.ctx)
        else:
            self._lost = False
        self.ticked = time.monotonic()

    def polling(self) -> bool:
        """Does a job on the network wait or run?"""
        with self.ctx.store.read() as conn:
            return bool(engine_state.polls(conn))

    def shut(self, seconds: float) -> list[str]:
        """Nothing is under way here."""
        return []

    def _hand_over(self, job: Job) -> None:
        with self.ctx.store.read() as conn:
            if not job.any_due(conn, now()):
                return
            waiting = engine_state.polls(conn)
        free = self.ctx.settings.workers.queued_polls - len(waiting)
        if free <= 0 or self.ctx.stop.is_set():
            return
        claim = partial(job.claim, choose=Fair(waiting, AT_A_SERVER)) if job is JOBS[0] else job.claim
        carrier = self.ctx.store.carrier
        assert isinstance(carrier, EngineCarrier)
        with self.ctx.store.write() as conn:
            carrier.defer(conn, _jobs(job, claim(conn, now(), free, LEASE)))


def _jobs(job: Job, due: Iterable[AnyRow]) -> Iterable[EngineJob]:
    for source in due:
        yield EngineJob(
            queue=POLL, lock=f"poll {server_of(source)}", queueing_lock=None, task_name=job.name,
            task_kwargs={"source": source.id},
        )  # fmt: skip
