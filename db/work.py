"""What is still to do, and who is doing it: the truth about work, whichever engine carries it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, and_, case, false, func, or_, select, true, update

from db.among import among
from db.asked import noting
from db.models import Analyzer, Work
from db.types import AnyRow
from db.upsert import insert

#: what the program died with this often in a row is taken by itself, so that the next death tells who is to blame
SUSPECT_AFTER = 2
#: and what it died with this often is left alone for so long
CRASH_LIMIT, POISONED_FOR = 5, timedelta(days=1)
#: where a connection keeps what is asked for `together`
_LATER = "convoywatch_asked_together"
#: how far the clocks of two machines may differ before one thinks that the other's work is not due yet
SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of work that this process now does. `suspect`: it was in hand when the program died, more than once.

    `until` is when the lease ends, and by it the claim is known from a later one of the same piece.
    """

    work_id: int
    input_id: int
    attempts: int
    suspect: bool = False
    until: datetime | None = None


def enqueue(conn: Connection, analyzer_id: int, input_ids: Iterable[int]) -> None:
    """Ask for each input to be analysed, again if it has been; what is running runs once more afterwards."""
    later: dict[int, set[int]] | None = conn.info.get(_LATER)
    if later is not None:
        later.setdefault(analyzer_id, set()).update(input_ids)
        return
    rows = _asked(analyzer_id, input_ids)
    if not rows:
        return
    asking = insert(conn, Work)
    again = {
        "requested": Work.requested + 1,
        "state": case((Work.state == "running", "running"), else_="pending"),
        "attempts": 0,
        "retry_at": None,
        "asked_at": case((Work.state == "pending", Work.asked_at), else_=asking.excluded.asked_at),
    }
    noting(conn, asking.on_conflict_do_update(index_elements=["analyzer_id", "input_id"], set_=again), rows)


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """What `enqueue` asks for inside is asked for at the end: each piece once, and in one order.

    A transaction locks what it asks for until it ends. Workers that place posts of one event ask for the same pieces:
    one after another in any order they waited for each other's whole batches, or in a circle.
    """
    later: dict[int, set[int]] = {}
    conn.info[_LATER] = later
    try:
        yield
    finally:
        del conn.info[_LATER]
    for analyzer_id in sorted(later):
        enqueue(conn, analyzer_id, later[analyzer_id])


def enqueue_once(conn: Connection, analyzer_id: int, input_ids: Iterable[int]) -> None:
    """Ask for each input to be analysed unless that was asked before: for inputs that never change."""
    if rows := _asked(analyzer_id, input_ids):
        noting(conn, insert(conn, Work).on_conflict_do_nothing(), rows)


def _asked(analyzer_id: int, input_ids: Iterable[int]) -> list[dict[str, Any]]:
    new = {"analyzer_id": analyzer_id, "state": "pending", "requested": 1, "attempts": 0, "asked_at": datetime.now(UTC)}
    return [new | {"input_id": i} for i in sorted(set(input_ids))]


def _due(now: datetime) -> Any:
    waiting = and_(Work.state == "pending", or_(Work.retry_at.is_(None), Work.retry_at <= now))
    again = and_(Work.state == "poisoned", Work.retry_at <= now)
    return or_(waiting, again, and_(Work.state == "running", Work.claimed_until < now))


def is_due(conn: Connection, analyzer_id: int, now: datetime) -> bool:
    """Is there anything to claim? A cheap look before a write transaction."""
    found = select(Work.id).where(Work.analyzer_id == analyzer_id, _due(now)).limit(1)
    return conn.execute(found).first() is not None


def claim(
    conn: Connection, analyzer_id: int, now: datetime, limit: int, lease: timedelta, *, suspects: bool = True,
    job: int | None = None,
) -> list[Claim]:  # fmt: skip
    """Take up to `limit` pieces whose time has come, oldest first; a claim older than its lease is free again.

    They come in the order of their inputs, in which `enqueue` writes too: PostgreSQL locks rows as they are written.
    A suspect (see `Claim`) comes by itself, and none comes without `suspects`. `job`: the engine's job that takes them.
    """
    due = select(Work.id, Work.input_id, Work.attempts, Work.crashes).where(
        Work.analyzer_id == analyzer_id, or_(_due(now), _held_by(job))
    )
    if not suspects:
        due = due.where(Work.crashes < SUSPECT_AFTER)
    return _take(conn, conn.execute(due.order_by(Work.id).limit(limit).with_for_update(skip_locked=True)).all(),
                 now + lease, job)  # fmt: skip


def claim_these(
    conn: Connection, work_ids: Collection[int], now: datetime, lease: timedelta, *, job: int, suspects: bool
) -> tuple[list[Claim], list[int]]:
    """Take those of these pieces whose time has come, for a job of the engine; and the row ids of what it must leave.

    What another has in hand, or has done, is neither: it is, or was, seen to. What is left waits for a suspect. The
    engine's clock called the job, so that a moment's difference to ours does not count.
    """
    due = select(Work.id, Work.input_id, Work.attempts, Work.crashes).where(
        among(conn, Work.id, work_ids), or_(_due(now + SKEW), _held_by(job))
    )
    chosen = conn.execute(due.order_by(Work.id).with_for_update(skip_locked=True)).all()
    free = [row for row in chosen if suspects or row.crashes < SUSPECT_AFTER]
    claims = _take(conn, free, now + lease, job)
    taken = {claim.work_id for claim in claims}
    return claims, [row.id for row in chosen if row.id not in taken]


def _held_by(job: int | None) -> Any:
    """What this very job took before it was broken off."""
    return and_(Work.state == "running", Work.claimed_by == job) if job is not None else false()


def _take(conn: Connection, chosen: Sequence[AnyRow], until: datetime, job: int | None) -> list[Claim]:
    alone = [row for row in chosen if row.crashes >= SUSPECT_AFTER]
    if alone:
        chosen = alone[:1]
    if chosen:
        conn.execute(
            update(Work)
            .where(among(conn, Work.id, [row.id for row in chosen]))
            .values(state="running", claimed=Work.requested, claimed_until=until, claimed_by=job)
        )
    ordered = sorted(chosen, key=lambda row: row.input_id)
    return [Claim(row.id, row.input_id, row.attempts, row.crashes >= SUSPECT_AFTER, until) for row in ordered]


def hold(conn: Connection, claims: Collection[Claim]) -> bool:
    """Are all these claims still ours? If so, nobody takes them until this transaction ends.

    One that was held for dead may find that another has taken its work: what it found out must not be written then.
    """
    mine = select(Work.id, Work.claimed_until).where(
        among(conn, Work.id, [c.work_id for c in claims]), Work.state == "running"
    )
    until = {row.id: row.claimed_until for row in conn.execute(mine.order_by(Work.id).with_for_update())}
    return all(c.work_id in until and until[c.work_id] == c.until for c in claims)


def finish(conn: Connection, work_id: int, now: datetime, *, empty: bool = False) -> None:
    """The work is done (`empty`: and gave nothing); it stays pending when it was asked for again meanwhile.

    Nothing changes when another that took the work over, after the lease, has ended it already.
    """
    outcome = case((Work.requested > Work.claimed, "pending"), else_="empty" if empty else "done")
    noting(
        conn,
        update(Work)
        .where(Work.id == work_id, Work.state == "running")
        .values(
            state=outcome, error=None, error_kind=None, retry_at=None, claimed=None, claimed_until=None,
            claimed_by=None, finished_at=now, crashes=0,
        )
    )  # fmt: skip


def fail(conn: Connection, claim: Claim, now: datetime, kind: str, error: str, retry_at: datetime | None) -> None:
    """The work failed; with `retry_at` it is tried again then, without it is not."""
    noting(
        conn,
        update(Work)
        .where(Work.id == claim.work_id, Work.state == "running")
        .values(
            state="pending" if retry_at else case((Work.requested > Work.claimed, "pending"), else_="failed"),
            error=error[:2000], error_kind=kind, retry_at=retry_at, attempts=Work.attempts + 1,
            claimed=None, claimed_until=None, claimed_by=None, finished_at=now, crashes=0,
        )
    )  # fmt: skip


def wake(conn: Connection, analyzer_id: int, error_kind: str, limit: int) -> None:
    """Let up to `limit` pieces that wait after a failure of this kind be tried now: its cause has gone."""
    waiting = (
        select(Work.id)
        .where(Work.analyzer_id == analyzer_id, Work.state == "pending", Work.error_kind == error_kind)
        .where(Work.retry_at.is_not(None))
        .order_by(Work.retry_at)
        .limit(limit)
    )
    noting(conn, update(Work).where(Work.id.in_(waiting)).values(retry_at=None))


def release_all(conn: Connection) -> int:
    """Give back everything claimed: right only for the one process that holds the store's lock, when it ends."""
    gone = conn.execute(_free().where(Work.state == "running").returning(Work.id))
    return len(gone.all())


def release(conn: Connection, jobs: Collection[int], *, carry: bool = True) -> None:
    """Give back what these jobs of the engine have in hand. Without `carry` the jobs themselves are done again."""
    held = _free().where(Work.state == "running", among(conn, Work.claimed_by, jobs))
    if carry:
        noting(conn, held)
    else:
        conn.execute(held)


def release_pieces(conn: Connection, work_ids: Collection[int]) -> None:
    """Take these pieces from whoever has them in hand."""
    noting(conn, _free().where(Work.state == "running", among(conn, Work.id, work_ids)))


def _free() -> Update:
    return update(Work).values(state="pending", claimed=None, claimed_until=None, claimed_by=None)


def unfinished(conn: Connection, analyzer_ids: Collection[int], after: int, limit: int) -> list[int]:
    """Row ids, in order and after one of them, of what is pending, poisoned or in hand."""
    open_ = (Work.analyzer_id.in_(analyzer_ids), Work.state.in_(("pending", "poisoned", "running")), Work.id > after)
    return list(conn.execute(select(Work.id).where(*open_).order_by(Work.id).limit(limit)).scalars())


def blame(
    conn: Connection, innocent: Collection[str], now: datetime, limit: int = CRASH_LIMIT, *,
    jobs: Collection[int] | None = None,
) -> list[tuple[str, int]]:  # fmt: skip
    """Count a crash against what a process that died had in hand; (stage, input) of what is poisoned by that.

    Poisoned work is left alone for a day, then tried once more: nothing is given up for good. A `limit` of 0: never.
    To be called before `release_all`, by the process that holds the store's lock, when it starts. Of several pieces a
    suspect is to blame, if there is one (there is one at most at a time), else each may be. `innocent` stages do their
    dangerous work in processes of their own. With `jobs`, those of the engine that a worker died with: only what they
    had in hand counts, and `release` gives it back.
    """
    mine = true() if jobs is None else among(conn, Work.claimed_by, jobs)
    held = conn.execute(
        select(Work.id, Work.input_id, Work.crashes, Analyzer.stage)
        .join(Analyzer, Analyzer.id == Work.analyzer_id)
        .where(Work.state == "running", Analyzer.stage.not_in(innocent), mine)
    ).all()
    blamed = [row for row in held if row.crashes >= SUSPECT_AFTER] or held
    conn.execute(update(Work).where(among(conn, Work.id, [r.id for r in blamed])).values(crashes=Work.crashes + 1))
    over = [row for row in blamed if limit and row.crashes + 1 >= limit]
    noting(
        conn,
        update(Work)
        .where(among(conn, Work.id, [r.id for r in over]))
        .values(
            state="poisoned", error_kind="crash", claimed=None, claimed_until=None, claimed_by=None,
            retry_at=now + POISONED_FOR,
            finished_at=now, error=f"the program died {limit} times or more with this in hand",
        )
    )  # fmt: skip
    return [(row.stage, row.input_id) for row in over]


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
