"""convoywatch dispatch: how the engine and its workers do, and filling it again from the work rows."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from collector.commands.open import settings, store
from collector.commands.output import as_json, console, table
from collector.commands.report import quiet_libraries, reporter
from collector.context import Context
from collector.errors import Misconfigured
from collector.schedule import spoken


@click.group()
def dispatch() -> None:
    """The engine that hands work to workers on many machines."""


@contextmanager
def _context(ctx: click.Context) -> Iterator[Context]:
    wanted = settings(ctx)
    if wanted.dispatch != "postgres":
        raise Misconfigured('there is no engine: dispatch is "local"; set dispatch = "postgres" in convoywatch.toml')
    quiet_libraries()
    with store(ctx) as opened:
        context = Context(wanted, opened, reporter(False))
        try:
            yield context
        finally:
            context.close()


@dispatch.command()
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Forget the engine's jobs and make them anew from the work rows; makes its tables when they are lost."""
    from collector.dispatch.rebuild import rebuild as anew
    from collector.prepare import prepare

    with _context(ctx) as context:
        prepare(context)
        count = anew(context)
    click.echo(f"{count} unfinished pieces of work are with the engine again")


@dispatch.command()
@as_json
@click.pass_context
def status(ctx: click.Context, machine: bool) -> None:
    """Jobs by queue, and workers with their last heartbeat; exit code 1 when no worker lives."""
    from collector.dispatch import engine_state
    from collector.dispatch.engine import SCHEMA

    with _context(ctx) as context, context.store.read() as conn:
        if conn.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs')").scalar() is None:
            raise Misconfigured("the engine's tables are not there: `convoywatch dispatch rebuild` makes them")
        jobs, workers = engine_state.jobs(conn), engine_state.workers(conn)
        late = context.settings.workers.dead_after_s
    alive = [w for w in workers if w.ago_s < late]
    if machine:
        told = [
            {"id": w.id, "heartbeat_at": w.last_heartbeat.isoformat(), "ago_s": round(w.ago_s, 1), "jobs": w.jobs,
             "alive": w.ago_s < late}
            for w in workers
        ]  # fmt: skip
        click.echo(json.dumps({"queues": jobs, "workers": told}))
    else:
        rows = [[name, *(str(states[s]) for s in ("todo", "later", "doing"))] for name, states in jobs.items()]
        table("Jobs", ("queue", "waiting", "later", "running"), rows, empty="nothing is waiting")
        seen = [[str(w.id), spoken(w.ago_s), str(w.jobs), "" if w.ago_s < late else "[red]dead[/]"] for w in workers]
        table("Workers", ("number", "heartbeat ago", "jobs in hand", ""), seen, empty="none")
        if not alive:
            console().print("[bold red]no worker lives[/]: start `convoywatch worker`")
    ctx.exit(0 if alive else 1)
