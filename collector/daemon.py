"""The long-running program: APScheduler as the clock, signals, reloading, and a shutdown in order."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import OperationalError

from collector.alerts.watch import Watch
from collector.context import Context, now
from collector.dispatch.local import Local
from collector.drain import housekeeping
from collector.errors import ConvoywatchError, Misconfigured
from collector.health import Health
from collector.heartbeat import Heartbeat
from collector.interrupt import ends_in_order
from collector.notify import Notifier
from collector.prepare import exclusive, give_back, prepare
from collector.reload import difference
from collector.settings import Settings
from db import sources, work

log = logging.getLogger("collector.daemon")

HOUSEKEEPING_S = 60.0
#: how long an ordered shutdown waits for what is under way; what has not ended then is done again after the next start
PATIENCE_S = 8.0
#: a clock that has not looked for due sources for so long is stuck, and the watchdog of systemd starts us anew
STUCK_S = 60.0


class Dispatcher(Protocol):
    """Who carries the work: threads of this process (`Local`), or workers anywhere (`Scheduler`).

    `ticked`: when it last looked for due sources, monotonic seconds. `asked_all`: start no more polls.
    """

    ticked: float
    asked_all: bool

    def start(self) -> None:
        """Begin."""

    def tick(self) -> None:
        """See that what is due on sources is done; called by the clock."""

    def polling(self) -> bool:
        """Is a job on the network under way?"""

    def shut(self, seconds: float) -> list[str]:
        """Wait for what is under way, at most so long; the names of threads that did not end."""


def dispatcher(ctx: Context) -> Dispatcher:
    """The one that the configuration names."""
    if ctx.settings.dispatch == "local":
        return Local(ctx)
    from collector.dispatch.postgres import Scheduler

    return Scheduler(ctx)


def run(ctx: Context, reread: Callable[[], Settings] | None = None, *, until_idle: bool = False) -> bool:
    """Run until a signal, or, with `until_idle`, until every source was asked (or backs off) and no work is left.

    On SIGHUP, `reread` gives the settings to go on with. False when a thread is still at work that was given up on:
    the process should end at once.
    """
    return Daemon(ctx, reread, until_idle).run()


class Daemon:
    """One run, in generations: each has its threads and its clock, and ends for good or with other settings."""

    def __init__(self, ctx: Context, reread: Callable[[], Settings] | None, until_idle: bool) -> None:
        self.ctx = ctx
        self._reread = reread
        self._until_idle = until_idle
        self._notifier = Notifier()
        self._began = now()
        self._quit = self._hup = False
        self._broken: Exception | None = None

    def run(self) -> bool:
        """All generations; were all threads ended?"""
        ended, wanted = True, None
        with ends_in_order(self.ctx.stop, self._leave), self._reloads(), exclusive(self.ctx):
            self._heart = Heartbeat(self.ctx.settings.data, self._began)
            while True:
                ended, wanted = self._generation()
                if wanted is None:
                    break
                self.ctx.renew(wanted)
                prepare(self.ctx)
                if self.ctx.settings.dispatch == "local":
                    give_back(self.ctx)
                self.ctx.stop.clear()
                if self._quit:  # the signal came meanwhile
                    self.ctx.stop.set()
        if self._broken:
            raise self._broken
        return ended

    def _generation(self) -> tuple[bool, Settings | None]:
        """Work until something ends it; whether all threads ended, and the settings to go on with, if to go on."""
        ctx, wanted = self.ctx, None
        local, watch = dispatcher(ctx), Watch(ctx)
        clock = self._clock(local)
        with Health(ctx) as health:
            if ctx.settings.dispatch == "local":  # else the workers place posts
                threading.Thread(target=self._warm, name="warm", daemon=True).start()
            local.start()
            watch.start()
            clock.start()
            self._heart.tell(health=health.address, ticked_at=now())
            self._notifier.ready(f"watching {len(ctx.settings.sources)} configured sources")
            try:
                wanted = self._until_over(local)
            finally:
                ctx.stop.set()
                ctx.wake.set()
                if wanted is None:
                    self._notifier.stopping()
                clock.shutdown(wait=True)
                ended = self._end(local, watch, wait=wanted is not None)
        housekeeping(ctx)
        return ended, wanted

    def _clock(self, local: Dispatcher) -> BackgroundScheduler:
        clock = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        clock.add_job(local.tick, "interval", seconds=self.ctx.settings.schedule.tick_s, next_run_time=now())
        clock.add_job(housekeeping, "interval", seconds=HOUSEKEEPING_S, args=(self.ctx,))
        return clock

    def _warm(self) -> None:
        """Open what placing posts needs, while the first pages are fetched; a broken installation shows now."""
        try:
            _ = self.ctx.locator
        except (ConvoywatchError, OSError) as error:
            self._broken = error
            self.ctx.stop.set()

    def _until_over(self, local: Dispatcher) -> Settings | None:
        """Watch over the threads until a signal (None) or a reload (its settings)."""
        tick, told = self.ctx.settings.schedule.tick_s, time.monotonic()
        while not self.ctx.stop.wait(min(tick, 0.2)):
            stuck_s = time.monotonic() - local.ticked
            if stuck_s < max(STUCK_S, 10 * tick):
                self._notifier.alive()
            if local.ticked > told:
                told = time.monotonic() + 1.0  # not more often than a person can read it
                self._heart.tell(ticked_at=now() - timedelta(seconds=stuck_s))
            if self._hup and (wanted := self._reload()):
                return wanted
            if self._until_idle and self._is_idle(local):
                return None
        return None

    def _is_idle(self, local: Dispatcher) -> bool:
        try:
            return _idle(self.ctx, local, self._began)
        except OperationalError:  # workers and their store may be away for a while
            if self.ctx.settings.dispatch == "local":
                raise
            self.ctx.stop.wait(1.0)
            return False

    def _reload(self) -> Settings | None:
        """The settings to go on with; None when they are as before, or wrong, which is told."""
        self._hup = False
        if self._reread is None:
            return None
        try:
            wanted = self._reread()
            changed = difference(self.ctx.settings, wanted)
        except Misconfigured as error:
            self.ctx.report("reload", f"refused, all goes on as before: {error}")
            self._heart.tell(reloaded_at=now(), reload_error=str(error))
            return None
        self.ctx.report("reload", f"changed: {', '.join(changed)}" if changed else "nothing has changed")
        self._heart.tell(reloaded_at=now(), reload_error=None)
        if not changed:
            return None
        self._notifier.reloading()
        return wanted

    def _end(self, local: Dispatcher, watch: Watch, *, wait: bool) -> bool:
        """Wait for the threads, for a while or (`wait`) until they have ended; have they?"""
        ends = time.monotonic() + PATIENCE_S
        while stuck := local.shut(ends - time.monotonic()) + watch.shut(ends - time.monotonic()):
            if not wait:
                self.ctx.report("stop", f"not waiting for {', '.join(stuck)}: it is done again after the next start")
                return False
            self._notifier.alive()
            ends = time.monotonic() + 1.0
        return True

    def _leave(self) -> None:
        self._quit = True

    @contextmanager
    def _reloads(self) -> Iterator[None]:
        """SIGHUP asks for the configuration again."""

        def on_signal(_number: int, _frame: object) -> None:
            self._hup = True

        old = signal.signal(signal.SIGHUP, on_signal)
        try:
            yield
        finally:
            signal.signal(signal.SIGHUP, old)


def _idle(ctx: Context, local: Dispatcher, began: datetime) -> bool:
    with ctx.store.read() as conn:
        polled = [s for s in sources.listing(conn) if s.enabled]
        waiting = [s for s in polled if not (s.last_fetch_at and s.last_fetch_at >= began)]
        resting = {s.platform for s in polled if s.state == "soft_ban"}
        # a source that backs off, or whose platform rests, is not asked sooner for our impatience
        put_off = [s for s in waiting if s.failures or s.platform in resting]
        asked = len(put_off) == len(waiting) and all(s.next_check_at and s.next_check_at > now() for s in put_off)
    local.asked_all = asked  # else a busy program would always be polling one source or another
    if not asked or local.polling():
        return False
    with ctx.store.read() as conn:
        return not work.open_count(conn, now())
