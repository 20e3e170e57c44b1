"""What comes out: sightings, tracks, where they head, and what people decided about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, RowId, owner
from db.types import Id

_COPIES = text("copy_of_post_id IS NOT NULL")


class Sighting(Base):
    """Observations that are one event. `key` is the founding post's natural key; `public_*` is the coarse, late one.

    `recycled_of` (a natural key) and `recycled_since`: where and when its footage or words appeared long before, or
    seem to be from; `recycled_why` in words.
    """

    __tablename__ = "sightings"
    __table_args__ = (
        UniqueConstraint("analyzer_id", "key"),
        Index(None, "seen_from"),
        Index(None, "seen_to"),
        Index(None, "lat", "lon"),
        Index(None, "recycled_of"),
    )

    id: Mapped[RowId]
    analyzer_id: Mapped[int] = owner("analyzers.id")
    key: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    radius_km: Mapped[float]
    alternatives: Mapped[list[Any]]
    seen_from: Mapped[datetime]
    seen_to: Mapped[datetime]
    posted_at: Mapped[datetime]
    convoy_probability: Mapped[float]
    independent_sources: Mapped[int]
    copies: Mapped[int]
    vehicles_min: Mapped[int | None]
    vehicles_max: Mapped[int | None]
    kinds: Mapped[list[Any]]
    bearing_deg: Mapped[float | None]
    from_hint: Mapped[dict[str, Any] | None]
    to_hint: Mapped[str | None]
    place: Mapped[str | None]
    recycled_of: Mapped[str | None]
    recycled_since: Mapped[datetime | None]
    recycled_why: Mapped[str | None]
    public_lat: Mapped[float]
    public_lon: Mapped[float]
    public_radius_km: Mapped[float]
    public_after: Mapped[datetime]


class SightingMember(Base):
    """A post that a sighting stands on. A copy names the post it copies and why; it never raises confidence.

    `analyzer_id` is the sighting's: a post is in one sighting of a version, which the database knows when it joins.
    """

    __tablename__ = "sighting_members"
    __table_args__ = (
        UniqueConstraint("post_id", "analyzer_id"),
        Index(None, "copy_of_post_id", sqlite_where=_COPIES, postgresql_where=_COPIES),
    )

    sighting_id: Mapped[int] = owner("sightings.id", primary_key=True)
    post_id: Mapped[int] = owner("posts.id", primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id")
    copy_of_post_id: Mapped[int | None] = mapped_column(Id, ForeignKey("posts.id", ondelete="CASCADE"))
    copy_reason: Mapped[str | None]


class Track(Base):
    """Sightings in order that are one convoy."""

    __tablename__ = "tracks"
    __table_args__ = (UniqueConstraint("analyzer_id", "key"), Index(None, "last_seen"), Index(None, "vehicles_min"))

    id: Mapped[RowId]
    analyzer_id: Mapped[int] = owner("analyzers.id")
    key: Mapped[str]
    #: of everything below, points and destinations included: says whether an answer is the one that stands here
    digest: Mapped[str] = mapped_column(default="", server_default="")
    state: Mapped[str] = mapped_column(default="moving", server_default="moving")
    state_probability: Mapped[float] = mapped_column(default=1.0, server_default="1")
    state_destination_id: Mapped[str | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    sightings: Mapped[int]
    road_km: Mapped[float]
    vehicles_min: Mapped[int | None]
    vehicles_max: Mapped[int | None]
    eta_from: Mapped[datetime | None]
    eta_to: Mapped[datetime | None]


class TrackPoint(Base):
    """One sighting of a track, in order, with the way from the point before.

    Versions of the linker stand on the same sightings, each in tracks of its own: `analyzer_id` is the track's.
    """

    __tablename__ = "track_points"
    __table_args__ = (UniqueConstraint("sighting_id", "analyzer_id"),)

    track_id: Mapped[int] = owner("tracks.id", primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id")
    sighting_id: Mapped[int] = owner("sightings.id")
    lat: Mapped[float]
    lon: Mapped[float]
    seen_at: Mapped[datetime]
    probability: Mapped[float]
    road_km: Mapped[float | None]
    hours: Mapped[float | None]
    speed_kmh: Mapped[float | None]
    explanation: Mapped[str]


class TrackDestination(Base):
    """The probability that a track heads to a destination; "elsewhere" is one of them, and they sum to 1."""

    __tablename__ = "track_destinations"

    track_id: Mapped[int] = owner("tracks.id", primary_key=True)
    destination_id: Mapped[str] = mapped_column(primary_key=True)
    probability: Mapped[float]


class TrackChange(Base):
    """How a track came to be what it is: what it gained, lost, took in, or left to another."""

    __tablename__ = "track_changes"
    __table_args__ = (Index(None, "analyzer_id", "track_key"), Index(None, "analyzer_id", "other_key"))

    id: Mapped[RowId]
    analyzer_id: Mapped[int] = owner("analyzers.id")
    at: Mapped[datetime]
    kind: Mapped[str]
    track_key: Mapped[str]
    other_key: Mapped[str | None]
    sightings: Mapped[int]
    detail: Mapped[str]


class Destination(Base):
    """A watched airbase or port, as the configuration names it."""

    __tablename__ = "destinations"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    radius_km: Mapped[float]
    weight: Mapped[float]
    enabled: Mapped[bool] = mapped_column(default=True)


class Review(Base):
    """A person's decision on a sighting or a track, by its natural key; append-only, outlives re-analysis.

    `decision`: confirm, reject, move (to `lat`, `lon` with `radius_km`), note, split, merge, undo (takes back all
    before it). Natural keys, of posts for a sighting and of sightings for a track: a split parts `these` from `others`,
    a merger holds `these` and `others` to be one, an undo concerns `these`.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "kind", "key"),)

    id: Mapped[RowId]
    kind: Mapped[str]
    key: Mapped[str]
    decision: Mapped[str]
    note: Mapped[str | None]
    who: Mapped[str]
    decided_at: Mapped[datetime]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_km: Mapped[float | None]
    these: Mapped[list[Any] | None]
    others: Mapped[list[Any] | None]
