"""convoywatch inspect: what videos and pictures show, as JSON lines; the store not touched."""

from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--draw", metavar="OUT", type=click.Path(path_type=Path, file_okay=False), help="Write the stills with boxes there."
)
@click.option("--distant", is_flag=True, help="Look closer for columns far away, at three times the time.")
@click.pass_context
def inspect(ctx: click.Context, files: tuple[Path, ...], draw: Path | None, distant: bool) -> None:
    """Videos and pictures to JSON lines: vehicles frame by frame, how many in all, how likely a convoy.

    Each file is decoded in a process of its own; a bad one is told on stderr and skipped (exit code 3).
    """
    import sys

    from collector.commands.open import settings
    from collector.inspection import inspect_files
    from collector.models import used

    ctx.exit(inspect_files(files, draw, sys.stdout, sys.stderr, used(settings(ctx).data), distant))
