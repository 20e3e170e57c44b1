"""What thinking about one post or file gave, who thought it, and which thinking is still to do."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigInt, RowId, owner
from db.types import Id


class Analyzer(Base):
    """One version of one stage: a change of code or parameters is a new row. Views show the current ones."""

    __tablename__ = "analyzers"
    __table_args__ = (UniqueConstraint("stage", "version"),)

    id: Mapped[RowId]
    stage: Mapped[str]
    version: Mapped[str]
    params: Mapped[dict[str, Any]]
    is_current: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Work(Base):
    """Whether an analyzer has been run on an input, and how that went.

    `state`: pending, running, done, empty, failed, poisoned. `requested` counts how often it was asked for; a run that
    ends with an older count than now leaves the row pending, so that what came while it ran is not lost. `crashes`
    counts how often in a row the program died with this input in hand; too often, and it is poisoned: left alone for a
    day. `asked_at` is since when it waits. `claimed_by`: the job of the engine that has it in hand.
    """

    __tablename__ = "work"
    __table_args__ = (UniqueConstraint("analyzer_id", "input_id"), Index(None, "analyzer_id", "state", "retry_at"))

    id: Mapped[RowId]
    analyzer_id: Mapped[int] = owner("analyzers.id")
    input_id: Mapped[BigInt]
    state: Mapped[str] = mapped_column(default="pending")
    requested: Mapped[int] = mapped_column(default=1)
    claimed: Mapped[int | None]
    claimed_until: Mapped[datetime | None]
    claimed_by: Mapped[BigInt | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    asked_at: Mapped[datetime | None]
    error_kind: Mapped[str | None]
    error: Mapped[str | None]
    retry_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Bucket(Base):
    """A piece of space and time that clustering or tracking looks at as one input.

    kind "cell": `day` and a one-degree cell. kind "day": a day, `cell_lat` and `cell_lon` are 0.
    """

    __tablename__ = "buckets"
    __table_args__ = (UniqueConstraint("kind", "day", "cell_lat", "cell_lon"),)

    id: Mapped[RowId]
    kind: Mapped[str]
    day: Mapped[str]
    cell_lat: Mapped[int]
    cell_lon: Mapped[int]


class Frame(Base):
    """A still sampled from a media file; its picture is kept under `sha256`."""

    __tablename__ = "frames"
    __table_args__ = (UniqueConstraint("media_id", "analyzer_id", "at_ms"),)

    id: Mapped[RowId]
    media_id: Mapped[int] = owner("media.id")
    analyzer_id: Mapped[int] = owner("analyzers.id")
    at_ms: Mapped[BigInt]
    width: Mapped[int]
    height: Mapped[int]
    sharpness: Mapped[float]
    sha256: Mapped[str]


class Detection(Base):
    """A labelled, scored box in a frame: left, top, width, height as fractions.

    `label`: the detector's own class, `military` (of a vehicle, or of the whole frame), or `mark Z`, `mark V`,
    `mark O`.
    """

    __tablename__ = "detections"
    __table_args__ = (UniqueConstraint("frame_id", "analyzer_id", "ordinal"),)

    id: Mapped[RowId]
    frame_id: Mapped[int] = owner("frames.id")
    analyzer_id: Mapped[int] = owner("analyzers.id")
    ordinal: Mapped[int]
    label: Mapped[str]
    score: Mapped[float]
    box: Mapped[list[Any]]


class MediaVehicles(Base):
    """What a whole media file shows: how many vehicles, which way, how military, how likely a convoy.

    `looked`: at how many pictures; `direction`: left, right, toward, away in the picture, or null; `marks`: letters.
    """

    __tablename__ = "media_vehicles"

    media_id: Mapped[int] = owner("media.id", primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id", primary_key=True)
    looked: Mapped[int]
    vehicles_min: Mapped[int]
    vehicles_max: Mapped[int]
    direction: Mapped[str | None]
    military: Mapped[float]
    convoy_probability: Mapped[float]
    marks: Mapped[list[Any]]


class Sign(Base):
    """A line of writing in a media file: what it says, and where and when it is on the screen.

    `kind`: scene, caption, watermark. `box`: left, top, width, height as fractions of the frame at `at_ms`; the times
    are null for a picture.
    """

    __tablename__ = "signs"
    __table_args__ = (UniqueConstraint("media_id", "analyzer_id", "ordinal"),)

    id: Mapped[RowId]
    media_id: Mapped[int] = owner("media.id")
    analyzer_id: Mapped[int] = owner("analyzers.id")
    ordinal: Mapped[int]
    text: Mapped[str]
    script: Mapped[str]
    kind: Mapped[str]
    box: Mapped[list[Any]]
    score: Mapped[float]
    at_ms: Mapped[BigInt | None]
    first_ms: Mapped[BigInt | None]
    last_ms: Mapped[BigInt | None]


class MediaClaim(Base):
    """What a media file says of its own making; anyone can write that, hence `trust`, 0 to 1.

    `source`: exif or container. `made_at` is ISO 8601 as the file has it, with a zone or without.
    """

    __tablename__ = "media_claims"

    media_id: Mapped[int] = owner("media.id", primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id", primary_key=True)
    source: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    made_at: Mapped[str | None]
    device: Mapped[str | None]
    software: Mapped[str | None]
    trust: Mapped[float]


class Doubt(Base):
    """What in a post's footage speaks against the time or place that the post claims.

    `kind`: file date, written date, daylight, far sign. `since`: when the footage rather seems to be from.
    """

    __tablename__ = "doubts"

    post_id: Mapped[int] = owner("posts.id", primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    probability: Mapped[float]
    since: Mapped[datetime | None]
    words: Mapped[str]


class Evidence(Base):
    """One reason to believe that something was somewhere: a mention, coordinates, a geotag, a sign, a file's own claim.

    `media_id`, `at_ms`, `box`: in which file, when and where on the screen it was seen, where it was seen.
    """

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("post_id", "analyzer_id", "ordinal"), Index(None, "ref"), Index(None, "name"))

    id: Mapped[RowId]
    post_id: Mapped[int] = owner("posts.id")
    analyzer_id: Mapped[int] = owner("analyzers.id")
    ordinal: Mapped[int]
    kind: Mapped[str]
    role: Mapped[str]
    text: Mapped[str]
    start_at: Mapped[int | None]
    end_at: Mapped[int | None]
    name: Mapped[str]
    ref: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    radius_km: Mapped[float]
    probability: Mapped[float]
    alternatives: Mapped[list[Any]]
    media_id: Mapped[int | None] = mapped_column(Id, ForeignKey("media.id", ondelete="SET NULL"))
    at_ms: Mapped[BigInt | None]
    box: Mapped[list[Any] | None]


class ObservationSpot(Base):
    """A tile of space and time (`db.spots`) in which an observation, or another reading of it, lies."""

    __tablename__ = "observation_spots"
    __table_args__ = (Index(None, "post_id"),)

    analyzer_id: Mapped[int] = owner("analyzers.id", primary_key=True)
    tile: Mapped[BigInt] = mapped_column(primary_key=True)
    post_id: Mapped[int] = owner("posts.id", primary_key=True)


class Observation(Base):
    """The fused claim of one post: a convoy (or not: `convoy_probability`), here, then, so many vehicles.

    `text_probability`: what the text alone says of a convoy; `footage`: what its files show, in words, or null.
    """

    __tablename__ = "observations"
    __table_args__ = (UniqueConstraint("post_id", "analyzer_id"), Index(None, "lat", "lon"))

    id: Mapped[RowId]
    post_id: Mapped[int] = owner("posts.id")
    analyzer_id: Mapped[int] = owner("analyzers.id")
    bucket_id: Mapped[int | None] = owner("buckets.id", index=True)
    lang: Mapped[str]
    convoy_probability: Mapped[float]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_km: Mapped[float | None]
    alternatives: Mapped[list[Any]]
    seen_from: Mapped[datetime | None]
    seen_to: Mapped[datetime | None]
    vehicles_min: Mapped[int | None]
    vehicles_max: Mapped[int | None]
    kinds: Mapped[list[Any]]
    bearing_deg: Mapped[float | None]
    from_hint: Mapped[dict[str, Any] | None]
    to_hint: Mapped[str | None]
    explanation: Mapped[str]
    text_probability: Mapped[float | None]
    footage: Mapped[str | None]
