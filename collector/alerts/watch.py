"""Who looks after the alerts while the daemon runs? One thread: it settles them, writes the feed, and delivers."""

import logging
import threading
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from collector.alerts import atom, rules, webhook
from collector.atomic import temporary
from collector.context import Context, now
from collector.errors import ConvoywatchError
from db import alerts
from db.types import AnyRow

log = logging.getLogger("collector.alerts")

#: how often the rules are asked, and how often what is still to be delivered is looked for, seconds
SETTLE_S, DELIVER_S = 60.0, 2.0
#: first wait after a failed delivery, doubled each time up to the longest; never given up
FIRST_RETRY_S, LONGEST_RETRY_S = 10.0, 3600.0


class Watch:
    """The thread. A store or a receiver that fails for a while does not end it."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._thread = threading.Thread(target=self._keep, name="alerts", daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def shut(self, seconds: float) -> list[str]:
        """Wait for it, at most so long; its name if it has not ended. `ctx.stop` is set already."""
        self._thread.join(max(0.0, seconds))
        return [self._thread.name] if self._thread.is_alive() else []

    def _keep(self) -> None:
        # what the first polls bring is not to be judged before they are over
        settle_at = time.monotonic() + min(SETTLE_S, 2 * self.ctx.settings.schedule.tick_s)
        while not self.ctx.stop.wait(min(DELIVER_S, self.ctx.settings.schedule.tick_s)):
            try:
                if time.monotonic() >= settle_at:
                    settle_at = time.monotonic() + SETTLE_S
                    settle(self.ctx)
                deliver(self.ctx)
            except (SQLAlchemyError, ConvoywatchError, OSError) as error:
                log.error("the alerts could not be looked after: %s", error)
                self.ctx.stop.wait(DELIVER_S)


def settle(ctx: Context) -> None:
    """Ask the rules, open and close alerts, and write the feed when that changed anything."""
    found = rules.findings(ctx.settings, ctx.store, now())
    with ctx.store.write() as conn:
        before = {row.id for row in alerts.open_ones(conn)}
        opened = alerts.settle(conn, found, now())
        changed = before != {row.id for row in alerts.open_ones(conn)}
    for finding in opened:
        ctx.report("alert", f"{finding.severity}: {finding.message}")
    if changed or not (ctx.settings.data / atom.FILE).exists():
        with temporary(ctx.settings.data) as fresh:
            fresh.file.write(atom.feed(ctx.store))
            fresh.publish(ctx.settings.data / atom.FILE)


def deliver(ctx: Context) -> int:
    """Post what waits, in order; how many were taken. A receiver that fails is not asked for the rest at once.

    An alert may come twice (we may die between its answer and noting it): receivers know it by its `id`.
    """
    url = ctx.settings.alerts.webhook
    if not url:
        return 0
    with ctx.store.read() as conn:
        waiting = alerts.to_deliver(conn, now())
    taken = 0
    for row in waiting:
        if ctx.stop.is_set() or not _deliver(ctx, url, row):
            break
        taken += 1
    return taken


def _deliver(ctx: Context, url: str, row: AnyRow) -> bool:
    try:
        webhook.post(url, ctx.client.settings.agent(), rules.as_json(row), ctx.settings.http.proxy)
    except ConvoywatchError as error:
        wait = min(FIRST_RETRY_S * 2.0 ** min(row.attempts, 20), LONGEST_RETRY_S)
        with ctx.store.write() as conn:
            alerts.not_delivered(conn, row.id, str(error), now() + timedelta(seconds=wait))
        ctx.report("failed", f"alert {row.id} was not delivered: {error}")
        return False
    with ctx.store.write() as conn:
        alerts.delivered(conn, row.id, now())
    log.info("alert %d was delivered to %s", row.id, webhook.host_of(url))
    return True
