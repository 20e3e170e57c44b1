"""convoywatch show: a sighting or a track, and everything that it stands on."""

import itertools
import json
import re
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from sqlalchemy import Connection

from collector.commands.open import store
from collector.commands.output import as_json, console, counts, iso, plain, point, span, when
from collector.errors import ConvoywatchError
from db import copies, query, reviews
from db.types import AnyRow


@click.command()
@click.argument("ident", metavar="ID")
@as_json
@click.pass_context
def show(ctx: click.Context, ident: str, machine: bool) -> None:
    """A sighting (S12) or a track (T3) with its whole evidence trail. A natural key is understood too."""
    with store(ctx) as opened, opened.read() as conn:
        kind, row_id = resolve(conn, ident)
        if machine:
            click.echo(json.dumps(everything(conn, kind, row_id), ensure_ascii=False, indent=1))
        elif kind == "track":
            _track(conn, console(), row_id)
        else:
            _sighting(conn, console(), row_id, "")


def resolve(conn: Connection, ident: str) -> tuple[str, int]:
    """What an ID names: ("sighting" or "track", row id). Raises ConvoywatchError when there is no such thing."""
    if found := re.fullmatch(r"([sStT])(\d{1,18})", ident.strip()):
        kind, row_id = ("sighting" if found[1] in "sS" else "track"), int(found[2])
        there = query.sighting(conn, row_id) if kind == "sighting" else query.track(conn, row_id)
        if there is not None:
            return kind, row_id
    elif known := query.by_key(conn, ident):
        return known
    raise ConvoywatchError(
        f"there is no sighting or track {plain(ident)}; IDs look like S12 or T3: see `convoywatch sightings`"
    )


def _track(conn: Connection, out: Console, track_id: int) -> None:
    t = query.track(conn, track_id)
    assert t is not None
    vehicles = counts(t.vehicles_min, t.vehicles_max)
    facts = [
        f"{t.sightings} sightings",
        f"{t.road_km:.0f} km by road",
        f"{vehicles} vehicles" if vehicles else "",
        t.review,
    ]
    out.print(f"[bold]Track T{t.id}[/]  {span(t.first_seen, t.last_seen)} UTC, {', '.join(f for f in facts if f)}")
    out.print(f"[dim]key {plain(t.key)}[/]")
    out.print(f"  {_state(conn, t)}")
    for h in query.headings(conn, track_id):
        eta = f", ETA {span(t.eta_from, t.eta_to)} UTC" if t.eta_from and h.destination_id == t.destination_id else ""
        where = "elsewhere" if h.destination_id == "elsewhere" else f"to {plain(h.destination)}"
        out.print(f"  heading {where}: probability {h.probability:.0%}{eta}")
    for p in query.track_points(conn, track_id):
        out.print(f"\n[bold]{p.seq + 1}.[/] {when(p.seen_at)} UTC  membership {p.probability:.0%}")
        if p.explanation:
            out.print(f"   {plain(p.explanation)}")
        _sighting(conn, out, p.sighting_id, "   ")
    _history(conn, out, track_id)
    _decided(conn, out, "track", track_id, t.key, "")


def _state(conn: Connection, track: AnyRow) -> str:
    """What it was doing when last seen, and how sure that is."""
    names = {h.destination_id: plain(h.destination) for h in query.headings(conn, track.id)}
    at = {"arrived": " at ", "departing": " from "}.get(track.state, "")
    where = at + names.get(track.state_destination_id, plain(track.state_destination_id)) if at else ""
    return f"when last seen: {plain(track.state)}{where}, probability {track.state_probability:.0%}"


def _history(conn: Connection, out: Console, track_id: int) -> None:
    """How the track came to be what it is."""
    changes = query.changes(conn, track_id)
    if changes:
        out.print("\n[bold]How it came to be[/]")
    for c in changes:
        kind = c.kind if c.track_id == track_id else f"{c.kind} (told of {_track_name(c.track_id, c.track_key)})"
        other = f", {_track_name(c.other_track_id, c.other_key)}" if c.other_key and c.track_id == track_id else ""
        out.print(f"  {when(c.changed_at)} UTC  {kind}: {plain(c.detail)}{other}")


def _decided(conn: Connection, out: Console, kind: str, row_id: int, key: str, pad: str) -> None:
    """What people decided about it, who and when."""
    for r in reviews.concerning(conn, kind, row_id, key):
        to = f" to {point(r.lat, r.lon, r.radius_km)}" if r.lat is not None else ""
        note = f": {plain(r.note)}" if r.note else ""
        out.print(f"{pad}[green]{r.decision}{to}[/] by {plain(r.who)}, {when(r.decided_at)} UTC{note}")
        if r.decision in ("split", "merge"):
            same = "event" if kind == "sighting" else "convoy"
            joint = f"are one {same} with" if r.decision == "merge" else f"are not one {same} with"
            out.print(f"{pad}  {plain(', '.join(r.these))} {joint} {plain(', '.join(r.others or ()))}")


def _track_name(number: int | None, key: str) -> str:
    return f"T{number}" if number is not None else plain(key)


def _sighting(conn: Connection, out: Console, sighting_id: int, pad: str) -> None:
    s = query.sighting(conn, sighting_id)
    assert s is not None
    vehicles = counts(s.vehicles_min, s.vehicles_max)
    out.print(
        f"{pad}[bold]Sighting S{s.id}[/]  {plain(s.place)}  {point(s.lat, s.lon, s.radius_km)} (90 %), "
        f"seen {span(s.seen_from, s.seen_to)} UTC" + (f", {vehicles} vehicles" if vehicles else "")
    )
    out.print(
        f"{pad}convoy {s.convoy_probability:.0%}; {s.independent_sources} independent source(s), {s.copies} copies"
        + (f"; {s.review}" if s.review else "")
    )
    if s.recycled_of:
        why = plain(s.recycled_why)
        if s.recycled_of != s.key:
            why = f"the same footage or words were first seen {when(s.recycled_since)} UTC, in {plain(s.recycled_of)}"
        state = "a person confirmed it" if s.review == "confirm" else "it is in no track"
        out.print(f"{pad}[yellow]recycled[/]: {why}; {state}")
    _decided(conn, out, "sighting", sighting_id, s.key, pad)
    trail = query.trail(conn, sighting_id)
    names = {r.post_id: r.url or r.native_id for r in trail}
    for _, rows in itertools.groupby(trail, key=lambda r: r.post_id):
        _post(conn, out, list(rows), names, pad + "  ")


def _post(conn: Connection, out: Console, rows: Sequence[AnyRow], names: dict[int, str], pad: str) -> None:
    p = rows[0]
    name = plain(p.channel_title or p.channel_name or p.platform)
    original = plain(names.get(p.copy_of_post_id, f"post {p.copy_of_post_id}"))
    copied = f"  [yellow]copy of {original} (same {plain(p.copy_reason)})[/]" if p.copy_of_post_id else ""
    out.print(f"{pad}[cyan]{name}[/] {when(p.posted_at)}  {plain(p.url or p.native_id)}{copied}")
    out.print(f"{pad}  “{plain(p.post_text, 300)}”")
    for shared in copies.footage_between(conn, p.post_id, names) if p.copy_reason == "footage" else ():
        of_this = f"{shared.overlap_s:.0f} s of this file" + (", in a mirror" if shared.mirrored else "")
        whose = plain(names[shared.other_id])
        out.print(f"{pad}  [dim]the footage of {whose}: score {shared.score:.2f}, {of_this}[/]")
    if p.removed_at:
        out.print(f"{pad}  [red]found removed at its source {when(p.removed_at)} UTC; what was read of it stays[/]")
    for e in rows:
        if e.evidence_kind and not p.copy_of_post_id:
            out.print(
                f"{pad}  - {e.evidence_kind} {e.role}: “{plain(e.evidence_text)}” = {plain(e.name)} ({plain(e.ref)}), "
                f"{point(e.lat, e.lon, e.radius_km)}, probability {e.probability:.0%}"
            )
    if p.footage and not p.copy_of_post_id:
        out.print(f"{pad}  - {plain(p.footage)}")
    if not p.copy_of_post_id and (why := query.explanation(conn, p.post_id)):
        out.print(f"{pad}  [dim]{plain(why)}[/]")
    for d in query.doubts(conn, p.post_id):
        out.print(f"{pad}  [yellow]against it[/] ({plain(d.kind)}, {d.probability:.0%}): {plain(d.words)}")
    for a in query.attachments(conn, p.post_id):
        kept = f", sha256 {a.sha256[:12]}, {a.frames} frames" if a.sha256 else ""
        out.print(f"{pad}  [dim]{a.kind}: {a.state}{kept}[/]")
    if p.capture_sha256 and not p.copy_of_post_id:
        out.print(f"{pad}  [dim]collected {when(p.collected_at)} UTC from capture {p.capture_sha256[:12]}[/]")


def everything(conn: Connection, kind: str, row_id: int) -> dict[str, Any]:
    """All that is known of a sighting or a track, as JSON holds it."""
    if kind == "sighting":
        trail = query.trail(conn, row_id)
        facts = _facts(query.sighting(conn, row_id)) | {"trail": [_facts(r) for r in trail]}
        facts["doubts"] = [_facts(d) for post in sorted({r.post_id for r in trail}) for d in query.doubts(conn, post)]
        return facts | {"reviews": [_facts(r) for r in reviews.concerning(conn, kind, row_id, facts["key"])]}
    points = [
        _facts(p) | {"trail": [_facts(r) for r in query.trail(conn, p.sighting_id)]}
        for p in query.track_points(conn, row_id)
    ]
    headings = {h.destination_id: h.probability for h in query.headings(conn, row_id)}
    changes = [_facts(c) for c in query.changes(conn, row_id)]
    facts = _facts(query.track(conn, row_id))
    told = [_facts(r) for r in reviews.concerning(conn, kind, row_id, facts["key"])]
    return facts | {"destinations": headings, "points": points, "changes": changes, "reviews": told}


def _facts(row: AnyRow | None) -> dict[str, Any]:
    return {k: iso(v) for k, v in row._mapping.items()} if row is not None else {}
