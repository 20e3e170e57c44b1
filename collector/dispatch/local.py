"""One machine: threads that drain the work rows, and threads that poll what the clock found due."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from collector.context import Context, now
from collector.stages import BY_NAME
from collector.worker import keep_draining, poll_once
from db import sources
from db.types import AnyRow

log = logging.getLogger("collector.dispatch")

POLL_LEASE = timedelta(minutes=30)


class Local:
    """The threads of one daemon. Groups keep a long video from delaying a poll, and linking on one thread only."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        schedule = ctx.settings.schedule
        self._pollers = ThreadPoolExecutor(schedule.pollers, thread_name_prefix="poll")
        self._limit = schedule.pollers * 2
        self._polling: set[Future[None]] = set()
        groups = [("download",)] * schedule.downloaders + [("locate",), ("match",), ("compare", "cluster", "track")]
        groups += [("sample", "locate")] * max(1, schedule.analysts - 1)
        self._threads = [
            threading.Thread(target=keep_draining, args=(ctx, [BY_NAME[s] for s in names]), name="+".join(names))
            for names in groups
        ]

    def start(self) -> None:
        """Start draining."""
        for thread in self._threads:
            thread.start()

    def tick(self) -> None:
        """Claim what is due and hand it to the pollers; called by the clock."""
        for done in [f for f in self._polling if f.done()]:
            self._polling.remove(done)
            if error := done.exception():
                log.error("a poll could not be stored: %s", error)
        free = self._limit - len(self._polling)
        if free <= 0 or self.ctx.stop.is_set():
            return
        with self.ctx.store.read() as conn:
            if not sources.any_due(conn, now()):
                return
        with self.ctx.store.write() as conn:
            due = sources.claim_due(conn, now(), free, POLL_LEASE)
        self._polling |= {self._pollers.submit(self._poll, source) for source in due}

    def polling(self) -> bool:
        """Is a poll under way?"""
        return any(not f.done() for f in self._polling)

    def _poll(self, source: AnyRow) -> None:
        try:
            if not self.ctx.stop.is_set():
                poll_once(self.ctx, source)
        finally:
            self._forget_claim(source)

    def _forget_claim(self, source: AnyRow) -> None:
        """A poll that broke off gives its source back at once, not when the lease ends."""
        with self.ctx.store.write() as conn:
            sources.release(conn, source)

    def shut(self) -> None:
        """Wait for what is under way; `ctx.stop` is set already, so that every wait ends."""
        self._pollers.shutdown(wait=True, cancel_futures=True)
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
