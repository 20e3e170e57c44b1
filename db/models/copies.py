"""By what copies are found: distinct texts and their likeness, prints of files and which show the same footage."""

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigInt, RowId, owner


class MessageText(Base):
    """One distinct message, without its dress. `hours`: how far apart two posts of it may lie and still be copies."""

    __tablename__ = "texts"
    __table_args__ = (UniqueConstraint("digest"),)

    id: Mapped[RowId]
    digest: Mapped[str]
    hours: Mapped[float]
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class TextAnchor(Base):
    """A run of words by which texts that may be near are proposed to one another."""

    __tablename__ = "text_anchors"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (read once by SQLAlchemy)

    anchor: Mapped[BigInt] = mapped_column(primary_key=True)
    text_id: Mapped[int] = owner("texts.id", primary_key=True)


class TextPair(Base):
    """Two texts that say nearly the same, written both ways round; `hours` as in texts."""

    __tablename__ = "text_pairs"

    text_id: Mapped[int] = owner("texts.id", primary_key=True)
    near_id: Mapped[int] = owner("texts.id", primary_key=True)
    hours: Mapped[float]


class MediaPrint(Base):
    """The fingerprint of a file, packed."""

    __tablename__ = "media_prints"

    media_id: Mapped[int] = owner("media.id", primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class MediaWord(Base):
    """A word of a fingerprint, by which files that may show the same footage are looked up."""

    __tablename__ = "media_words"
    __table_args__ = (Index(None, "media_id"), {"sqlite_with_rowid": False})

    word: Mapped[BigInt] = mapped_column(primary_key=True)
    media_id: Mapped[int] = owner("media.id", primary_key=True)


class MediaPair(Base):
    """Two files judged to show the same footage, both ways round. `overlap_s`: seconds of `media_id` that both show."""

    __tablename__ = "media_pairs"

    media_id: Mapped[int] = owner("media.id", primary_key=True)
    other_id: Mapped[int] = owner("media.id", primary_key=True)
    score: Mapped[float]
    overlap_s: Mapped[float]
    mirrored: Mapped[bool]
