"""How is the whole going? One snapshot that `status`, the health endpoint, the metrics and the alerts are made of."""

import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from collector.heartbeat import alive
from collector.settings import Settings
from db import alerts, health
from db.session import Store

#: sources in these states are read as they should be
WELL = ("new", "ok", "empty")
#: a daemon that has not looked for due sources for so long is stuck, seconds
LATE_S = 60.0


def snapshot(settings: Settings, store: Store, now: datetime) -> dict[str, Any]:
    """Everything, as JSON values; `needs` lists what needs a person, in words."""
    with store.read() as conn:
        told = {
            "at": _iso(now),
            "daemon": daemon(settings, now),
            "sources": _sources(conn, now),
            "backlog": _backlog(conn, now),
            "hosts": [_hosts(row) for row in health.hosts(conn, now)],
            "disk": _disk(conn, settings),
            "alerts": [_alert(row) for row in alerts.open_ones(conn)],
            "newest": _newest(conn),
        }
    return told | {"needs": needs(told)}


def needs(told: dict[str, Any]) -> list[str]:
    """What needs a person: a daemon that is stuck or gone, open alerts that nobody has seen, poisoned input."""
    found = []
    if not told["daemon"]["alive"]:
        found.append("no daemon is running on this data folder")
    elif told["daemon"]["stuck"]:
        found.append(f"the daemon (process {told['daemon']['pid']}) no longer looks for due sources")
    if error := told["daemon"]["reload_error"]:
        found.append(f"the configuration could not be reloaded: {error}")
    found += [a["message"] for a in told["alerts"] if a["acknowledged_at"] is None and a["severity"] != "info"]
    poisoned = {stage: states["poisoned"] for stage, states in told["backlog"].items() if states["poisoned"]}
    found += [f"{stage}: {n} inputs killed the program again and again" for stage, n in poisoned.items()]
    return found


def daemon(settings: Settings, now: datetime) -> dict[str, Any]:
    """Is one alive on this data folder, and does it still look for due sources?"""
    beat = alive(settings.data)
    if beat is None:
        return {"alive": False, "stuck": False, "pid": None, "reload_error": None}
    late = max(LATE_S, 10 * settings.schedule.tick_s)
    return {
        "alive": True, "stuck": (now - beat.ticked_at).total_seconds() > late, "pid": beat.pid,
        "started_at": _iso(beat.started_at), "ticked_at": _iso(beat.ticked_at), "health": beat.health,
        "reloaded_at": _iso(beat.reloaded_at), "reload_error": beat.reload_error,
    }  # fmt: skip


def _sources(conn: Connection, now: datetime) -> dict[str, Any]:
    rows = health.sources(conn)
    due = sorted((r.next_check_at, f"{r.platform}/{r.name}") for r in rows if r.next_check_at)
    return {
        "by_state": dict(Counter(r.state for r in rows)),
        "last_ok_at": _iso(max((r.last_ok_at for r in rows if r.last_ok_at), default=None)),
        "overdue": sum(at < now - timedelta(minutes=1) for at, _ in due),
        "next": [{"source": name, "at": _iso(at)} for at, name in due[:5]],
        "unwell": [
            {
                "source": f"{r.platform}/{r.name}", "state": r.state, "error": r.last_error, "failures": r.failures,
                "last_ok_at": _iso(r.last_ok_at), "next_check_at": _iso(r.next_check_at),
            }
            for r in rows
            if r.state not in WELL
        ],
    }  # fmt: skip


def _backlog(conn: Connection, now: datetime) -> dict[str, dict[str, Any]]:
    stages: dict[str, dict[str, Any]] = {}
    for row in health.backlog(conn, now):
        blank = {"pending": 0, "running": 0, "failed": 0, "poisoned": 0, "due": 0, "oldest_s": None}
        stage = stages.setdefault(row.stage, blank)
        stage[row.state] += row.items
        stage["due"] += int(row.due or 0)
        if row.oldest_at is not None:
            stage["oldest_s"] = health.age_s(row.oldest_at, now)
    return stages


def _hosts(row: Any) -> dict[str, Any]:
    return {
        "host": row.host, "failures": row.failures, "open_until": _iso(row.open_until), "reason": row.reason,
    }  # fmt: skip


def _disk(conn: Connection, settings: Settings) -> dict[str, Any]:
    kept = health.stored_bytes(conn)
    file = Path(settings.store_url.removeprefix("sqlite:///")) if settings.store_url.startswith("sqlite") else None
    settings.data.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.data)
    return {
        "folder": str(settings.data), "free_bytes": usage.free, "total_bytes": usage.total,
        "store_bytes": file.stat().st_size if file and file.is_file() else None,
        **{name: {"files": files, "bytes": size} for name, (files, size) in kept.items()},
    }  # fmt: skip


def _alert(row: Any) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "subject": row.subject, "severity": row.severity, "message": row.message,
        "opened_at": _iso(row.opened_at), "acknowledged_at": _iso(row.acknowledged_at),
        "delivered_at": _iso(row.delivered_at),
    }  # fmt: skip


def _newest(conn: Connection) -> dict[str, Any]:
    sighting, track = health.newest_sighting(conn), health.newest_track(conn)
    return {
        "sighting": sighting and {"id": sighting.id, "place": sighting.place, "seen_to": _iso(sighting.seen_to)},
        "track": track and {"id": track.id, "sightings": track.sightings, "last_seen": _iso(track.last_seen)},
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
