"""convoywatch status: is all well, and if not, what needs a person?"""

import json
from datetime import datetime
from typing import Any

import click

from collector.commands.open import settings, store
from collector.commands.output import as_json, console, plain, table
from collector.context import now
from collector.schedule import spoken
from collector.status import WELL, snapshot


@click.command()
@as_json
@click.pass_context
def status(ctx: click.Context, machine: bool) -> None:
    """The daemon, sources, work, disk and alerts at a glance; exit code 1 when something needs a person."""
    with store(ctx) as opened:
        told = snapshot(settings(ctx), opened, now())
    if machine:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _daemon(told["daemon"])
        _sources(told["sources"])
        _backlog(told["backlog"])
        _hosts(told["hosts"])
        _alerts(told["alerts"])
        _rest(told)
        _verdict(told["needs"])
    ctx.exit(1 if told["needs"] else 0)


def _daemon(daemon: dict[str, Any]) -> None:
    if not daemon["alive"]:
        console().print("[bold red]no daemon is running here[/]: `convoywatch run`, or start its service")
        return
    colour, word = ("red", "stuck") if daemon["stuck"] else ("green", "alive")
    where = f", health at {daemon['health']}" if daemon["health"] else ""
    console().print(
        f"[bold {colour}]{word}[/]  process {daemon['pid']} since {_when(daemon['started_at'])}, "
        f"last looked for due sources {_ago(daemon['ticked_at'])} ago{where}"
    )


def _sources(sources: dict[str, Any]) -> None:
    states = "  ".join(
        f"[{'green' if state in WELL else 'red'}]{plain(state)} {count}[/]"
        for state, count in sorted(sources["by_state"].items())
    )
    console().print(f"\n[bold]Sources[/]  {states or '[dim]none[/]'}")
    if sources["last_ok_at"]:
        console().print(
            f"last success {_ago(sources['last_ok_at'])} ago; {sources['overdue']} are due for over a minute"
        )
    if sources["next"]:
        told = ", ".join(f"{plain(n['source'])} {_until(n['at'])}" for n in sources["next"])
        console().print(f"next polls: {told}")
    if sources["unwell"]:
        table(
            "", ("source", "state", "last success", "next attempt", "what is wrong"),
            ([plain(s["source"]), s["state"], _when(s["last_ok_at"]), _when(s["next_check_at"]), plain(s["error"], 90)]
             for s in sources["unwell"][:20]),
            empty="",
        )  # fmt: skip


def _backlog(backlog: dict[str, dict[str, Any]]) -> None:
    rows = []
    for stage, states in backlog.items():
        oldest = spoken(states["oldest_s"]) if states["oldest_s"] is not None else ""
        bad = [f"[red]{states[k]}[/]" if states[k] else "" for k in ("failed", "poisoned")]
        rows.append([stage, str(states["pending"]), str(states["due"]), str(states["running"]), oldest, *bad])
    columns = ("stage", "pending", "due now", "running", "oldest waits", "failed", "poisoned")
    console().print("\n[bold]Work[/]")
    table("", columns, rows, empty="nothing is waiting, nothing has failed")


def _hosts(hosts: list[dict[str, Any]]) -> None:
    if hosts:
        console().print("\n[bold]Hosts left alone or failing[/]")
        rows = ([plain(h["host"]), str(h["failures"]), _when(h["open_until"]), plain(h["reason"], 80)] for h in hosts)
        table("", ("host", "failures", "until", "why"), rows, empty="")


def _alerts(alerts: list[dict[str, Any]]) -> None:
    if alerts:
        console().print("\n[bold]Open alerts[/]  (`convoywatch alerts ack ID` when you have seen one)")
    for a in alerts:
        colour = "dim" if a["acknowledged_at"] else {"error": "red", "warning": "yellow"}.get(a["severity"], "cyan")
        console().print(f"[{colour}]{a['id']:>4}  {_when(a['opened_at'])}  {plain(a['message'])}[/]")


def _rest(told: dict[str, Any]) -> None:
    disk, newest = told["disk"], told["newest"]
    store_size = f"store {_size(disk['store_bytes'])}, " if disk["store_bytes"] is not None else ""
    console().print(
        f"\n[bold]Disk[/]  {store_size}captures {_size(disk['captures']['bytes'])}, "
        f"media {_size(disk['media']['bytes'])}, {disk['frames']['files']} frames; {_size(disk['free_bytes'])} free"
    )
    if newest["sighting"]:
        s = newest["sighting"]
        console().print(f"[bold]Newest[/]  sighting S{s['id']} {plain(s['place'])}, {_when(s['seen_to'])}")
    if newest["track"]:
        t = newest["track"]
        console().print(f"        track T{t['id']}, {t['sightings']} sightings, until {_when(t['last_seen'])}")


def _verdict(needs: list[str]) -> None:
    if not needs:
        console().print("\n[green]nothing needs a person[/]")
        return
    console().print("\n[bold red]Needs a person[/]")
    for line in needs:
        console().print(f"- {plain(line)}")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _when(text: str | None) -> str:
    return f"{_at(text):%d %b %H:%M}" if text else ""


def _ago(text: str) -> str:
    return spoken(max(0.0, (now() - _at(text)).total_seconds()))


def _until(text: str) -> str:
    left = (_at(text) - now()).total_seconds()
    return f"in {spoken(left)}" if left > 0 else "now"
