"""convoywatch sources: which channels are polled, and how they are."""

import click

from collector.commands.open import settings, store
from collector.commands.output import as_json, lines, plain, table, when
from collector.commands.report import quiet_libraries, reporter
from collector.context import Context, now
from collector.daemon import exclusive, prepare
from collector.errors import ConvoywatchError
from collector.sources.registry import source_for
from collector.stages.poll import poll
from db import query
from db import sources as stored
from db.migrate import upgrade
from db.session import Store
from db.types import AnyRow

platform_option = click.option("--platform", default="telegram", show_default=True, help="The kind of source.")


@click.group()
def sources() -> None:
    """Add, list, check, pause or remove sources."""


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@platform_option
@click.pass_context
def add(ctx: click.Context, names: tuple[str, ...], platform: str) -> None:
    """Add sources: NAME, @NAME or https://t.me/NAME. Adding one twice does nothing."""
    kind = source_for(platform)
    clean = [kind.name_of(name) for name in names]
    with store(ctx, existing=False) as opened:
        upgrade(opened)
        with opened.write() as conn:
            for name in clean:
                _, new = stored.add(conn, platform, name, now())
                click.echo(f"{platform}/{name}: {'added, due now' if new else 'there already'}")


@sources.command(name="list")
@as_json
@click.pass_context
def list_(ctx: click.Context, machine: bool) -> None:
    """Every source with its state, last error and next attempt."""
    with store(ctx) as opened, opened.read() as conn:
        found = query.health(conn)
    if machine:
        return lines(found)
    return table(
        "Sources",
        ("source", "title", "state", "posts", "last success", "last post", "next attempt", "last error"),
        (
            (
                f"{s.platform}/{plain(s.name)}", plain(s.title, 30),
                s.state if s.enabled else f"{s.state} (not polled)",
                f"{s.posts}", when(s.last_ok_at), when(s.last_post_at), when(s.next_check_at) if s.enabled else "",
                plain(s.last_error, 80) + (f" ({s.failures} times)" if s.failures > 1 else ""),
            )
            for s in found
        ),
        empty="No sources yet: `convoywatch sources add NAME`.",
    )  # fmt: skip


def _find(opened: Store, name: str, platform: str) -> AnyRow:
    with opened.read() as conn:
        found = stored.find(conn, source_for(platform).name_of(name), platform)
    if found is None:
        raise ConvoywatchError(f"there is no source {plain(name)}: see `convoywatch sources list`")
    return found


@sources.command()
@click.argument("name")
@platform_option
@click.pass_context
def check(ctx: click.Context, name: str, platform: str) -> None:
    """Poll one source now and say what came; with a daemon running, make it due at once."""
    quiet_libraries()
    with store(ctx) as opened:
        context = Context(settings(ctx), opened, reporter(False))
        try:
            prepare(context)
            source = _find(opened, name, platform)
            with opened.write() as conn:
                stored.check_now(conn, source.id, now())
            with exclusive(context):
                poll(context, _find(opened, name, platform))
        finally:
            context.close()
        source = _find(opened, name, platform)
        with opened.read() as conn:
            for issue in query.issues(conn, source.id):
                click.echo(f"  not understood {issue.times} times: {plain(issue.detail)}")
    ctx.exit(1 if source.last_error else 0)


@sources.command()
@click.argument("name")
@platform_option
@click.option("--resume", is_flag=True, help="Poll it again.")
@click.pass_context
def pause(ctx: click.Context, name: str, platform: str, resume: bool) -> None:
    """Stop polling a source for now, or go on with --resume."""
    with store(ctx) as opened:
        source = _find(opened, name, platform)
        with opened.write() as conn:
            stored.set_enabled(conn, source.id, resume, now())
    click.echo(f"{platform}/{source.name}: {'polled again, due now' if resume else 'paused'}")


@sources.command()
@click.argument("name")
@platform_option
@click.pass_context
def remove(ctx: click.Context, name: str, platform: str) -> None:
    """Remove a source. Its posts stay, for sightings stand on them; adding it again brings it back."""
    with store(ctx) as opened:
        source = _find(opened, name, platform)
        with opened.write() as conn:
            stored.remove(conn, source.id)
    click.echo(f"{platform}/{source.name}: removed; its posts stay. Take its line out of convoywatch.toml too.")
