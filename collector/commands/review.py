"""convoywatch review: a person's decision, kept for good, and what most needs one."""

import getpass
import json
from datetime import datetime, timedelta

import click

from collector.commands.open import store
from collector.commands.output import as_json, counts, iso, plain, point, span, table
from collector.commands.ruling import sides
from collector.commands.show import resolve
from collector.commands.times import moment
from collector.context import now
from collector.needs import Need, needs
from db import reviews
from db.session import Store

DECISIONS = ("confirm", "reject", "move", "split", "merge", "note", "undo")
#: sightings that `review next` looks at, the newest ones
_LOOKED_AT = 5_000


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("ident", metavar="ID|next")
@click.argument("decision", required=False, metavar="|".join(DECISIONS), type=click.Choice(DECISIONS))
@click.argument("told", nargs=-1, metavar="[LAT LON | POST... | ID...] [NOTE]")
@click.option("--radius", default=1.0, show_default=True, type=click.FloatRange(0.001, 1000), help="Of a move, km.")
@click.option("--note", "remark", help="What to note with it.")
@click.option("--who", help="Who decides (default: your login name).")
@click.option("--since", type=moment, help="next: seen at or after (default: 14 days ago).")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="next: how many.")
@as_json
@click.pass_context
def review(
    ctx: click.Context, ident: str, decision: str | None, told: tuple[str, ...], radius: float, remark: str | None,
    who: str | None, since: datetime | None, limit: int, machine: bool,
) -> None:  # fmt: skip
    """Confirm, reject, move, split, merge or annotate a sighting (S12) or a track (T3); `review next`: what needs it.

    `S12 split POST...`: these posts tell of another event than the rest. `S12 merge S15...`: all are one event.
    `T3 split S12...`: these sightings are another convoy. `T3 merge T5...`: all are one convoy.

    All decisions are kept, and the newest counts; undo takes back all before it. What is rejected leaves its track,
    what is moved, split or merged is put together and linked anew, when the daemon runs next.
    """
    if ident == "next" and decision is None:
        with store(ctx) as opened:
            return _next(opened, since or now() - timedelta(days=14), limit, machine)
    if decision is None:
        raise click.UsageError(f"say what you decide: {', '.join(DECISIONS)}")
    to, words = _place(told, radius) if decision == "move" else (None, told)
    ruling = decision in ("split", "merge")
    note = " ".join((*(() if ruling else words), *((remark,) if remark else ()))) or None
    with store(ctx) as opened, opened.write() as conn:
        kind, row_id = resolve(conn, ident)
        if kind == "track" and decision == "move":
            raise click.UsageError("a track is moved by moving its sightings")
        these, others = sides(conn, decision, kind, row_id, told) if ruling else ((), ())
        said = reviews.Decision(decision, note, who or getpass.getuser(), now(), to, these, others)
        key = reviews.decide(conn, kind, row_id, said)
    click.echo(f"{decision}: {kind} {ident} ({key})")
    return None


def _place(told: tuple[str, ...], radius: float) -> tuple[reviews.Moved, tuple[str, ...]]:
    try:
        lat, lon = float(told[0].rstrip(",")), float(told[1])
    except (IndexError, ValueError) as error:
        raise click.UsageError("where to? write: review S12 move LAT LON") from error
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise click.UsageError("LAT is -90 to 90, LON -180 to 180 degrees")
    return (lat, lon, radius), told[2:]


def _next(opened: Store, since: datetime, limit: int, machine: bool) -> None:
    with opened.read() as conn:
        queue = needs(reviews.unreviewed(conn, since, _LOOKED_AT))[:limit]
    if machine:
        for need in queue:
            facts = {k: iso(v) for k, v in need.row._mapping.items()}
            click.echo(json.dumps(facts | {"need": need.weight, "reasons": need.reasons}, ensure_ascii=False))
        return
    table(
        "What most needs a person",
        ("id", "seen (UTC)", "place", "where", "vehicles", "track", "why"),
        (_told(need) for need in queue),
        empty="Nothing: no sighting of these days is undecided.",
    )


def _told(need: Need) -> tuple[str, ...]:
    s = need.row
    where = point(s.lat, s.lon, s.radius_km)
    track = f"T{s.track_id}" if s.track_id else ""
    return (
        f"S{s.id}", span(s.seen_from, s.seen_to), plain(s.place), where, counts(s.vehicles_min, s.vehicles_max), track,
        plain("; ".join(need.reasons)),
    )  # fmt: skip
