"""Whose older posts are to be read: again, on a slow schedule, or for the first time, back to a date?

A source is looked back at only while its polls succeed, so that its trouble is found, told and waited for in one place.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from db.models import Fetch, Source
from db.types import AnyRow

#: a new source is read again for the first time so long after it was added
FIRST_REREAD = timedelta(hours=6)
#: not yet asked, or not to be asked
_NOT_READ = ("new", "off", "removed")


@dataclass(frozen=True, slots=True)
class Backfill:
    """How far a backfill has come: `before` is the page cursor, None before the first page; `oldest` is ISO 8601.

    `failures` in a row, and, after one, no page `not_before` (ISO 8601).
    """

    before: str | None = None
    pages: int = 0
    oldest: str | None = None
    failures: int = 0
    not_before: str | None = None


def backfill_of(source: AnyRow) -> Backfill:
    """The progress that a source's row keeps."""
    return Backfill(**json.loads(source.backfill_before)) if source.backfill_before else Backfill()


def _free(now: datetime) -> Any:
    return and_(Source.enabled, or_(Source.claimed_until.is_(None), Source.claimed_until < now))


def _reread_due(platforms: Sequence[str], now: datetime) -> Any:
    first = and_(Source.reread_at.is_(None), Source.added_at <= now - FIRST_REREAD)
    due = or_(Source.reread_at <= now, first)
    return and_(_free(now), due, Source.platform.in_(platforms), Source.state.not_in(_NOT_READ), Source.failures == 0)


def reread_due(conn: Connection, platforms: Sequence[str], now: datetime) -> bool:
    """Is any source's turn to be read again?"""
    return conn.execute(select(Source.id).where(_reread_due(platforms, now)).limit(1)).first() is not None


def claim_rereads(
    conn: Connection, platforms: Sequence[str], now: datetime, limit: int, lease: timedelta
) -> list[AnyRow]:
    """Take up to `limit` sources whose turn has come, the longest waiting first."""
    found = (
        select(*Source.__table__.columns)
        .where(_reread_due(platforms, now))
        .order_by(func.coalesce(Source.reread_at, Source.added_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _claimed(conn, list(conn.execute(found).all()), now + lease)


def release_reread(conn: Connection, source: AnyRow) -> None:
    """Give a source back, unless the reading was stored (which gave it back already)."""
    same = Source.reread_at.is_(None) if source.reread_at is None else Source.reread_at == source.reread_at
    conn.execute(update(Source).where(Source.id == source.id, same).values(claimed_until=None))


def save_reread(conn: Connection, source_id: int, reread_at: datetime, cursor: str | None) -> None:
    """Note when a source's turn comes again, and where an interrupted reading goes on (None: at the newest page)."""
    values = {"reread_at": reread_at, "reread_cursor": cursor, "claimed_until": None}
    conn.execute(update(Source).where(Source.id == source_id).values(values))


def _open(conn: Connection, now: datetime) -> list[AnyRow]:
    """Sources with an open backfill whose time has come, the fewest pages read first."""
    wanted = (_free(now), Source.backfill_since.is_not(None), Source.state != "removed", Source.failures == 0)
    rows = conn.execute(select(*Source.__table__.columns).where(*wanted).order_by(Source.id)).all()
    due = [r for r in rows if (until := backfill_of(r).not_before) is None or datetime.fromisoformat(until) <= now]
    return sorted(due, key=lambda r: backfill_of(r).pages)


def backfill_due(conn: Connection, now: datetime) -> bool:
    """Is there a backfill to go on with?"""
    return bool(_open(conn, now))


def claim_backfill(conn: Connection, now: datetime, limit: int, lease: timedelta) -> list[AnyRow]:
    """Take one source with an open backfill, whatever the limit: one page a turn, so that polls come first."""
    return _claimed(conn, _open(conn, now)[: min(limit, 1)], now + lease)


def release_backfill(conn: Connection, source: AnyRow) -> None:
    """Give a source back, unless its page was stored (which gave it back already)."""
    before = Source.backfill_before
    same = before.is_(None) if source.backfill_before is None else before == source.backfill_before
    conn.execute(update(Source).where(Source.id == source.id, same).values(claimed_until=None))


def begin_backfill(conn: Connection, source_id: int, since: datetime) -> None:
    """Ask for everything since a date; one that is open, or was ended at a later date, goes on where it is."""
    conn.execute(update(Source).where(Source.id == source_id).values(backfill_since=since))


def save_backfill(conn: Connection, source_id: int, progress: Backfill, *, done: bool) -> None:
    """Note how far a backfill has come, in the transaction that stores the page."""
    values: dict[str, Any] = {"backfill_before": json.dumps(asdict(progress)), "claimed_until": None}
    if done:
        values["backfill_since"] = None
    conn.execute(update(Source).where(Source.id == source_id).values(values))


def _claimed(conn: Connection, rows: list[AnyRow], until: datetime) -> list[AnyRow]:
    if rows:
        conn.execute(update(Source).where(Source.id.in_([r.id for r in rows])).values(claimed_until=until))
    return rows


def canaries(conn: Connection, platform: str) -> Sequence[AnyRow]:
    """The sources of a platform that are known to be alive, as rows of their columns."""
    mine = (Source.platform == platform, Source.canary, Source.enabled, Source.state != "removed")
    return conn.execute(select(*Source.__table__.columns).where(*mine).order_by(Source.name)).all()


def ban_length(conn: Connection, platform: str) -> int:
    """How many times in a row a platform has refused to serve us (a soft ban), since it last served any source.

    Several reads at once are refused together: no more than the failures in a row of one source are counted.
    """
    mine = Source.platform == platform
    last_ok = conn.execute(select(func.max(Source.last_ok_at)).where(mine)).scalar()
    refused = select(func.count(), func.max(Source.failures)).select_from(Fetch)
    refused = refused.join(Source, Source.id == Fetch.source_id).where(mine, Fetch.state == "soft_ban")
    if last_ok is not None:
        refused = refused.where(Fetch.finished_at > last_ok)
    times, failures = conn.execute(refused).one()
    return min(times, max(failures or 0, 1))


def read_elsewhere_since(conn: Connection, platform: str, source_id: int, since: datetime) -> bool:
    """Has another source of the platform been read well since then?"""
    other = (Source.platform == platform, Source.id != source_id, Source.last_ok_at > since)
    return conn.execute(select(Source.id).where(*other).limit(1)).first() is not None


def hold(conn: Connection, platform: str, until: datetime, probe: int, probe_at: datetime) -> int:
    """Ask no source of a platform before `until`, but one, the `probe`, at `probe_at`; returns how many wait."""
    mine = (Source.platform == platform, Source.enabled, Source.id != probe)
    conn.execute(update(Source).where(Source.id == probe, Source.enabled).values(next_check_at=probe_at))
    held = update(Source).where(*mine, or_(Source.next_check_at < until, Source.next_check_at.is_(None)))
    return len(conn.execute(held.values(next_check_at=until).returning(Source.id)).all())


def note_ban(conn: Connection, source: AnyRow, message: str, at: datetime, next_check_at: datetime) -> None:
    """A source that was looked back at is refused: as if a poll had found that."""
    values = {
        "state": "soft_ban", "failures": Source.failures + 1, "last_error": message, "last_error_kind": "soft_ban",
        "last_fetch_at": at, "next_check_at": next_check_at,
    }  # fmt: skip
    conn.execute(update(Source).where(Source.id == source.id, Source.enabled).values(values))
