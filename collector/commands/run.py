"""convoywatch run: the daemon in the foreground."""

import os
import sys

import click

from collector.commands.open import settings, store
from collector.commands.report import quiet_libraries, reporter
from collector.context import Context
from collector.daemon import run as run_daemon
from collector.logs import into_file, noted


@click.command()
@click.option("--until-idle", is_flag=True, help="Stop when every source was asked once and no work is left.")
@click.option("--json", "machine", is_flag=True, help="JSON lines for machines.")
@click.pass_context
def run(ctx: click.Context, until_idle: bool, machine: bool) -> None:
    """Poll the sources, place what comes, link it into tracks; until Ctrl-C, which loses nothing."""
    quiet_libraries()
    wanted = settings(ctx)
    tell = noted(reporter(machine))
    with into_file(wanted.log, wanted.data), store(ctx, existing=False) as opened:
        context = Context(wanted, opened, tell)
        names = ", ".join(d.name for d in wanted.destinations) or "none (add [[destinations]])"
        tell("start", f"store {opened.url.render_as_string()}; {len(wanted.sources)} sources; watching {names}")
        if not wanted.sources:
            tell(
                "start", "no sources are configured: `convoywatch sources add NAME`, or [[sources]] in convoywatch.toml"
            )
        if not wanted.http.contact:
            tell("start", "set http.contact in convoywatch.toml, so that a server's owner can reach you")
        try:
            ended = run_daemon(context, lambda: settings(ctx), until_idle=until_idle)
        finally:
            context.close()
        tell("stop", "stopped in order; nothing is lost")
    if not ended:  # a thread is deep in a calculation whose result nobody waits for; its work was given back
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
