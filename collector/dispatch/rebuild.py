"""What if the engine's tables are lost, or a process wrote work without an engine? The work rows know all."""

from collections.abc import Collection

from sqlalchemy import text

from collector.context import Context
from collector.dispatch.engine import SCHEMA, install
from db import asked, sources, work
from db.session import Store

#: rows in one transaction
_PORTION = 5000
#: what waits for so long after its time without a job is handed over again
_OVERDUE_S = 60.0

_WITHOUT_JOB = f"""
SELECT work.id FROM work
LEFT JOIN (
  SELECT DISTINCT jsonb_array_elements_text(args -> 'ids')::bigint AS id
  FROM {SCHEMA}.procrastinate_jobs WHERE status IN ('todo', 'doing') AND jsonb_exists(args, 'ids')
) AS carried ON carried.id = work.id
WHERE carried.id IS NULL AND work.analyzer_id = ANY(:analyzers) AND (
  (work.state IN ('pending', 'poisoned')
   AND coalesce(work.retry_at, work.asked_at, '-infinity') < now() - make_interval(secs => :overdue))
  OR (work.state = 'running' AND work.claimed_until < now() - make_interval(secs => :overdue))
)
ORDER BY work.id LIMIT :portion
"""


def rebuild(ctx: Context) -> int:
    """Make the engine's tables if need be, and have it carry every unfinished piece of work, and nothing else.

    What a worker has in hand is taken from it and done once more: that worker's results are refused.
    """
    install(ctx.store)
    with ctx.store.write() as conn:
        tables = ", ".join(f"{SCHEMA}.procrastinate_{name}" for name in ("jobs", "events", "periodic_defers"))
        conn.exec_driver_sql(f"TRUNCATE {tables}")
        sources.release_all(conn)
    return hand_over_all(ctx.store, list(ctx.analyzers.values()))


def hand_over_all(store: Store, analyzers: Collection[int]) -> int:
    """Have the engine carry all that is unfinished; how many pieces."""
    done, after = 0, 0
    while True:
        with store.write() as conn:
            ids = work.unfinished(conn, analyzers, after, _PORTION)
            if not ids:
                return done
            work.release_pieces(conn, ids)
            asked.again(conn, ids)
        done, after = done + len(ids), ids[-1]


def sweep(ctx: Context) -> int:
    """Have carried what is overdue and has no job: whoever asked for it had no engine, or its job is lost."""
    bound = {"analyzers": list(ctx.analyzers.values()), "overdue": _OVERDUE_S, "portion": _PORTION}
    with ctx.store.write() as conn:
        ids = list(conn.execute(text(_WITHOUT_JOB), bound).scalars())
        work.release_pieces(conn, ids)
        asked.again(conn, ids)
    if ids:
        ctx.report("rescue", f"{len(ids)} pieces of work had no job; they have one now")
    return len(ids)
