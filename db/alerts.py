"""Alerts: opened once, kept while they last, closed when over, and delivered until somebody took them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from db.models import Alert
from db.types import AnyRow
from db.upsert import insert

_COLUMNS = tuple(Alert.__table__.columns)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is so right now. `kind` and `subject` name it; `severity`: "info", "warning" or "error".

    `anew`: it was told before and has changed so much that it is to be told again.
    """

    kind: str
    subject: str
    severity: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)
    anew: bool = False


def open_ones(conn: Connection) -> Sequence[AnyRow]:
    """What is so now, oldest first."""
    return conn.execute(select(*_COLUMNS).where(Alert.closed_at.is_(None)).order_by(Alert.opened_at, Alert.id)).all()


def newest(conn: Connection, limit: int, *, every: bool = True) -> Sequence[AnyRow]:
    """The alerts opened last, newest first; those that are over too, with `every`."""
    query = select(*_COLUMNS).order_by(Alert.opened_at.desc(), Alert.id.desc()).limit(limit)
    return conn.execute(query if every else query.where(Alert.closed_at.is_(None))).all()


def settle(conn: Connection, findings: Sequence[Finding], now: datetime) -> list[Finding]:
    """Make the open alerts those of `findings`: new ones are opened, what is over is closed. Returns what is new.

    One that goes on keeps its number and is not told again, unless it has changed much (`anew`): then its alert is
    closed and another is opened.
    """
    known = {(row.kind, row.subject): row for row in open_ones(conn)}
    wanted = {(f.kind, f.subject): f for f in findings}
    over = [row.id for key, row in known.items() if key not in wanted or wanted[key].anew]
    if over:
        conn.execute(update(Alert).where(Alert.id.in_(over)).values(closed_at=now))
    opened = []
    for key, finding in wanted.items():
        if key in known and not finding.anew:
            conn.execute(update(Alert).where(Alert.id == known[key].id).values(last_at=now, message=finding.message))
            continue
        row = {
            "kind": finding.kind, "subject": finding.subject, "severity": finding.severity, "data": finding.data,
            "message": finding.message, "opened_at": now, "last_at": now, "attempts": 0,
        }  # fmt: skip
        conn.execute(insert(conn, Alert).values(row))
        opened.append(finding)
    return opened


def to_deliver(conn: Connection, now: datetime, limit: int = 20) -> Sequence[AnyRow]:
    """Alerts that nobody has taken yet and whose next attempt is due, oldest first; those that are over too."""
    waiting = Alert.delivered_at.is_(None), Alert.retry_at.is_(None) | (Alert.retry_at <= now)
    return conn.execute(select(*_COLUMNS).where(*waiting).order_by(Alert.id).limit(limit)).all()


def delivered(conn: Connection, alert_id: int, now: datetime) -> None:
    """It was taken."""
    done = {"delivered_at": now, "retry_at": None, "delivery_error": None, "attempts": Alert.attempts + 1}
    conn.execute(update(Alert).where(Alert.id == alert_id).values(done))


def not_delivered(conn: Connection, alert_id: int, error: str, retry_at: datetime) -> None:
    """It was not taken; the next attempt is at `retry_at`."""
    failed = {"retry_at": retry_at, "delivery_error": error[:500], "attempts": Alert.attempts + 1}
    conn.execute(update(Alert).where(Alert.id == alert_id).values(failed))


def acknowledge(conn: Connection, alert_id: int, who: str, now: datetime) -> bool:
    """A person has seen it; False when there is no such alert."""
    seen = update(Alert).where(Alert.id == alert_id).values(acknowledged_at=now, acknowledged_by=who)
    return conn.execute(seen.returning(Alert.id)).first() is not None
