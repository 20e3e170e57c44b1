"""The sources: adding, claiming those that are due, and what a finished poll changes."""

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, true, update

from db.models import Capture, Fetch, FetchCapture, HandedIn, Source, SourceIssue
from db.rows import NewCapture, NewFetch, SourceUpdate
from db.types import AnyRow
from db.upsert import insert

#: status of an answer that is a page (0: what a program of others said, and files); others are kept as evidence only
_PAGES = (0, 200)

#: due sources that are looked at when some of them are passed over
LOOKED_AT = 1000


def add(conn: Connection, platform: str, name: str, now: datetime, *, enabled: bool = True) -> tuple[int, bool]:
    """The row id of a source, and whether it is polled from now on (`enabled`) or new.

    One that was removed comes back with all its posts, and one that so far only had posts imported ("off") is polled;
    one that a person paused stays so.
    """
    row = {
        "platform": platform, "name": name, "state": "new" if enabled else "off", "enabled": enabled, "failures": 0,
        "next_check_at": now if enabled else None, "added_at": now,
    }  # fmt: skip
    made = conn.execute(insert(conn, Source).values(row).on_conflict_do_nothing().returning(Source.id)).scalar()
    if made is not None:
        return made, True
    found = conn.execute(select(Source.id, Source.state).where(Source.platform == platform, Source.name == name)).one()
    if found.state in ("removed", "off") and enabled:
        conn.execute(update(Source).where(Source.id == found.id).values(state="new", enabled=True, next_check_at=now))
        return found.id, True
    return found.id, False


def expect(
    conn: Connection, source_id: int, *, min_posts: int | None = None, max_silence_s: float | None = None,
    canary: bool | None = None, options: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Note what an operator expects of a source; None leaves a column as it is."""
    said = {"min_posts": min_posts, "max_silence_s": max_silence_s, "canary": canary, "options": options}
    values = {name: value for name, value in said.items() if value is not None}
    if values:
        conn.execute(update(Source).where(Source.id == source_id).values(values))


def listing(conn: Connection) -> Sequence[AnyRow]:
    """Every source that was not removed, as rows of its columns."""
    return conn.execute(
        select(*Source.__table__.columns).where(Source.state != "removed").order_by(Source.platform, Source.name)
    ).all()


def get(conn: Connection, source_id: int) -> AnyRow | None:
    """A source as a row of its columns."""
    return conn.execute(select(*Source.__table__.columns).where(Source.id == source_id)).first()


def find(conn: Connection, name: str, platform: str | None = None) -> AnyRow | None:
    """A source by its name, ignoring case."""
    # SQLite's lower() knows ASCII only
    same = or_(Source.name == name, func.lower(Source.name) == name.lower())
    query = select(*Source.__table__.columns).where(same, Source.state != "removed")
    if platform:
        query = query.where(Source.platform == platform)
    return conn.execute(query).first()


def set_enabled(conn: Connection, source_id: int, enabled: bool, now: datetime) -> None:
    """Pause a source, or poll it again from now on."""
    conn.execute(
        update(Source)
        .where(Source.id == source_id)
        .values(
            enabled=enabled, next_check_at=now if enabled else None,
            state=case((Source.state == "off", "new"), else_=Source.state) if enabled else Source.state,
        )
    )  # fmt: skip


def remove(conn: Connection, source_id: int) -> None:
    """Stop polling a source and hide it; its posts stay, for sightings stand on them."""
    conn.execute(
        update(Source).where(Source.id == source_id).values(state="removed", enabled=False, next_check_at=None)
    )


def check_now(conn: Connection, source_id: int, now: datetime) -> None:
    """Make a source due."""
    conn.execute(update(Source).where(Source.id == source_id).values(next_check_at=now))


def claim_due(
    conn: Connection, now: datetime, limit: int, lease: timedelta, choose: Callable[[AnyRow], bool] | None = None
) -> list[AnyRow]:
    """Take up to `limit` sources whose time has come, most overdue first; with `choose`, only those it says yes to.

    `choose` is asked in that order, once a source, until there are enough.
    """
    free = or_(Source.claimed_until.is_(None), Source.claimed_until < now)
    due = conn.execute(
        select(*Source.__table__.columns)
        .where(Source.enabled, Source.next_check_at <= now, free)
        .order_by(Source.next_check_at)
        .limit(max(limit, LOOKED_AT) if choose else limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(itertools.islice(filter(choose, due), limit)) if choose else list(due)
    if rows:
        conn.execute(update(Source).where(Source.id.in_([r.id for r in rows])).values(claimed_until=now + lease))
    return rows


def any_due(conn: Connection, now: datetime) -> bool:
    """Is there anything to claim? A cheap look before a write transaction."""
    free = or_(Source.claimed_until.is_(None), Source.claimed_until < now)
    due = select(Source.id).where(Source.enabled, Source.next_check_at <= now, free).limit(1)
    return conn.execute(due).first() is not None


def release(conn: Connection, source: AnyRow) -> None:
    """Give a claimed source back, unless its poll was stored (which gave it back already)."""
    mine = (Source.id == source.id, Source.next_check_at == source.next_check_at)
    conn.execute(update(Source).where(*mine).values(claimed_until=None))


def release_all(conn: Connection, among: Collection[int] | None = None) -> None:
    """Give back every claimed source: right only for the process that holds the store's lock, when it ends.

    `among`: only of these, which a worker of the engine died with.
    """
    held = and_(Source.claimed_until.is_not(None), true() if among is None else Source.id.in_(among))
    conn.execute(update(Source).where(held).values(claimed_until=None))


def blame(
    conn: Connection, now: datetime, limit: int, first_wait: timedelta, among: Collection[int] | None = None
) -> None:
    """Count a crash against what a process that died was polling; from `limit` in a row on it waits, ever longer.

    To be called before `release_all`, by the process that holds the store's lock, when it starts; or with those
    (`among`) that a worker of the engine died with.
    """
    held = and_(Source.claimed_until.is_not(None), true() if among is None else Source.id.in_(among))
    conn.execute(update(Source).where(held).values(crashes=Source.crashes + 1))
    found = select(Source.id, Source.crashes, Source.failures).where(held, Source.crashes >= limit)
    for row in conn.execute(found).all():
        told = f"the program died {row.crashes} times in a row while it polled this"
        wait = min(first_wait * 2 ** min(row.crashes - limit, 20), timedelta(days=1))
        values = {
            "state": "error", "failures": row.failures + 1, "last_error": told, "last_error_kind": "crash",
            "next_check_at": now + wait,
        }  # fmt: skip
        conn.execute(update(Source).where(Source.id == row.id).values(values))


def save_captures(conn: Connection, captures: Sequence[NewCapture]) -> None:
    """Note raw bytes that lie in the capture folder already."""
    rows = [{"sha256": c.sha256, "bytes": c.bytes, "stored_at": c.fetched_at} for c in captures]
    if rows:
        conn.execute(insert(conn, Capture).on_conflict_do_nothing(), rows)


def save_handed_in(conn: Connection, capture: NewCapture) -> None:
    """Note raw bytes that a person had taken in, and where they came from."""
    save_captures(conn, [capture])
    conn.execute(insert(conn, HandedIn).values({k: v for k, v in asdict(capture).items() if k != "bytes"}))


def save_fetch(conn: Connection, source_id: int, fetch: NewFetch, posts_new: int) -> None:
    """Note one finished poll with its answers and what was not understood."""
    save_captures(conn, fetch.captures)
    row = {
        "source_id": source_id, "slot": fetch.slot, "started_at": fetch.started_at, "finished_at": fetch.finished_at,
        "state": fetch.state, "error_kind": fetch.error_kind, "error": fetch.error,
        "pages": sum(c.status in _PAGES for c in fetch.captures),
        "posts_seen": fetch.posts_seen, "posts_new": posts_new,
    }  # fmt: skip
    fetch_id = conn.execute(insert(conn, Fetch).values(row).on_conflict_do_nothing().returning(Fetch.id)).scalar()
    if fetch_id is None:
        return
    pages = [
        {k: v for k, v in asdict(c).items() if k != "bytes"} | {"fetch_id": fetch_id, "ordinal": n}
        for n, c in enumerate(fetch.captures)
    ]
    if pages:
        conn.execute(insert(conn, FetchCapture), pages)
    for detail in dict.fromkeys(fetch.issues):
        issue = {
            "source_id": source_id,
            "detail": detail[:500],
            "times": 1,
            "first_at": fetch.finished_at,
            "last_at": fetch.finished_at,
        }
        again = {"times": SourceIssue.times + 1, "last_at": fetch.finished_at}
        conn.execute(
            insert(conn, SourceIssue)
            .values(issue)
            .on_conflict_do_update(index_elements=["source_id", "detail"], set_=again)
        )


def save_update(conn: Connection, source_id: int, change: SourceUpdate, fetch: NewFetch) -> None:
    """Note a source's new state and when it is due next."""
    values: dict[str, Any] = {
        "state": change.state, "next_check_at": change.next_check_at, "interval_s": change.interval_s,
        "failures": change.failures, "crashes": 0, "claimed_until": None, "last_fetch_at": fetch.finished_at,
        "last_error": fetch.error, "last_error_kind": fetch.error_kind,
    }  # fmt: skip
    for name in ("title", "channel_id", "last_post_at", "etag", "last_modified", "cursor"):
        if (value := getattr(change, name)) is not None:
            values[name] = value
    if change.ok:
        values["last_ok_at"] = fetch.finished_at
    # a source that was removed or paused while it was polled stays so
    kept = update(Source).where(Source.id == source_id)
    conn.execute(kept.where(Source.enabled).values(values))
    conn.execute(kept.where(~Source.enabled).values(claimed_until=None))
