"""convoywatch ingest: what a reporter hands over goes the same way as what is polled."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from collector.commands.open import settings, store
from collector.commands.output import plain, table
from collector.commands.report import quiet_libraries, reporter
from collector.context import Context
from collector.drain import drain
from collector.errors import ConvoywatchError, Misconfigured
from collector.ingest import Arrived, Told, read_any, read_stream
from collector.ingest import ingest as take_in
from collector.interrupt import ends_in_order
from collector.lock import DaemonLock
from collector.prepare import exclusive, prepare
from collector.sources.csv_posts import Reading, column_map
from collector.sources.csv_times import read_zone
from collector.sources.dataset import Dataset, field_map
from collector.sources.jsonl import PLATFORMS
from collector.stages.give_file import give_file
from db.rows import Saved


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="URL|FILE|FOLDER|-...")
@click.option("--text", default="", help="The words that came with a bare video or picture.")
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]), help="When it was posted (UTC)."
)
@click.option("--for", "post_url", metavar="POST_URL", help="The post that withholds this file.")
@click.option("--index", type=click.IntRange(1), help="With --for: which file of the post, from 1.")
@click.option("--map", "columns", default="", metavar="FIELD=COLUMN,...", help="Tables: which column is what.")
@click.option("--platform", type=click.Choice(sorted(PLATFORMS)), help="Tables: where all rows were published.")
@click.option("--timezone", default="UTC", metavar="NAME", help="Tables: the zone of times that tell none.")
@click.option("--dataset", metavar="NAME", help="The files hold sightings of others: their dataset's name.")
@click.option("--licence", help="With --dataset: the licence that it is under.")
@click.option("--radius", default=1.0, show_default=True, type=click.FloatRange(0.001, 1000), help="Its places, km.")
@click.option("--json", "machine", is_flag=True, help="JSON lines for machines.")
@click.pass_context
def ingest(
    ctx: click.Context, what: tuple[str, ...], text: str, at: datetime | None, post_url: str | None,
    index: int | None, columns: str, platform: str | None, timezone: str, dataset: str | None, licence: str | None,
    radius: float, machine: bool,
) -> None:  # fmt: skip
    """Take in a link, a file, a folder, an archive, a table, an export, or JSON lines ("-"), and analyse it.

    Taking in the same thing again adds nothing. Exit code 3: some items were bad and skipped.
    """
    quiet_libraries()
    tell = reporter(machine)
    zone = read_zone(timezone)
    theirs = _theirs(dataset, licence, radius, columns, zone) if dataset else None
    tables = Reading({} if theirs else column_map(columns), platform, zone)
    told = Told(text, at.replace(tzinfo=UTC) if at else None, tables, theirs)
    with store(ctx, existing=False) as opened:
        context = Context(settings(ctx), opened, tell)
        try:
            with ends_in_order(context.stop):
                prepare(context)
                bad = _give(context, what, post_url, index) if post_url else _take_in(context, what, told, machine)
                _analyse(context)
            if context.stop.is_set():
                tell("stop", "interrupted: what was read so far is stored; call again to go on")
                ctx.exit(130)
        finally:
            context.close()
    ctx.exit(3 if bad else 0)


def _theirs(name: str, licence: str | None, radius_km: float, columns: str, zone: tzinfo) -> Dataset:
    if not licence:
        raise click.UsageError(
            '--dataset needs --licence, which is exported with its rows: "CC BY 4.0", "unknown", ...'
        )
    return Dataset(name, licence, radius_km, field_map(columns), zone)


def _give(ctx: Context, what: tuple[str, ...], post_url: str, index: int | None) -> int:
    """Attach a file to the post that withholds it; a wrong call raises before anything is stored."""
    if len(what) != 1 or what[0] == "-":
        raise Misconfigured("--for takes one file, and the address of the post that withholds it")
    ctx.report("media", give_file(ctx, Path(what[0]), post_url, index))
    return 0


@dataclass
class _Count:
    """What was taken in from one of the things handed over."""

    what: str
    new: int = 0
    edited: int = 0
    known: int = 0
    bad: list[str] = field(default_factory=list)


def _take_in(ctx: Context, what: tuple[str, ...], told: Told, machine: bool) -> int:
    """Store what is handed over, one after the other; how many items were bad."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    counts = []
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=machine) as bar:
        task = bar.add_task("reading", total=len(what) if len(what) > 1 else None)
        for one in what:
            if ctx.stop.is_set():
                break
            counts.append(_take_in_one(ctx, one, told, partial(bar.update, task)))
            bar.advance(task)
    _sum_up(ctx, counts, machine)
    return sum(len(count.bad) for count in counts)


def _take_in_one(ctx: Context, one: str, told: Told, show: Callable[..., None]) -> _Count:
    count = _Count(one)

    def bad(item: str, wrong: str) -> None:
        count.bad.append(item)
        ctx.report("failed", f"{item}: {wrong}; skipped")

    def posts() -> Iterator[Arrived]:
        try:
            yield from read_stream(sys.stdin.buffer, bad) if one == "-" else read_any(ctx, one, told, bad)
        except ConvoywatchError as error:
            if not ctx.stop.is_set():  # else interrupted, not bad
                bad(one, str(error))

    def step(saved: Saved) -> None:
        count.new += len(saved.new)
        count.edited += len(saved.revised)
        count.known += saved.seen
        show(description=f"{plain(one, 40)}: {count.new:,} new posts, {count.known:,} known")

    take_in(ctx, posts(), step)
    return count


def _sum_up(ctx: Context, counts: Sequence[_Count], machine: bool) -> None:
    """One line for all, and a line each where there were several."""
    whole = [sum(column) for column in zip(*((c.new, c.edited, c.known, len(c.bad)) for c in counts), strict=True)]
    if machine:
        for count in counts:
            told = {"event": "ingested", **asdict(count)}
            click.echo(json.dumps(told, ensure_ascii=False))
    elif len(counts) > 1:
        rows = [[plain(c.what, 80), *(f"{n:,}" for n in (c.new, c.edited, c.known, len(c.bad)))] for c in counts]
        table("Taken in", ["what", "new", "edited", "known", "bad"], rows, empty="")
    ctx.report("polled", "{} new, {} edited, {} known, {} bad".format(*whole))


def _analyse(ctx: Context) -> None:
    """Do the work here, unless a daemon runs, which then does it."""
    if ctx.stop.is_set():
        return
    lock = DaemonLock(ctx.settings.data)
    if not lock.take():
        ctx.report("start", f"the running daemon (process {plain(lock.holder())}) analyses it")
        return
    lock.give_back()
    with exclusive(ctx):
        drain(ctx)
