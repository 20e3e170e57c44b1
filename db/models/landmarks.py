"""What places are known again by: reference pictures, what stored footage shows of places, and which it shows again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigInt, RowId, owner


class Landmark(Base):
    """Stills of one known place: a picture of the operator's, or a file under a sighting that a person confirmed.

    `kind`: operator or sighting. `key` is natural: `picture:SHA-256`, or `sighting:KEY SHA-256 of the file`. `pictures`
    are stills kept under their SHA-256, as [at_ms, sha256]. `packed` are their features, null until they are taken;
    `serial` counts: what was taken later has a larger one.
    """

    __tablename__ = "landmarks"
    __table_args__ = (UniqueConstraint("key"), UniqueConstraint("serial"))

    id: Mapped[RowId]
    kind: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    radius_km: Mapped[float]
    pictures: Mapped[list[Any]]
    sighting_key: Mapped[str | None]
    media_id: Mapped[int | None] = owner("media.id", index=True)
    added_at: Mapped[datetime]
    serial: Mapped[int | None]
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)


class MediaScene(Base):
    """The features of a few stills of a file, by which places are looked up.

    `serial`: of the newest landmark that it has been held against; `hidden`: burnt-in lines that were left out.
    """

    __tablename__ = "media_scenes"

    media_id: Mapped[int] = owner("media.id", primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id", primary_key=True)
    serial: Mapped[int]
    hidden: Mapped[int]
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class LandmarkMatch(Base):
    """A file shows a known place: at `at_ms` (null: a picture), as the landmark's still at `reference_ms` does.

    `score`: minus log10 of the false alarms to expect; `inliers` points agree, the `share` of those that could; `box`:
    left, top, width, height of what agrees as fractions of the frame.
    """

    __tablename__ = "landmark_matches"
    __table_args__ = (Index(None, "landmark_id"),)

    media_id: Mapped[int] = owner("media.id", primary_key=True)
    analyzer_id: Mapped[int] = owner("analyzers.id", primary_key=True)
    landmark_id: Mapped[int] = owner("landmarks.id", primary_key=True)
    at_ms: Mapped[BigInt | None]
    reference_ms: Mapped[BigInt]
    score: Mapped[float]
    inliers: Mapped[int]
    share: Mapped[float]
    box: Mapped[list[Any]]
