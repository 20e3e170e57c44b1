"""What if a platform stops serving our address? Its whole host is left alone, ever longer, and one source probes."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector.context import Context
from collector.schedule import retry_s, spoken
from db import look_back
from db.types import AnyRow

#: how long after the probe the other sources are asked again at the earliest, at most, seconds
_AFTER_PROBE_S = 60.0


def rest(ctx: Context, conn: Connection, source: AnyRow, at: datetime) -> str:
    """A read of `source` (its row before that) was refused: let the whole platform rest; what was done, in words.

    The first to be asked again is a canary, else the source itself. Nothing is done where others were read well since
    this one was refused before: then it is the channel that is gone, or shown to nobody here.
    """
    platform = source.platform
    before = source.last_fetch_at if source.state == "soft_ban" else None
    if before is not None and look_back.read_elsewhere_since(conn, platform, source.id, before):
        return ""
    schedule = ctx.settings.schedule
    wait = retry_s(look_back.ban_length(conn, platform), schedule, None)
    canaries = look_back.canaries(conn, platform)
    probe_at = at + timedelta(seconds=wait)
    later = probe_at + timedelta(seconds=min(_AFTER_PROBE_S, schedule.min_interval_s))
    held = look_back.hold(conn, platform, later, canaries[0].id if canaries else source.id, probe_at)
    return f"{platform} rests for {spoken(wait)}, {held} other sources with it" if held else ""


def lasts(conn: Connection, platform: str) -> bool:
    """Has a platform refused us since it last served any source?"""
    return look_back.ban_length(conn, platform) > 0
