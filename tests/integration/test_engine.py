"""The engine's jobs stand and fall with the work rows: stored together, lost without loss, rescued."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from procrastinate import App, PsycopgConnector
from sqlalchemy import Connection, text

from collector.cli import convoywatch
from collector.context import Context, now
from collector.dispatch import engine, engine_state, rebuild
from collector.dispatch.hands import Hands
from collector.dispatch.postgres import Scheduler, arm
from collector.dispatch.rescue import rescue
from collector.errors import Misconfigured
from collector.prepare import exclusive, prepare
from collector.settings import load
from collector.stages import BY_NAME
from collector.worker import run_claimed
from db import sources, work
from db.migrate import config, upgrade
from db.session import Store
from tests import postgres
from tests.e2e import small

JOBS = f"SELECT task_name, queue_name, lock, args, status::text, scheduled_at FROM {engine.SCHEMA}.procrastinate_jobs"


def called(job: int, task: str = "work") -> Any:
    """What the engine tells a task of its job."""
    return SimpleNamespace(job=SimpleNamespace(id=job, task_name=task))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres.server() as folder:
        postgres.execute(folder, "CREATE DATABASE migrated")
        with Store(postgres.url(folder, "migrated")) as store:
            upgrade(store)
            engine.install(store)
        yield folder


@pytest.fixture
def ctx(server: str, tmp_path: Path) -> Iterator[Context]:
    postgres.execute(server, "DROP DATABASE IF EXISTS engine WITH (FORCE)")
    postgres.execute(server, "CREATE DATABASE engine TEMPLATE migrated")
    path = small.config(
        tmp_path, "http://127.0.0.1:9", ("quiet_test",), store=postgres.url(server, "engine"), dispatch="postgres",
        workers__heartbeat_s=0.5, workers__dead_after_s=1.0,
    )  # fmt: skip
    settings = load(path, {})
    with Store(settings.store_url) as store:
        arm(store, settings)
        made = Context(settings, store)
        prepare(made)
        yield made
        made.close()


def jobs(ctx: Context) -> list[Any]:
    with ctx.store.read() as conn:
        return list(conn.execute(text(JOBS + " ORDER BY id")))


def states(ctx: Context, stage: str) -> list[str]:
    with ctx.store.read() as conn:
        found = text("SELECT state FROM work WHERE analyzer_id = :a ORDER BY input_id")
        return list(conn.execute(found, {"a": ctx.analyzers[stage]}).scalars())


def ask(ctx: Context, stage: str, *inputs: int) -> None:
    with ctx.store.write() as conn:
        work.enqueue(conn, ctx.analyzers[stage], inputs)


def test_work_that_is_not_stored_is_not_carried(ctx: Context) -> None:
    with pytest.raises(ZeroDivisionError), ctx.store.write() as conn:
        _ask_and_fail(conn, ctx)
    assert jobs(ctx) == []


def _ask_and_fail(conn: Connection, ctx: Context) -> None:
    work.enqueue(conn, ctx.analyzers["locate"], [1])
    raise ZeroDivisionError


def test_a_transaction_is_one_job_a_batch_on_the_queue_of_its_stage(ctx: Context) -> None:
    with ctx.store.write() as conn:
        for n in range(40):
            work.enqueue(conn, ctx.analyzers["locate"], [n])
            work.enqueue(conn, ctx.analyzers["cluster"], [n % 3])
    found = [(j.task_name, j.queue_name, j.lock, len(j.args["ids"])) for j in jobs(ctx)]
    assert found == [
        ("work", "locate", None, 32), ("work", "locate", None, 8), ("work", "cluster", "cluster", 3)
    ]  # fmt: skip


def test_what_failed_for_a_while_is_carried_when_its_time_comes_and_locks_nothing(ctx: Context) -> None:
    ask(ctx, "match", 1)
    retry_at = small.at(99999, "00:00")
    with ctx.store.write() as conn:
        (claim,) = work.claim(conn, ctx.analyzers["match"], now(), 1, retry_at - now())
        work.fail(conn, claim, now(), "retry", "later", retry_at)
    later = jobs(ctx)[-1]
    assert (later.task_name, later.queue_name, later.lock, later.scheduled_at) == ("later", "media", None, retry_at)


def test_the_loss_of_the_engines_tables_loses_no_work(ctx: Context) -> None:
    ask(ctx, "locate", 1, 2)
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"DROP SCHEMA {engine.SCHEMA} CASCADE")
    ask(ctx, "locate", 3)  # collecting goes on
    with ctx.store.write() as conn:
        work.claim(conn, ctx.analyzers["locate"], now(), 1, small.at(99999, "00:00") - now(), job=5)
    assert rebuild.rebuild(ctx) == 3
    assert [len(j.args["ids"]) for j in jobs(ctx)] == [3]
    assert states(ctx, "locate") == ["pending"] * 3


def test_a_rebuild_puts_one_job_in_the_place_of_all_that_there_were(ctx: Context) -> None:
    ask(ctx, "locate", 1)
    ask(ctx, "locate", 2)
    _workers_with_a_job_each(ctx)
    assert rebuild.rebuild(ctx) == 2
    assert [(j.status, len(j.args["ids"])) for j in jobs(ctx)] == [("todo", 2)]


def test_another_version_of_the_engine_takes_over_what_waits(ctx: Context) -> None:
    ask(ctx, "locate", 1, 2)
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"COMMENT ON SCHEMA {engine.SCHEMA} IS 'an older one'")
    prepare(ctx)
    assert [len(j.args["ids"]) for j in jobs(ctx)] == [2]


def test_what_was_asked_for_without_an_engine_is_found_by_the_sweep(ctx: Context) -> None:
    carrier, ctx.store.carrier = ctx.store.carrier, None
    ask(ctx, "locate", 1)
    ctx.store.carrier = carrier
    ask(ctx, "locate", 2)
    with ctx.store.write() as conn:
        conn.exec_driver_sql("UPDATE work SET asked_at = now() - interval '1 hour'")
    assert rebuild.sweep(ctx) == 1  # the other has a job
    assert rebuild.sweep(ctx) == 0
    assert sorted(i for j in jobs(ctx) for i in j.args["ids"]) == [1, 2]


def test_the_jobs_of_a_dead_worker_are_done_by_others_and_only_they_are_blamed(ctx: Context) -> None:
    ask(ctx, "locate", 1)
    ask(ctx, "locate", 2)
    dead, alive = _workers_with_a_job_each(ctx)
    with ctx.store.write() as conn:
        pieces = list(conn.exec_driver_sql("SELECT id FROM work ORDER BY id").scalars())
        for piece, job in zip(pieces, (dead, alive), strict=True):
            work.claim_these(conn, [piece], now(), small.at(99999, "00:00") - now(), job=job, suspects=True)
    time.sleep(0.1)

    async def act() -> int:
        async with App(
            connector=PsycopgConnector(conninfo=engine.connection_info(ctx.store, "test"))
        ).open_async() as app:
            return await rescue(ctx, app.job_manager)

    assert asyncio.run(act()) == 1
    assert [(j.status) for j in jobs(ctx)] == ["todo", "doing"]
    with ctx.store.read() as conn:
        told = conn.exec_driver_sql("SELECT state, crashes FROM work ORDER BY id").all()
    assert [tuple(row) for row in told] == [("pending", 1), ("running", 0)]


def _workers_with_a_job_each(ctx: Context) -> list[int]:
    """Two jobs under way: the first worker's heart stopped a minute ago."""
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"SET LOCAL search_path TO {engine.SCHEMA}, public")
        found = []
        for ago in (60, 0):
            worker = conn.exec_driver_sql(
                f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{ago} s') RETURNING id"
            ).scalar()
            found.append(
                conn.exec_driver_sql(f"SELECT id FROM procrastinate_fetch_job_v2(NULL, {worker})").scalar_one()
            )
        return found


def test_one_that_was_held_for_dead_writes_nothing(ctx: Context) -> None:
    """Its results are those of work that another has taken over meanwhile."""
    ask(ctx, "poster", 1)
    stage = BY_NAME["poster"]

    def taken_over(conn: Connection, alone: bool) -> list[work.Claim]:
        claims = work.claim(conn, ctx.analyzers["poster"], now(), 1, small.at(99999, "00:00") - now(), job=1)
        work.release(conn, [1])
        return claims

    assert run_claimed(ctx, stage, taken_over) == 1
    assert states(ctx, "poster") == ["pending"]
    assert ctx.superseded.is_set()


def test_due_sources_become_jobs_one_at_a_time_for_a_server(ctx: Context) -> None:
    with ctx.store.write() as conn:
        for n in range(9):
            sources.add(conn, "telegram", f"channel_{n}", now())
        sources.add(conn, "feed", "https://news.example/feed", now())
    scheduler = Scheduler(ctx)
    scheduler.tick()
    scheduler.tick()
    found = [(j.task_name, j.queue_name, j.lock) for j in jobs(ctx)]
    assert found.count(("poll", "poll", "poll telegram")) == 4
    assert found.count(("poll", "poll", "poll news.example")) == 1
    assert scheduler.polling()


def test_a_scheduler_makes_the_tables_that_were_lost_under_it(ctx: Context) -> None:
    ask(ctx, "locate", 1)
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"DROP SCHEMA {engine.SCHEMA} CASCADE")
    scheduler = Scheduler(ctx)
    scheduler.tick()
    scheduler.tick()
    assert [j.queue_name for j in jobs(ctx)] == ["locate", "poll"]


def test_a_poll_that_another_has_seen_to_is_not_done_again(ctx: Context) -> None:
    Scheduler(ctx).tick()
    (job,) = jobs(ctx)
    with ctx.store.write() as conn:
        sources.release_all(conn)
    Hands(ctx).job_on_source(called(1, "poll"), job.args["source"])
    with ctx.store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM fetches").scalar() == 0


def test_work_of_an_older_version_is_left_and_of_a_newer_one_waits_for_who_has_it(ctx: Context) -> None:
    mine = ctx.analyzers["locate"]
    ask(ctx, "locate", 1)
    with ctx.store.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO analyzers (stage, version, params, is_current, created_at)"
            " VALUES ('locate', 'other', '{}', false, now())"
        )
        newer = conn.exec_driver_sql("SELECT max(id) FROM analyzers").scalar_one()
        work.enqueue(conn, newer, [1])
    before = len(jobs(ctx))
    Hands(ctx).work(called(1, "work"), newer, [2])
    assert [j.task_name for j in jobs(ctx)[before:]] == ["later"]
    ctx.analyzers["locate"] = newer
    Hands(ctx).work(called(2, "work"), mine, [1])
    assert len(jobs(ctx)) == before + 1
    assert states(ctx, "locate") == ["pending"]


def test_an_ordered_end_gives_back_what_was_in_hand(ctx: Context) -> None:
    ask(ctx, "locate", 1)
    ctx.stop.set()
    Hands(ctx).work(called(3, "work"), ctx.analyzers["locate"], [1])
    assert states(ctx, "locate") == ["pending"]
    assert len(jobs(ctx)) == 2
    with ctx.store.read() as conn:
        assert conn.exec_driver_sql("SELECT sum(crashes) FROM work").scalar() == 0


def test_a_daemon_of_one_machine_does_not_work_beside_workers(ctx: Context) -> None:
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"INSERT INTO {engine.SCHEMA}.procrastinate_workers DEFAULT VALUES")
    ctx.settings = ctx.settings.model_copy(update={"dispatch": "local"})
    with pytest.raises(Misconfigured, match="workers are at work"), exclusive(ctx):
        pass
    with ctx.store.read() as conn:
        assert [w.jobs for w in engine_state.workers(conn)] == [0]


def test_an_engine_needs_postgresql(tmp_path: Path) -> None:
    settings = load(small.config(tmp_path, "http://127.0.0.1:9", (), dispatch="postgres"), {})
    with Store(settings.store_url) as store, pytest.raises(Misconfigured, match="needs a store on PostgreSQL"):
        arm(store, settings)


def test_the_engines_tables_are_no_part_of_the_models(ctx: Context) -> None:
    """`alembic check` looks at the schema of the models only."""
    from alembic import command

    with ctx.store.engine.connect() as conn:
        command.check(config(conn))


def test_an_operator_sees_jobs_and_workers_and_fills_the_engine_again(ctx: Context) -> None:
    path = str(ctx.settings.file)
    ask(ctx, "locate", 1, 2)
    _workers_with_a_job_each(ctx)

    def call(*words: str) -> Result:
        return CliRunner().invoke(convoywatch, ["--config", path, "dispatch", *words])

    told = call("status", "--json")
    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)
    assert said["queues"] == {"locate": {"todo": 0, "later": 0, "doing": 1}}
    assert [(w["jobs"], w["alive"]) for w in said["workers"]] == [(1, False), (0, True)]
    assert "2 unfinished pieces of work are with the engine again" in call("rebuild").output
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"DROP SCHEMA {engine.SCHEMA} CASCADE")
    assert isinstance(call("status").exception, Misconfigured)
    assert "2 unfinished pieces" in call("rebuild").output
    assert call("status").exit_code == 1  # no worker lives


def test_workers_are_for_an_engine_only(tmp_path: Path) -> None:
    path = str(small.config(tmp_path, "http://127.0.0.1:9", ()))
    assert isinstance(CliRunner().invoke(convoywatch, ["--config", path, "worker"]).exception, Misconfigured)
    assert isinstance(
        CliRunner().invoke(convoywatch, ["--config", path, "dispatch", "status"]).exception, Misconfigured
    )
    assert "there is no queue meida" in CliRunner().invoke(convoywatch, ["worker", "--queues", "meida"]).output
