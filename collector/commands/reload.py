"""convoywatch reload: let the running daemon read its configuration again."""

import os
import signal
import time

import click

from collector.commands.open import settings
from collector.errors import ConvoywatchError, Misconfigured
from collector.heartbeat import alive

#: a daemon that has not answered within so many seconds is stuck
PATIENCE_S = 30.0


@click.command()
@click.pass_context
def reload(ctx: click.Context) -> None:
    """Let the running daemon read its configuration again; a wrong one is told, and all goes on as before."""
    wanted = settings(ctx)  # told here already when it is wrong
    before = alive(wanted.data)
    if before is None:
        raise Misconfigured(f"no daemon is running on {wanted.data}: `convoywatch run` reads the configuration")
    os.kill(before.pid, signal.SIGHUP)
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        time.sleep(0.05)
        beat = alive(wanted.data)
        if beat and beat.reloaded_at != before.reloaded_at:
            if beat.reload_error:
                raise ConvoywatchError(f"the daemon refused, and goes on as before: {beat.reload_error}")
            click.echo(f"process {beat.pid} goes on with the configuration as it is now")
            return
    raise ConvoywatchError(f"process {before.pid} did not answer within {PATIENCE_S:.0f} s: `convoywatch status`")
