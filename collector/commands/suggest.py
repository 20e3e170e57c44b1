"""convoywatch sources suggest: which channels do our sources get their posts from?"""

import click

from collector.commands.open import store
from collector.commands.output import as_json, lines, plain, table, when
from collector.context import now
from collector.errors import ConvoywatchError
from collector.sources.registry import source_for
from db import sources as stored
from db import suggestions
from db.session import Store


@click.command()
@click.option("--add", multiple=True, metavar="NAME", help="Poll this channel from now on.")
@click.option("--dismiss", multiple=True, metavar="NAME", help="Suggest this channel no more.")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@as_json
@click.pass_context
def suggest(ctx: click.Context, add: tuple[str, ...], dismiss: tuple[str, ...], limit: int, machine: bool) -> None:
    """Channels that are not sources, by how often posts of sources were forwarded from them or link to their posts."""
    with store(ctx) as opened:
        _decide(opened, add, dismiss)
        with opened.read() as conn:
            found = suggestions.listing(conn, limit)
    if machine:
        return lines(found)
    if add or dismiss:
        return None
    return table(
        "Channels that are not sources",
        ("channel", "title", "forwards", "links", "first", "last", "for example"),
        (
            (
                f"{s.platform}/{plain(s.name)}", plain(s.title, 40), str(s.forwards), str(s.links), when(s.first_at),
                when(s.last_at), plain(s.example_url),
            )
            for s in found
        ),
        empty="No post so far was forwarded from another channel, or links to one's posts.",
    )  # fmt: skip


def _decide(opened: Store, add: tuple[str, ...], dismiss: tuple[str, ...]) -> None:
    kind = source_for("telegram")
    chosen, refused = [kind.name_of(name) for name in add], [kind.name_of(name) for name in dismiss]
    with opened.write() as conn:
        for name in chosen:
            _, new = stored.add(conn, kind.platform, name, now())
            click.echo(f"{kind.platform}/{name}: {'added, due now' if new else 'there already'}", err=True)
        for name in refused:
            if not suggestions.dismiss(conn, kind.platform, name):
                raise ConvoywatchError(f"{plain(name)} was not suggested: see `convoywatch sources suggest`")
            click.echo(f"{kind.platform}/{name}: suggested no more", err=True)
