"""convoywatch media: which files does a platform keep back, and what became of them?"""

import click

from collector.commands.open import settings, store
from collector.commands.output import as_json, lines, plain, table, when
from collector.commands.report import quiet_libraries
from collector.context import Context
from collector.errors import ConvoywatchError
from collector.prepare import prepare
from collector.stages.give_file import post_of, take_back
from db import query


@click.group()
def media() -> None:
    """Files that a platform withholds: a queue for a person to clear."""


@media.command()
@click.option("--found", is_flag=True, help="Those that were found elsewhere instead, and how.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@as_json
@click.pass_context
def withheld(ctx: click.Context, found: bool, limit: int, machine: bool) -> None:
    """Files that are shown in the platform's own program only: have them there, then `ingest FILE --for POST_URL`."""
    with store(ctx) as opened, opened.read() as conn:
        rows = query.withheld(conn, limit, "found" if found else "withheld")
    if machine:
        return lines(rows)
    return table(
        "Found elsewhere" if found else "Withheld",
        ("post", "channel", "posted", "kind", "length", "poster", "since", "found by" if found else "state"),
        (
            (
                plain(r.url or r.native_id), plain(r.channel_name or r.channel_title), when(r.posted_at), r.kind,
                _length(r.duration_s), (r.poster_sha256 or "")[:12], when(r.collected_at),
                plain(r.found_by if found else r.state),
            )
            for r in rows
        ),
        empty="Nothing was found elsewhere." if found else "Nothing is withheld.",
    )  # fmt: skip


def _length(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@media.command()
@click.argument("url", metavar="POST_URL")
@click.option("--index", type=click.IntRange(1), help="Which file of the post, from 1.")
@click.pass_context
def undo(ctx: click.Context, url: str, index: int | None) -> None:
    """A file that was found for this post is another one: withhold it again, and never match the two."""
    quiet_libraries()
    with store(ctx) as opened:
        context = Context(settings(ctx), opened)
        try:
            prepare(context)
            with opened.write() as conn:
                rows = take_back(context, conn, post_of(conn, url), index)
        finally:
            context.close()
    if not rows:
        raise ConvoywatchError(f"nothing was found for {plain(url)}: see `convoywatch media withheld --found`")
    for row in rows:
        click.echo(f"{plain(url)}: file {row.ordinal + 1} is withheld again; it is not {row.sha256[:12]}")
