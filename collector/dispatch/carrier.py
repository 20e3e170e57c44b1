"""How does a work row become a job of the engine? In the transaction that writes the row, or not at all."""

import itertools
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from collector.context import now
from collector.dispatch.engine import SCHEMA, raw
from collector.dispatch.queues import ALONE, LATER, QUEUE_OF, WORK
from collector.stages import BY_NAME
from collector.stages.rows import BY_YTDLP
from db import media
from db.asked import Ask
from db.models import Analyzer

log = logging.getLogger("collector.dispatch")

#: what is due so soon is handed over at once
AT_ONCE = timedelta(seconds=1)
#: jobs in one statement
_PORTION = 1000


class EngineCarrier:
    """A `db.session.Carrier` for procrastinate. The engine's tables may be lost: the rows are stored all the same."""

    def __init__(self) -> None:
        self._manager = App(connector=SyncPsycopgConnector()).job_manager
        self._stages: dict[int, str] = {}

    def __call__(self, conn: Connection, asked: Sequence[Ask]) -> None:
        """Have all this carried."""
        self.defer(conn, self._jobs(conn, asked))

    def defer(self, conn: Connection, jobs: Iterable[Job]) -> None:
        """Hand jobs over, as the last thing in a transaction: only the engine's tables are found after it."""
        waiting = iter(jobs)
        while portion := list(itertools.islice(waiting, _PORTION)):
            try:
                with conn.begin_nested():
                    conn.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
                    self._manager.batch_defer_jobs(portion, connection=raw(conn))
            except ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.ProgrammingError):
                    raise OperationalError("handing work to the engine", None, _cause(error)) from error
                log.warning("the engine's tables are not there; `convoywatch dispatch rebuild` makes them: %s", error)
                return

    def _jobs(self, conn: Connection, asked: Sequence[Ask]) -> list[Job]:
        at_once = now() + AT_ONCE
        soon: dict[int, dict[int, int]] = defaultdict(dict)
        later: dict[tuple[int, datetime], set[int]] = defaultdict(set)
        for ask in asked:
            if ask.due_at is None or ask.due_at <= at_once:
                soon[ask.analyzer_id][ask.work_id] = ask.input_id
            else:
                later[ask.analyzer_id, ask.due_at].add(ask.work_id)
        stages = self._names(conn, {ask.analyzer_id for ask in asked})
        jobs = [
            job
            for analyzer, inputs in soon.items()
            if (stage := stages.get(analyzer))
            for job in self._now(conn, analyzer, stage, inputs)
        ]
        return jobs + [
            # without a lock: one that waits would hold back all that came after it under the same lock
            _job(LATER, stage, analyzer, sorted(ids), at=at)
            for (analyzer, at), ids in later.items()
            if (stage := stages.get(analyzer))
        ]

    def _now(self, conn: Connection, analyzer: int, stage: str, inputs: dict[int, int]) -> list[Job]:
        ids = sorted(inputs)
        if stage in ("download", "poster"):
            hosts = hosts_of(conn, stage, inputs.values())
            return [_job(WORK, stage, analyzer, [i], lock=hosts.get(inputs[i])) for i in ids]
        lock = stage if stage in ALONE else None
        size = BY_NAME[stage].batch
        return [_job(WORK, stage, analyzer, ids[n : n + size], lock=lock) for n in range(0, len(ids), size)]

    def _names(self, conn: Connection, analyzers: set[int]) -> dict[int, str]:
        """Stages of analyzers; without those that this program does not know."""
        if unknown := analyzers - self._stages.keys():
            rows = conn.execute(select(Analyzer.id, Analyzer.stage).where(Analyzer.id.in_(unknown)))
            self._stages |= {row.id: row.stage for row in rows}
        return {a: self._stages[a] for a in analyzers if self._stages.get(a) in BY_NAME}


def hosts_of(conn: Connection, stage: str, inputs: Collection[int]) -> dict[int, str]:
    """The lock of each attachment: one file at a time from a host. None for what lies on a disk of ours."""
    found = {}
    for row in media.addresses(conn, inputs):
        url = row.thumb_url if stage == "poster" else row.post_url if row.platform in BY_YTDLP else row.url
        host = urlsplit(url or "").netloc.rpartition("@")[2].lower()
        if host and not (row.file and stage == "download"):
            found[row.id] = f"host {host}"
    return found


def _job(
    task: str, stage: str, analyzer: int, ids: Collection[int], *, lock: str | None = None, at: datetime | None = None
) -> Job:
    return Job(
        queue=QUEUE_OF[stage], lock=lock, queueing_lock=None, task_name=task, scheduled_at=at,
        task_kwargs={"analyzer": analyzer, "ids": list(ids)},
    )  # fmt: skip


def _cause(error: ConnectorException) -> BaseException:
    return error.__cause__ or error
