"""Can we trust what we do not see? Only while a channel that is known to be alive can be read."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector.schedule import spoken
from collector.settings import Schedule
from db import look_back
from db.types import AnyRow

#: a canary must have been read within so many of its intervals
INTERVALS = 3


def trouble(conn: Connection, platform: str, schedule: Schedule, at: datetime) -> str:
    """Why nothing of a platform may be held to be removed now, in words; "" when all its canaries are well."""
    found = look_back.canaries(conn, platform)
    if not found:
        return f"{platform} has no canary: mark a channel that is known to be alive (canary = true)"
    return next((told for canary in found if (told := _trouble(canary, schedule, at))), "")


def _trouble(canary: AnyRow, schedule: Schedule, at: datetime) -> str:
    name = f"the canary {canary.platform}/{canary.name}"
    if canary.failures or canary.state == "drift":
        return f"{name} fails: {canary.state}"
    longest = INTERVALS * max(canary.interval_s or schedule.max_interval_s, schedule.min_interval_s)
    longest += 2 * schedule.tick_s
    if canary.last_ok_at is None or at - canary.last_ok_at > timedelta(seconds=longest):
        return f"{name} has not been read for longer than {spoken(longest)}"
    return ""
