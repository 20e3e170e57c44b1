"""What `run` and `ingest` tell while they work: a line an event for people, JSON lines for machines."""

import json
import logging
import threading

import click

from collector.commands.output import console, plain
from collector.context import Report, now

_COLOURS = {
    "due": "dim", "polled": "cyan", "failed": "red", "media": "dim", "frames": "dim", "located": "yellow",
    "sightings": "green", "track": "bold green", "analyzers": "magenta", "start": "bold", "stop": "bold",
    "alert": "bold red", "reload": "magenta",
}  # fmt: skip


def reporter(machine: bool, quiet: bool = False) -> Report:
    """A report for this terminal."""
    out, lock = console(), threading.Lock()

    def tell(kind: str, line: str) -> None:
        at = now()
        with lock:
            if machine:
                told = {"at": at.isoformat(timespec="milliseconds"), "event": kind, "message": line}
                click.echo(json.dumps(told, ensure_ascii=False))
            elif not quiet:
                colour = _COLOURS.get(kind, "white")
                out.print(f"[dim]{at:%H:%M:%S}[/] [{colour}]{kind:>9}[/]  {plain(line)}")

    return tell


def quiet_libraries() -> None:
    """Warnings and worse of libraries go to stderr; their chatter does not."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
