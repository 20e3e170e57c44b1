"""How is the engine doing? Jobs that wait and run, and the workers that live."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector.dispatch.engine import SCHEMA
from collector.dispatch.queues import POLL
from db.session import Store

_JOBS = f"""
SELECT queue_name, CASE WHEN status = 'todo' AND scheduled_at > now() THEN 'later' ELSE status::text END, count(*)
FROM {SCHEMA}.procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1, 2 ORDER BY 1
"""
_WORKERS = f"""
SELECT w.id, w.last_heartbeat, extract(epoch FROM now() - w.last_heartbeat)::float, count(j.id)
FROM {SCHEMA}.procrastinate_workers w
LEFT JOIN {SCHEMA}.procrastinate_jobs j ON j.worker_id = w.id AND j.status = 'doing'
GROUP BY w.id ORDER BY w.id
"""
_POLLS = f"""
SELECT lock FROM {SCHEMA}.procrastinate_jobs WHERE queue_name = '{POLL}' AND status IN ('todo', 'doing')
"""


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker process as the engine knows it: its last heartbeat, how long ago that was, and its jobs in hand."""

    id: int
    last_heartbeat: datetime
    ago_s: float
    jobs: int


def jobs(conn: Connection) -> dict[str, dict[str, int]]:
    """Jobs by queue: `todo` (could be done now), `later` (wait for their time), `doing`."""
    found: dict[str, dict[str, int]] = {}
    for queue, state, count in conn.exec_driver_sql(_JOBS):
        found.setdefault(queue, {"todo": 0, "later": 0, "doing": 0})[state] = count
    return found


def workers(conn: Connection) -> list[WorkerSeen]:
    """Every worker that has not ended in order; those that died are among them until they are found out."""
    return [WorkerSeen(*row) for row in conn.exec_driver_sql(_WORKERS)]


def at_work(store: Store, dead_after_s: float) -> int:
    """How many workers live; 0 where there never was an engine."""
    if store.is_sqlite:
        return 0
    with store.read() as conn:
        if conn.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.procrastinate_workers')").scalar() is None:
            return 0
        return sum(worker.ago_s < dead_after_s for worker in workers(conn))


def polls(conn: Connection) -> list[str]:
    """The server of each source that waits to be asked, or is being asked."""
    return [str(lock or "").removeprefix("poll ") for (lock,) in conn.exec_driver_sql(_POLLS)]
