"""How does collecting fare: hosts and when to ask them, posts gone missing, alerts, channels not yet polled?"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId


class Host(Base):
    """A server that we ask: not before `ask_at`; after `failures` in a row it is left alone until `open_until`.

    So it is after it asked for a pause (`limited` times in a row). `gap_s` is what its robots.txt asks for, None: the
    configured gap. `reason` says why it is left alone, or how it failed.
    """

    __tablename__ = "hosts"

    host: Mapped[str] = mapped_column(primary_key=True)
    ask_at: Mapped[datetime | None]
    gap_s: Mapped[float | None]
    failures: Mapped[int] = mapped_column(default=0)
    limited: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    open_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    updated_at: Mapped[datetime]


class PostAbsence(Base):
    """A post that healthy reads of its surroundings did not show. Removed: missing in two of them, `removed_at`.

    A post that comes back keeps its row with `returned_at`; one that goes again starts anew.
    """

    __tablename__ = "post_absences"
    __table_args__ = (Index(None, "removed_at"),)

    platform: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str] = mapped_column(primary_key=True)
    reads: Mapped[int]
    first_missing_at: Mapped[datetime]
    last_missing_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    capture_sha256: Mapped[str | None]


class Suggestion(Base):
    """A channel that is not a source, and how often posts of sources were forwarded from it or linked to it."""

    __tablename__ = "suggestions"

    platform: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    forwards: Mapped[int] = mapped_column(default=0)
    links: Mapped[int] = mapped_column(default=0)
    example_url: Mapped[str | None]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    dismissed: Mapped[bool] = mapped_column(default=False)


class Alert(Base):
    """Something that a person should know: open until it is over; told once, and again only when it comes anew.

    `subject` says of what (`source:12`, `disk`, `track:KEY`); one kind is open once a subject. `acknowledged_at`: a
    person has seen it.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "uq_alerts_open", "kind", "subject", unique=True,
            sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"),
        ),
        Index(None, "opened_at"),
    )  # fmt: skip

    id: Mapped[RowId]
    kind: Mapped[str]
    subject: Mapped[str]
    severity: Mapped[str]
    message: Mapped[str]
    data: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    delivery_error: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
