"""convoywatch search: posts by their words, in whatever language and script they are written."""

from collections.abc import Sequence
from datetime import datetime

import click

from collector.commands.open import settings, store
from collector.commands.output import as_json, lines, plain, table, when
from collector.commands.times import moment
from db.search import Narrowed, find
from db.types import AnyRow


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--any", "either", is_flag=True, help="Posts with some of the words, too.")
@click.option("--since", type=moment, help="Posted at or after: a date, a time, or 36h, 7d (ago).")
@click.option("--until", type=moment, help="Posted at or before: the same.")
@click.option("--source", help="Only of this channel, by its name or title.")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@as_json
@click.pass_context
def search(
    ctx: click.Context, words: tuple[str, ...], either: bool, since: datetime | None, until: datetime | None,
    source: str | None, limit: int, machine: bool,
) -> None:  # fmt: skip
    """Posts with all the words, the best first: any inflection, place names in any language and script."""
    from collector.gazetteers import find as imported
    from collector.search import asked, catch_up
    from geolocate.gazetteer import Gazetteer

    wanted = settings(ctx)
    with store(ctx) as opened:
        catch_up(opened)
        with Gazetteer.open([imported(wanted.data, name) for name in wanted.locate.gazetteers]) as gazetteer:
            terms = asked(" ".join(words), gazetteer)
        with opened.read() as conn:
            found = find(conn, terms, limit, Narrowed(since, until, source), every=not either)
    if machine:
        return lines(found)
    return _shown(found)


def _shown(found: Sequence[AnyRow]) -> None:
    table(
        "Posts",
        ("posted", "channel", "text", "sighting", "address"),
        (
            (
                when(p.posted_at), plain(p.channel_name or p.channel_title or p.platform), plain(p.text, 100),
                f"S{p.sighting_id}" if p.sighting_id else "", plain(p.url or p.native_id),
            )
            for p in found
        ),
        empty="No post has these words: try fewer, or --any.",
    )  # fmt: skip
