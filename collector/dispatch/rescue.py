"""A worker has died: with what in hand, who is to blame, and who does its work now?"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from collector.context import Context, now
from collector.dispatch.jobs import POLL_CRASHES
from collector.dispatch.queues import POLL
from collector.stages import BY_NAME, INNOCENT
from collector.worker import Crash
from db import sources, work


async def rescue(ctx: Context, manager: JobManager) -> int:
    """Have the jobs of dead workers done by others, after noting what they died with; how many jobs.

    A job's lock is held until then: nothing else that needs it goes on.
    """
    # workers that have not said that they live for so long, and jobs whose worker is not known any more
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=ctx.settings.workers.dead_after_s))
    if stalled:
        blame(ctx, stalled)
        await again(manager, [job.id for job in stalled if job.id])
        ctx.report("rescue", f"{len(stalled)} jobs of workers that died are done by others")
    return len(stalled)


async def again(manager: JobManager, jobs: Collection[int]) -> None:
    """Have jobs done anew; one that another process saw to meanwhile is left to it."""
    for job in jobs:
        try:
            await manager.retry_job_by_id_async(job_id=job, retry_at=now())
        except ConnectorException as error:
            if not gone(error):
                raise


def blame(ctx: Context, stalled: Sequence[Job]) -> None:
    """Count a crash against what each dead worker had in hand, and give it back; what always kills is left alone."""
    of_worker: dict[int | None, list[int]] = defaultdict(list)
    polled = [int(str(job.task_kwargs["source"])) for job in stalled if job.queue == POLL]
    for job in stalled:
        if job.id:
            of_worker[job.worker_id].append(job.id)
    limit = ctx.settings.schedule.crash_limit
    with ctx.store.write() as conn:
        for jobs in of_worker.values():
            for stage, input_id in work.blame(conn, INNOCENT, now(), limit, jobs=jobs):
                error = Crash(f"workers died again and again with {stage} {input_id} in hand; it is left alone")
                if stage in BY_NAME:
                    BY_NAME[stage].failed(conn, input_id, error)
                ctx.report("failed", str(error))
            work.release(conn, jobs, carry=False)
        if limit and polled:
            first = timedelta(seconds=ctx.settings.schedule.min_interval_s)
            sources.blame(conn, now(), POLL_CRASHES, first, among=polled)
        sources.release_all(conn, polled)  # their jobs find nothing to do; the scheduler asks when they are due


def gone(error: ConnectorException) -> bool:
    """The job has ended, or was taken over: the engine's function says so by raising."""
    return type(error.__cause__).__name__ == "RaiseException"
