"""What work was asked for in this transaction? An engine that carries work is told before it is stored, or not at all.

A write transaction of a store with a carrier (see `db.session.Store`) has a list in its execution options; every
statement that may leave work pending goes through `noting`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from db.among import among
from db.models import Work

OPTION = "convoywatch_asked"


@dataclass(frozen=True, slots=True)
class Ask:
    """A piece of work that waits. `due_at`: not before then, None for now."""

    analyzer_id: int
    work_id: int
    input_id: int
    due_at: datetime | None = None


def noting(conn: Connection, statement: Any, rows: Sequence[dict[str, Any]] | None = None) -> int | None:
    """Run a statement on `work`, and note what is pending now; how many rows it told of, None where nobody asks."""
    asked: list[Ask] | None = conn.get_execution_options().get(OPTION)
    if asked is None:
        conn.execute(statement, rows)
        return None
    told = statement.returning(Work.analyzer_id, Work.id, Work.input_id, Work.state, Work.retry_at)
    found = conn.execute(told, rows).all()
    asked += [
        Ask(row.analyzer_id, row.id, row.input_id, row.retry_at)
        for row in found
        if row.state == "pending" or (row.state == "poisoned" and row.retry_at)
    ]
    return len(found)


def again(conn: Connection, work_ids: Collection[int], not_before: datetime | None = None) -> None:
    """Note these pieces once more, as far as they wait; with `not_before`, none of them sooner."""
    asked: list[Ask] | None = conn.get_execution_options().get(OPTION)
    if asked is None:
        return
    waiting = (among(conn, Work.id, work_ids), Work.state.in_(("pending", "poisoned")))
    for row in conn.execute(select(Work.analyzer_id, Work.id, Work.input_id, Work.retry_at).where(*waiting)):
        due = max((at for at in (row.retry_at, not_before) if at), default=None)
        asked.append(Ask(row.analyzer_id, row.id, row.input_id, due))
