"""What is still to do, and who is doing it: the truth about work, whichever engine carries it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, update

from db.among import among
from db.models import Analyzer, Work
from db.upsert import insert


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of work that this process now does."""

    work_id: int
    input_id: int
    attempts: int


def enqueue(conn: Connection, analyzer_id: int, input_ids: Iterable[int]) -> None:
    """Ask for each input to be analysed, again if it has been; what is running runs once more afterwards."""
    rows = [
        {"analyzer_id": analyzer_id, "input_id": i, "state": "pending", "requested": 1, "attempts": 0}
        for i in sorted(input_ids)
    ]
    if not rows:
        return
    again = {
        "requested": Work.requested + 1,
        "state": case((Work.state == "running", "running"), else_="pending"),
        "attempts": 0,
        "retry_at": None,
    }
    conn.execute(insert(conn, Work).on_conflict_do_update(index_elements=["analyzer_id", "input_id"], set_=again), rows)


def enqueue_once(conn: Connection, analyzer_id: int, input_ids: Iterable[int]) -> None:
    """Ask for each input to be analysed unless that was asked before: for inputs that never change."""
    rows = [
        {"analyzer_id": analyzer_id, "input_id": i, "state": "pending", "requested": 1, "attempts": 0}
        for i in sorted(input_ids)
    ]
    if rows:
        conn.execute(insert(conn, Work).on_conflict_do_nothing(), rows)


def _due(now: datetime) -> Any:
    waiting = and_(Work.state == "pending", or_(Work.retry_at.is_(None), Work.retry_at <= now))
    return or_(waiting, and_(Work.state == "running", Work.claimed_until < now))


def is_due(conn: Connection, analyzer_id: int, now: datetime) -> bool:
    """Is there anything to claim? A cheap look before a write transaction."""
    found = select(Work.id).where(Work.analyzer_id == analyzer_id, _due(now)).limit(1)
    return conn.execute(found).first() is not None


def claim(conn: Connection, analyzer_id: int, now: datetime, limit: int, lease: timedelta) -> list[Claim]:
    """Take up to `limit` pieces whose time has come, oldest first; a claim older than its lease is free again.

    They come in the order of their inputs, in which `enqueue` writes too: PostgreSQL locks rows as they are written.
    """
    chosen = conn.execute(
        select(Work.id, Work.input_id, Work.attempts)
        .where(Work.analyzer_id == analyzer_id, _due(now))
        .order_by(Work.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if chosen:
        conn.execute(
            update(Work)
            .where(among(conn, Work.id, [row.id for row in chosen]))
            .values(state="running", claimed=Work.requested, claimed_until=now + lease)
        )
    return [Claim(row.id, row.input_id, row.attempts) for row in sorted(chosen, key=lambda row: row.input_id)]


def finish(conn: Connection, work_id: int, now: datetime, *, empty: bool = False) -> None:
    """The work is done (`empty`: and gave nothing); it stays pending when it was asked for again meanwhile.

    Nothing changes when another that took the work over, after the lease, has ended it already.
    """
    outcome = case((Work.requested > Work.claimed, "pending"), else_="empty" if empty else "done")
    conn.execute(
        update(Work)
        .where(Work.id == work_id, Work.state == "running")
        .values(
            state=outcome, error=None, error_kind=None, retry_at=None, claimed=None, claimed_until=None, finished_at=now
        )
    )


def fail(conn: Connection, claim: Claim, now: datetime, kind: str, error: str, retry_at: datetime | None) -> None:
    """The work failed; with `retry_at` it is tried again then, without it is not."""
    conn.execute(
        update(Work)
        .where(Work.id == claim.work_id, Work.state == "running")
        .values(
            state="pending" if retry_at else case((Work.requested > Work.claimed, "pending"), else_="failed"),
            error=error[:2000], error_kind=kind, retry_at=retry_at, attempts=Work.attempts + 1,
            claimed=None, claimed_until=None, finished_at=now,
        )
    )  # fmt: skip


def release_all(conn: Connection) -> int:
    """Give back everything claimed: right only for the one process that holds the store's lock, when it starts."""
    gone = conn.execute(
        update(Work)
        .where(Work.state == "running")
        .values(state="pending", claimed=None, claimed_until=None)
        .returning(Work.id)
    )
    return len(gone.all())


def open_count(conn: Connection, now: datetime, *, due_only: bool = True) -> dict[str, int]:
    """Pieces of work a stage that are running or could be run now (all unfinished ones with `due_only=False`)."""
    waiting = Work.state == "pending"
    if due_only:
        waiting = and_(waiting, or_(Work.retry_at.is_(None), Work.retry_at <= now))
    rows = conn.execute(
        select(Analyzer.stage, func.count())
        .join(Work, Work.analyzer_id == Analyzer.id)
        .where(or_(waiting, Work.state == "running"))
        .group_by(Analyzer.stage)
    )
    return {row[0]: row[1] for row in rows}
