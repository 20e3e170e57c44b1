"""The hosts: when each may be asked again, for all processes on one store."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, or_, select, update

from db.models import Host
from db.types import AnyRow
from db.upsert import insert

#: a moment further ahead than any gap or pause was written by a clock that has been set back since: it does not count
_NO_GAP, _NO_PAUSE = timedelta(minutes=10), timedelta(hours=25)


def get(conn: Connection, host: str) -> AnyRow | None:
    """A host as a row of its columns."""
    return conn.execute(select(*Host.__table__.columns).where(Host.host == host)).first()


def claim(conn: Connection, host: str, now: datetime, ask_at: datetime) -> bool:
    """Note that the host is asked `now` and not before `ask_at` again; False when it may not be asked yet.

    One statement decides, so that of two processes one gets it.
    """
    asked = {"ask_at": ask_at, "updated_at": now}
    gap_over = or_(Host.ask_at.is_(None), Host.ask_at <= now, Host.ask_at > now + _NO_GAP)
    open_now = or_(Host.open_until.is_(None), Host.open_until <= now, Host.open_until > now + _NO_PAUSE)
    free = update(Host).where(Host.host == host, gap_over, open_now).values(asked).returning(Host.host)
    if conn.execute(free).first():
        return True
    new = insert(conn, Host).values({"host": host, "failures": 0, "limited": 0} | asked)
    return conn.execute(new.on_conflict_do_nothing().returning(Host.host)).first() is not None


def save(
    conn: Connection,
    host: str,
    now: datetime,
    *,
    failures: int,
    limited: int,
    open_until: datetime | None,
    gap_s: float | None,
    reason: str | None,
) -> None:
    """Note how a host fares. A later end of a pause, which another process noted meanwhile, stays."""
    values = {"failures": failures, "limited": limited, "gap_s": gap_s, "reason": reason, "updated_at": now}
    row = insert(conn, Host).values(values | {"host": host, "open_until": open_until})
    later = case((Host.open_until > (open_until or now), Host.open_until), else_=open_until)
    conn.execute(row.on_conflict_do_update(index_elements=["host"], set_=values | {"open_until": later}))


def listing(conn: Connection) -> Sequence[AnyRow]:
    """Every host that we ask, as rows of its columns: first those that are closed (`open_until`) or fail."""
    order = (Host.open_until.desc().nulls_last(), Host.failures.desc(), Host.host)
    return conn.execute(select(*Host.__table__.columns).order_by(*order)).all()


def forget(conn: Connection, before: datetime) -> None:
    """Drop hosts of which nothing was heard since then: media hosts come and go."""
    conn.execute(delete(Host).where(Host.updated_at < before))
