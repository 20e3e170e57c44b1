"""What should a person know right now? Each rule looks at the store and says what it finds."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from collector.areas import holds
from collector.errors import NoRoom
from collector.kilometres import km
from collector.schedule import spoken
from collector.settings import Settings
from collector.status import snapshot
from db import alerts, health
from db.alerts import Finding
from db.session import Store
from db.types import AnyRow

#: a source is silent when it has not posted for so many of its usual gaps
GAPS = 4
#: a canary is known to be alive: two failures in a row are ours, or the platform's
CANARY_FAILURES = 2
#: an analyzer that fails on more than half of at least so many inputs within a day is broken
LEAST_ENDED, TOO_MANY = 20, 0.5
#: a track has changed much when its probability moved by this much, or when it grew by this many sightings
MOVED, GROWN = 0.2, 3
#: states of a source that stand for themselves
_STATES = {
    "drift": ("warning", "its layout seems to have changed"),
    "soft_ban": ("error", "the platform shows us nothing: a soft ban"),
    "silent": ("warning", "it has been silent for too long"),
}


def findings(settings: Settings, store: Store, now: datetime) -> list[Finding]:
    """Everything that is so now."""
    told = snapshot(settings, store, now)
    with store.read() as conn:
        known = {(row.kind, row.subject): row.data for row in alerts.open_ones(conn)}
        found = [f for source in health.sources(conn) for f in _source(conn, settings, source, now)]
        found += _failing_analyzers(conn, now)
        found += _quota(health.waiting_for(conn, NoRoom.kind))
        found += _tracks(conn, settings, known, now)
        found += _areas(conn, settings, now)
    return [*found, *_disk(told, settings), *_backlog(told, settings)]


def _source(conn: Connection, settings: Settings, source: AnyRow, now: datetime) -> Iterator[Finding]:
    subject, name = f"source:{source.id}", f"{source.platform}/{source.name}"
    facts = {"source": name, "state": source.state, "error": source.last_error}
    if source.state in _STATES:
        severity, what = _STATES[source.state]
        yield Finding(source.state, subject, severity, f"{name}: {what} ({source.last_error})", facts)
    elif quiet := _silence(conn, settings, source, now):
        yield Finding("silent", subject, "warning", f"{name}: {quiet}", facts)
    since = source.last_ok_at or source.added_at
    if source.failures and now - since > timedelta(hours=settings.alerts.failing_h):
        told = f"{name}: could not be read for {spoken((now - since).total_seconds())}: {source.last_error}"
        yield Finding("failing", subject, "error", told, facts | {"failures": source.failures})
    if source.canary and source.failures >= CANARY_FAILURES:
        told = f"{name}: the canary cannot be read, so that no post is held to be deleted: {source.last_error}"
        yield Finding("canary", subject, "error", told, facts)


def _silence(conn: Connection, settings: Settings, source: AnyRow, now: datetime) -> str:
    """Why a source that can be read counts as silent; "" when it does not."""
    if source.last_post_at is None or source.failures:
        return ""
    quiet_s = (now - source.last_post_at).total_seconds()
    if source.max_silence_s is not None:
        return ""  # the operator said how long; the poll holds it to that
    if quiet_s < settings.alerts.silence_h * 3600:
        return ""
    usual = health.usual_gap_s(conn, source.id)
    if usual is None or quiet_s < GAPS * usual:
        return ""
    return f"no post for {spoken(quiet_s)}, where {spoken(usual)} is usual"


def _failing_analyzers(conn: Connection, now: datetime) -> Iterator[Finding]:
    for row in health.lately_failed(conn, now - timedelta(days=1)):
        if row.ended >= LEAST_ENDED and row.failed > TOO_MANY * row.ended:
            told = f"{row.stage} failed on {row.failed} of {row.ended} inputs within a day"
            yield Finding("analyzer", f"stage:{row.stage}", "error", told, {"failed": row.failed, "ended": row.ended})


def _disk(told: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    disk = told["disk"]
    if disk["free_bytes"] < settings.alerts.min_free_gb * 1e9:
        words = f"only {disk['free_bytes'] / 1e9:.1f} GB are free under {disk['folder']}"
        yield Finding("disk", "disk", "error", words, {"free_bytes": disk["free_bytes"]})


def _quota(files: int) -> Iterator[Finding]:
    if files:
        words = f"{files} files wait for room on the disk (the quota of [media] is reached); texts are collected on"
        yield Finding("quota", "disk", "error", words, {"files": files})


def _backlog(told: Mapping[str, Any], settings: Settings) -> Iterator[Finding]:
    for stage, states in told["backlog"].items():
        if states["due"] and (states["oldest_s"] or 0) > settings.alerts.backlog_h * 3600:
            words = f"{stage}: {states['due']} inputs wait, the oldest for {spoken(states['oldest_s'])}"
            yield Finding("backlog", f"stage:{stage}", "warning", words, {"due": states["due"]})
        if states["poisoned"]:
            words = f"{stage}: {states['poisoned']} inputs killed the program again and again, and are left alone"
            yield Finding("poisoned", f"stage:{stage}", "error", words, {"poisoned": states["poisoned"]})


def _tracks(
    conn: Connection, settings: Settings, known: Mapping[tuple[str, str], Mapping[str, Any]], now: datetime
) -> Iterator[Finding]:
    wanted = settings.alerts
    for track in health.heading(conn, wanted.track_probability, now - timedelta(hours=wanted.track_max_age_h)):
        subject = f"track:{track.key}"
        told = known.get(("track", subject))
        facts = _facts(conn, track)
        # what was told stays on the alert: change is measured from there, however slowly it comes
        yield Finding("track", subject, "info", _words(track, facts), facts, anew=bool(told and _moved(told, track)))


def _areas(conn: Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Sightings in watched areas; what is old news, or rejected by a person, is none."""
    if not settings.areas:
        return
    for s in health.seen_since(conn, now - timedelta(hours=settings.alerts.track_max_age_h)):
        for area in (a for a in settings.areas if holds(a, s.lat, s.lon)):
            name = area.name or area.id
            words = (
                f"S{s.id} in {name}: {s.place or 'somewhere'} (±{km(s.radius_km)}), seen until "
                f"{s.seen_to:%d %b %H:%M} UTC, convoy {s.convoy_probability:.0%}. Computed, not confirmed by a person"
            )
            facts = {k: v.isoformat().replace("+00:00", "Z") if isinstance(v, datetime) else v
                     for k, v in s._mapping.items()} | {"area": area.id}  # fmt: skip
            yield Finding("area", f"area:{area.id}:{s.key}", "info", words, facts)


def _moved(told: Mapping[str, Any], track: AnyRow) -> bool:
    return bool(
        told["destination_id"] != track.destination_id
        or told["state"] != track.state
        or abs(told["probability"] - track.probability) >= MOVED
        or track.sightings - told["sightings"] >= GROWN
    )


def _facts(conn: Connection, track: AnyRow) -> dict[str, Any]:
    """What a receiver may draw or sort by; exact places, for this goes to the operator and not to the public."""
    last = health.last_point(conn, track.id)
    facts = {k: v for k, v in track._mapping.items() if k != "id"} | {"track": f"T{track.id}"}
    if last is not None:
        facts |= {"place": last.place, "lat": last.lat, "lon": last.lon, "radius_km": last.radius_km}
    return {k: v.isoformat().replace("+00:00", "Z") if isinstance(v, datetime) else v for k, v in facts.items()}


def _words(track: AnyRow, facts: Mapping[str, Any]) -> str:
    where = f", last seen near {facts['place']} (±{km(facts['radius_km'])})" if facts.get("place") else ""
    return (
        f"T{track.id}, {track.sightings} sightings{where} at {track.last_seen:%d %b %H:%M} UTC, heads to "
        f"{track.destination}: {track.probability:.0%}, {track.state}. Computed, not confirmed by a person"
    )


def as_json(row: AnyRow) -> dict[str, Any]:
    """An alert as receivers get it."""
    told = {k: v.isoformat().replace("+00:00", "Z") if isinstance(v, datetime) else v for k, v in row._mapping.items()}
    return {k: told[k] for k in ("id", "kind", "subject", "severity", "message", "data", "opened_at", "closed_at")}
