"""convoywatch sources backfill: what did a source post before we knew it?"""

from datetime import UTC, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from collector.commands.open import settings, store
from collector.commands.output import plain
from collector.commands.report import quiet_libraries, reporter
from collector.context import Context, now
from collector.errors import ConvoywatchError
from collector.interrupt import ends_in_order
from collector.lock import DaemonLock
from collector.prepare import exclusive, prepare
from collector.sources.registry import understand
from collector.stages.backfill import give_up, step
from db import look_back
from db import sources as stored
from db.look_back import Backfill
from db.types import AnyRow


@click.command()
@click.argument("name")
@click.option("--platform", help="The kind of source, where its name does not say it.")
@click.option(
    "--since", required=True, type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Back to this date (UTC)."
)
@click.option("--max-pages", default=5000, show_default=True, type=click.IntRange(1), help="Stop after so many pages.")
@click.pass_context
def backfill(ctx: click.Context, name: str, platform: str | None, since: datetime, max_pages: int) -> None:
    """Read a source back to a date, page by page, as politely as a poll.

    Every page is stored before the next is asked for: interrupted or killed, it goes on where it was when it is called
    again, and a running daemon goes on with it in the background.
    """
    quiet_libraries()
    start = since.replace(tzinfo=UTC)
    if start >= now():
        raise click.BadParameter("that is not in the past", param_hint="--since")
    with store(ctx) as opened:
        context = Context(settings(ctx), opened, reporter(False, quiet=True))
        code = 0
        try:
            with ends_in_order(context.stop):
                prepare(context)
                kind, clean = understand(name, platform)
                if _begin(context, clean, kind, start):
                    code = _go_on(context, clean, kind, max_pages)
        finally:
            context.close()
    ctx.exit(code)


def _begin(ctx: Context, name: str, platform: str, since: datetime) -> bool:
    """Ask for everything since then; False when that is there already."""
    source = _source(ctx, name, platform)
    come = look_back.backfill_of(source)
    if come.oldest and datetime.fromisoformat(come.oldest) <= since:
        click.echo(f"{platform}/{source.name}: read back to {come.oldest[:10]} already")
        return False
    with ctx.store.write() as conn:
        look_back.begin_backfill(conn, source.id, since)
    return True


def _source(ctx: Context, name: str, platform: str) -> AnyRow:
    with ctx.store.read() as conn:
        found = stored.find(conn, name, platform)
    if found is None:
        raise ConvoywatchError(f"there is no source {plain(name)}: add it with `convoywatch sources add`")
    return found


def _go_on(ctx: Context, name: str, platform: str, max_pages: int) -> int:
    """Read pages here, unless a daemon runs, which then does it; the exit code."""
    lock = DaemonLock(ctx.settings.data)
    if not lock.take():
        holder = plain(lock.holder())
        click.echo(f"the running daemon (process {holder}) goes on with it in the background, a page at a time")
        return 0
    lock.give_back()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with exclusive(ctx), Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        return _read(ctx, name, platform, max_pages, bar)


def _read(ctx: Context, name: str, platform: str, max_pages: int, bar: Progress) -> int:
    source, began = _source(ctx, name, platform), now()
    task = bar.add_task(plain(source.name), total=(began - source.backfill_since).total_seconds())
    for _ in range(max_pages):
        try:
            come, done = step(ctx, source)
        except ConvoywatchError as error:
            if ctx.stop.is_set():
                return _interrupted()
            give_up(ctx, source, error)
            click.echo(f"{platform}/{source.name}: {error}; what was read is stored: call again to go on", err=True)
            return 1
        if come.oldest:
            back = (began - datetime.fromisoformat(come.oldest)).total_seconds()
            bar.update(task, completed=back, description=f"{plain(source.name)}: back to {come.oldest[:10]}")
        source = _source(ctx, name, platform)
        if done:
            click.echo(f"{platform}/{source.name}: {_told(come)}")
            return 0
        if ctx.stop.is_set():
            return _interrupted()
    click.echo(f"{platform}/{source.name}: stopped after {max_pages} pages; call again to go on")
    return 0


def _interrupted() -> int:
    click.echo("interrupted: what was read is stored; call again to go on", err=True)
    return 130


def _told(come: Backfill) -> str:
    return f"read back to {come.oldest[:10]} in {come.pages} pages" if come.oldest else "there are no posts"
