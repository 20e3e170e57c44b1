"""convoywatch sources check: what does a source say now?"""

import click

from collector.commands.open import settings, store
from collector.commands.output import plain
from collector.commands.report import quiet_libraries, reporter
from collector.commands.sources import find, platform_option
from collector.context import Context, now
from collector.interrupt import ends_in_order
from collector.prepare import exclusive, prepare
from collector.stages.poll import poll
from db import query
from db import sources as stored


@click.command()
@click.argument("name")
@platform_option
@click.pass_context
def check(ctx: click.Context, name: str, platform: str | None) -> None:
    """Poll one source now and say what came; with a daemon running, make it due at once."""
    quiet_libraries()
    with store(ctx) as opened:
        context = Context(settings(ctx), opened, reporter(False))
        try:
            prepare(context)
            source = find(opened, name, platform)
            with opened.write() as conn:
                stored.check_now(conn, source.id, now())
            with ends_in_order(context.stop), exclusive(context):
                poll(context, find(opened, name, platform))
        finally:
            context.close()
        source = find(opened, name, platform)
        with opened.read() as conn:
            for issue in query.issues(conn, source.id):
                click.echo(f"  not understood {issue.times} times: {plain(issue.detail)}")
    ctx.exit(1 if source.last_error else 0)
