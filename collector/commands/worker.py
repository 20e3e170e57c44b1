"""convoywatch worker: does what the scheduler hands out, on as many machines as you like."""

import click

from collector.commands.open import settings, store
from collector.commands.report import quiet_libraries, reporter
from collector.context import Context
from collector.dispatch.queues import QUEUES
from collector.errors import Misconfigured
from collector.logs import into_file, noted


def _queues(_ctx: click.Context, _param: click.Parameter, said: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(q.strip() for q in said.split(",") if q.strip()))
    if unknown := [q for q in named if q not in QUEUES]:
        raise click.BadParameter(f"there is no queue {', '.join(unknown)}; there are {', '.join(QUEUES)}")
    return named or QUEUES


@click.command()
@click.option("--queues", default="", callback=_queues, metavar="NAME,...", help=f"Of {','.join(QUEUES)}; default all.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Jobs at a time.")
@click.option("--json", "machine", is_flag=True, help="JSON lines for machines.")
@click.pass_context
def worker(ctx: click.Context, queues: tuple[str, ...], concurrency: int, machine: bool) -> None:
    """Do work of a store on PostgreSQL with dispatch = "postgres", until Ctrl-C; killing it loses nothing."""
    quiet_libraries()
    wanted = settings(ctx)
    if wanted.dispatch != "postgres":
        raise Misconfigured('workers are for dispatch = "postgres"; on one machine `convoywatch run` does all the work')
    tell = noted(reporter(machine))
    with into_file(wanted.log, wanted.data), store(ctx, existing=False) as opened:
        from collector.dispatch.crew import Crew

        context = Context(wanted, opened, tell)
        try:
            Crew(context, queues, concurrency).run()
        finally:
            context.close()
        tell("stop", "stopped in order; nothing is lost")
