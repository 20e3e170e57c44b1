"""What moved, toward where, how sure is that, who told it first, and what is gone? A morning meeting's page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from collector.commands.output import counts, iso, span, when
from collector.kilometres import km
from db import brief, query

#: first sources that are named a track, destinations that are told, sightings without a track
SOURCES, HEADINGS, LONE = 3, 3, 20
#: what Markdown would take for its own, in words of strangers
_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|!"})


@dataclass(frozen=True, slots=True)
class Brief:
    """Since when; what is told, as JSON holds it."""

    since: datetime
    tracks: list[dict[str, Any]]
    sightings: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    removed: list[dict[str, Any]]


def gather(conn: Connection, since: datetime) -> Brief:
    """Ask the store."""
    found = []
    for row in brief.tracks(conn, since):
        points = query.track_points(conn, row.id)
        headings = query.headings(conn, row.id)[:HEADINGS]
        found.append(dict(row._mapping) | {
            "from": points[0].place if points else None, "to": points[-1].place if points else None,
            "last": dict(points[-1]._mapping) if points else None,
            "headings": [dict(h._mapping) for h in headings],
            "first_posts": [dict(p._mapping) for p in brief.first_posts(conn, row.id, SOURCES)],
        })  # fmt: skip
    return Brief(
        since, found, [dict(r._mapping) for r in brief.lone_sightings(conn, since, LONE)],
        [dict(r._mapping) for r in brief.changes(conn, since)], [dict(r._mapping) for r in brief.removed(conn, since)],
    )  # fmt: skip


def as_json(told: Brief) -> dict[str, Any]:
    """The facts for machines."""
    parts = ("tracks", "sightings", "changes", "removed")
    return {"since": iso(told.since)} | {name: _plain(getattr(told, name)) for name in parts}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else iso(value)


def as_lines(told: Brief, *, markdown: bool) -> Iterator[str]:
    """The facts for people, line by line; computed, and said so."""
    head, item, inner = ("## ", "- ", "  - ") if markdown else ("", "* ", "    ")
    yield f"{'# ' if markdown else ''}Since {when(told.since)} UTC (computed from public posts; mind what is confirmed)"
    yield ""
    yield f"{head}{len(told.tracks)} track(s) moved"
    for t in told.tracks:
        yield item + _track(t, markdown)
        yield from (inner + line for line in _about(t, markdown))
    sections = (
        (f"{len(told.sightings)} new sighting(s) of no track", [_sighting(s, markdown) for s in told.sightings]),
        ("What became of tracks", [_change(c, markdown) for c in told.changes]),
        (f"{len(told.removed)} post(s) removed at their sources", [_gone(r, markdown) for r in told.removed]),
    )
    for title, lines in sections:
        if lines:
            yield ""
            yield head + title
            yield from (item + line for line in lines)


def _track(t: dict[str, Any], markdown: bool) -> str:
    vehicles = counts(t["vehicles_min"], t["vehicles_max"])
    facts = [
        f"{t['sightings']} sightings ({t['fresh']} new)", f"{vehicles} vehicles" if vehicles else "",
        f"{t['road_km']:.0f} km by road", t["review"] or "not confirmed",
    ]  # fmt: skip
    ends = f"{_safe(t['from'], markdown) or '?'} - {_safe(t['to'], markdown) or '?'}"
    name = f"**T{t['id']}**" if markdown else f"T{t['id']}"
    return f"{name} {ends}, {span(t['first_seen'], t['last_seen'])} UTC: {', '.join(f for f in facts if f)}"


def _about(t: dict[str, Any], markdown: bool) -> Iterator[str]:
    said = ", ".join(f"{_safe(h['destination'], markdown)} {h['probability']:.0%}" for h in t["headings"])
    eta = f"; ETA {span(t['eta_from'], t['eta_to'])} UTC" if t["eta_from"] else ""
    last = t["last"]
    near = f", within {last['radius_km']:.0f} km of {last['lat']:.3f}, {last['lon']:.3f}" if last else ""
    yield f"heading to {said or 'nobody knows where'}{eta}"
    yield f"when last seen: {t['state']} ({t['state_probability']:.0%}){near}"
    for p in t["first_posts"]:
        gone = " (removed since)" if p["removed_at"] else ""
        yield f"{when(p['posted_at'])} {_safe(p['channel'], markdown)}: {_safe(p['url'], False)}{gone}"


def _sighting(s: dict[str, Any], markdown: bool) -> str:
    where = f"{_safe(s['place'], markdown) or '?'} ±{km(s['radius_km'])}"
    return (
        f"S{s['id']} {where}, {span(s['seen_from'], s['seen_to'])} UTC, "
        f"convoy {s['convoy_probability']:.0%}, {s['independent_sources']} source(s)"
    )


def _change(c: dict[str, Any], markdown: bool) -> str:
    name = f"T{c['track_id']}" if c["track_id"] else _safe(c["track_key"], markdown)
    return f"{when(c['changed_at'])} UTC {name} {c['kind']}: {_safe(c['detail'], markdown)}"


def _gone(r: dict[str, Any], markdown: bool) -> str:
    stands = f"; S{r['sighting_id']} stands on it" if r["sighting_id"] else ""
    who = _safe(r["channel_name"] or r["channel_title"], markdown)
    times = f"posted {when(r['posted_at'])}, found removed {when(r['removed_at'])} UTC"
    return f"{who} {_safe(r['url'], False)}: {times}{stands}"


def _safe(words: str | None, markdown: bool) -> str:
    """Words of strangers: one line, no control characters, nothing that Markdown would take for its own."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words or "").split())
    return line.translate(_MARKDOWN) if markdown else line
