"""Where posts come from: sources, what each poll of them brought, and what could not be understood."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigInt, RowId, owner


class Source(Base):
    """A public channel, account or feed; the schedule and the health of its polls are columns of it.

    A `canary` is known to be alive: while it cannot be read, nothing is held to be deleted. `min_posts` a healthy page
    and `max_silence_s` between posts are what the operator expects of it; `options` belong to its kind. `reread_at` is
    when its older posts are looked at again, `backfill_since` how far back it is to be read, each with its cursor.
    `crashes`: how often in a row the program died while it was polled.
    """

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("platform", "name"), Index(None, "enabled", "next_check_at"))

    id: Mapped[RowId]
    platform: Mapped[str]
    name: Mapped[str]
    title: Mapped[str | None]
    channel_id: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(default="new")
    next_check_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    interval_s: Mapped[float | None]
    failures: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    last_error: Mapped[str | None]
    last_error_kind: Mapped[str | None]
    last_fetch_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_post_at: Mapped[datetime | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    cursor: Mapped[str | None]
    added_at: Mapped[datetime]
    canary: Mapped[bool] = mapped_column(default=False, server_default=false())
    options: Mapped[dict[str, Any] | None]
    min_posts: Mapped[int | None]
    max_silence_s: Mapped[float | None]
    reread_at: Mapped[datetime | None]
    reread_cursor: Mapped[str | None]
    backfill_since: Mapped[datetime | None]
    backfill_before: Mapped[str | None]


class Fetch(Base):
    """One poll of one source. `slot` is the moment it was due, so that a poll that is repeated is stored once."""

    __tablename__ = "fetches"
    __table_args__ = (UniqueConstraint("source_id", "slot"),)

    id: Mapped[RowId]
    source_id: Mapped[int] = owner("sources.id")
    slot: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    state: Mapped[str]
    error_kind: Mapped[str | None]
    error: Mapped[str | None]
    pages: Mapped[int] = mapped_column(default=0)
    posts_seen: Mapped[int] = mapped_column(default=0)
    posts_new: Mapped[int] = mapped_column(default=0)


class Capture(Base):
    """The raw bytes of one answer or file, kept under their SHA-256 outside the store."""

    __tablename__ = "captures"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[BigInt]
    stored_at: Mapped[datetime]


class FetchCapture(Base):
    """Which answers a fetch was made of, in order, with what the server said.

    `tool` asked, sending `request_headers`; `hops` are the redirects on the way, `{"url", "status"}` each.
    """

    __tablename__ = "fetch_captures"

    fetch_id: Mapped[int] = owner("fetches.id", primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(index=True)
    url: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    fetched_at: Mapped[datetime]
    tool: Mapped[str | None]
    request_headers: Mapped[dict[str, Any] | None]
    hops: Mapped[list[Any] | None]


class HandedIn(Base):
    """Raw bytes that a person had taken in: an answer to a link, or a file (`status` 0). Else as fetch_captures."""

    __tablename__ = "handed_in"

    id: Mapped[RowId]
    sha256: Mapped[str] = mapped_column(index=True)
    url: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    fetched_at: Mapped[datetime]
    tool: Mapped[str | None]
    request_headers: Mapped[dict[str, Any] | None]
    hops: Mapped[list[Any] | None]


class SourceIssue(Base):
    """Something a parser met and did not understand, once a kind and detail, with how often."""

    __tablename__ = "source_issues"
    __table_args__ = (UniqueConstraint("source_id", "detail"),)

    id: Mapped[RowId]
    source_id: Mapped[int] = owner("sources.id")
    detail: Mapped[str]
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
