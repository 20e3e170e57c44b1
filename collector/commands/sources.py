"""convoywatch sources: which channels are polled, and how they are."""

import importlib
import json
from typing import Any

import click

from collector.advice import next_step
from collector.commands.open import store
from collector.commands.output import as_json, iso, plain, table, when
from collector.context import now
from collector.errors import ConvoywatchError, Misconfigured, Unsupported
from collector.sources.registry import understand
from db import query
from db import sources as stored
from db.migrate import upgrade
from db.session import Store
from db.types import AnyRow

platform_option = click.option("--platform", help="The kind of source, where its name does not say it.")


#: commands in files of their own, imported when they are called: what works takes longer to load than what reads
_LATER = ("backfill", "check", "suggest")


class _Later(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LATER:
            return super().get_command(ctx, cmd_name)
        command = getattr(importlib.import_module(f"collector.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Later)
def sources() -> None:
    """Add, list, check, pause or remove sources."""


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@platform_option
@click.option("--min-posts", type=click.IntRange(0), help="A newest page with fewer posts is told as drift.")
@click.option("--max-silence", type=click.FloatRange(0, min_open=True), help="Hours without a post that are told.")
@click.option("--canary", is_flag=True, default=None, help="Known to be alive: a sign that we are still served.")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="What its kind wants to know.")
@as_json
@click.pass_context
def add(
    ctx: click.Context, names: tuple[str, ...], platform: str | None, min_posts: int | None,
    max_silence: float | None, canary: bool | None, options: tuple[str, ...], machine: bool,
) -> None:  # fmt: skip
    """Add sources: a Telegram channel (NAME, @NAME), or the address of a channel, account, hashtag, listing or feed.

    Adding one twice changes what is expected of it, and nothing else.
    """
    clean = [understand(name, platform) for name in names]
    wanted = _options(options)
    with store(ctx, existing=False) as opened:
        upgrade(opened)
        with opened.write() as conn:
            for kind, name in clean:
                source_id, new = stored.add(conn, kind, name, now())
                stored.expect(
                    conn, source_id, min_posts=min_posts, canary=canary, options=wanted,
                    max_silence_s=None if max_silence is None else max_silence * 3600,
                )  # fmt: skip
                if machine:
                    click.echo(json.dumps({"platform": kind, "name": name, "added": new}, ensure_ascii=False))
                else:
                    click.echo(f"{kind}/{name}: {'added, due now' if new else 'there already'}")


def _options(written: tuple[str, ...]) -> dict[str, Any] | None:
    pairs = [text.partition("=") for text in written]
    if wrong := [key for key, sign, _ in pairs if not (key and sign)]:
        raise Misconfigured(f"--option {wrong[0]}: write KEY=VALUE")
    return {key: value for key, _, value in pairs} or None


@sources.command(name="list")
@as_json
@click.pass_context
def list_(ctx: click.Context, machine: bool) -> None:
    """Every source with its state, last error and next attempt."""
    with store(ctx) as opened, opened.read() as conn:
        found = query.health(conn)
    if machine:
        for s in found:
            click.echo(json.dumps({k: iso(v) for k, v in s._mapping.items()} | {"next_step": next_step(s)}))
        return None
    return table(
        "Sources",
        ("source", "title", "state", "posts", "last success", "last post", "next attempt", "last error", "next step"),
        (
            (
                f"{s.platform}/{plain(s.name)}", plain(s.title, 30),
                _loudly(s.state) if s.enabled else f"{s.state} (not polled)",
                f"{s.posts}", when(s.last_ok_at), when(s.last_post_at), when(s.next_check_at) if s.enabled else "",
                plain(s.last_error, 80) + (f" ({s.failures} times)" if s.failures > 1 else ""), plain(next_step(s)),
            )
            for s in found
        ),
        empty="No sources yet: `convoywatch sources add NAME`.",
    )  # fmt: skip


def _loudly(state: str) -> str:
    """A source that can be read and is not as it should be must not look like one that is well."""
    return f"[bold red]{state.upper()}[/]" if state in ("drift", "silent") else state


def find(opened: Store, name: str, platform: str | None) -> AnyRow:
    """The source of this name or address. Raises `ConvoywatchError` when there is none."""
    with opened.read() as conn:
        found = stored.find(conn, name, platform)  # as `sources list` shows it
        if found is None:
            try:
                kind, clean = understand(name, platform)
            except (Misconfigured, Unsupported) as wrong:
                raise ConvoywatchError(f"there is no source {plain(name)}: {wrong}") from wrong
            found = stored.find(conn, clean, kind)
    if found is None:
        raise ConvoywatchError(f"there is no source {plain(name)}: see `convoywatch sources list`")
    return found


@sources.command()
@click.argument("name")
@platform_option
@click.option("--resume", is_flag=True, help="Poll it again.")
@click.pass_context
def pause(ctx: click.Context, name: str, platform: str | None, resume: bool) -> None:
    """Stop polling a source for now, or go on with --resume."""
    with store(ctx) as opened:
        source = find(opened, name, platform)
        with opened.write() as conn:
            stored.set_enabled(conn, source.id, resume, now())
    click.echo(f"{source.platform}/{source.name}: {'polled again, due now' if resume else 'paused'}")


@sources.command()
@click.argument("name")
@platform_option
@click.pass_context
def remove(ctx: click.Context, name: str, platform: str | None) -> None:
    """Remove a source. Its posts stay, for sightings stand on them; adding it again brings it back."""
    with store(ctx) as opened:
        source = find(opened, name, platform)
        with opened.write() as conn:
            stored.remove(conn, source.id)
    click.echo(f"{source.platform}/{source.name}: removed; its posts stay. Take its line out of convoywatch.toml too.")
