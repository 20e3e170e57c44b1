"""What sources published: posts in their revisions, the media they show, and the keys by which copies are found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, BigInt, RowId, owner
from db.types import Id


class Post(Base):
    """One revision of a post; an edit is a new row, and exactly one row of a post is current.

    `stated`: what a dataset of others says of the sighting (`collector.sources.base.Stated`).
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("platform", "native_id", "revision"),
        Index(
            "uq_posts_current", "platform", "native_id", unique=True,
            sqlite_where=text("is_current"), postgresql_where=text("is_current"),
        ),
        Index(None, "posted_at"),
        Index(None, "source_id", "is_current"),  # a source's posts are counted in it
    )  # fmt: skip

    id: Mapped[RowId]
    source_id: Mapped[int] = mapped_column(Id, ForeignKey("sources.id"))  # a source with posts cannot be deleted
    platform: Mapped[str]
    native_id: Mapped[str]
    revision: Mapped[int]
    is_current: Mapped[bool]
    content_hash: Mapped[str]
    capture_sha256: Mapped[str | None]
    collected_at: Mapped[datetime]
    channel_id: Mapped[str | None]
    channel_name: Mapped[str | None]
    channel_title: Mapped[str | None]
    url: Mapped[str | None]
    posted_at: Mapped[datetime | None]
    edited: Mapped[bool]
    author: Mapped[str | None]
    text: Mapped[str]
    lang: Mapped[str | None]
    forwarded_from_name: Mapped[str | None]
    forwarded_from_url: Mapped[str | None]
    reply_to_url: Mapped[str | None]
    views: Mapped[BigInt | None]
    views_step: Mapped[int | None]
    geotag_lat: Mapped[float | None]
    geotag_lon: Mapped[float | None]
    geotag_title: Mapped[str | None]
    links: Mapped[list[Any]]
    poll: Mapped[dict[str, Any] | None]
    service: Mapped[str | None]
    served_at: Mapped[datetime | None]
    stated: Mapped[dict[str, Any] | None]
    warnings: Mapped[list[Any]]


class PostAlias(Base):
    """Every native id under which a post is known, and the one under which it is stored."""

    __tablename__ = "post_aliases"
    __table_args__ = (Index(None, "platform", "native_id"),)

    platform: Mapped[str] = mapped_column(primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    native_id: Mapped[str]


class PostMedia(Base):
    """One attached file of a post. `state`: pending, done, withheld, found, skipped, failed, quota, pruned.

    Quota: there is no room on the disk for it yet. Pruned: its bytes were let go. Found: the platform withholds it, and
    its bytes were had elsewhere: `found_by` says how (person, origin, text, edit). `unfit` lists the SHA-256 of files
    that a person said it is not. `poster_id` is the picture shown for it.
    """

    __tablename__ = "post_media"
    __table_args__ = (UniqueConstraint("post_id", "ordinal"), Index(None, "state", "duration_s"))

    id: Mapped[RowId]
    post_id: Mapped[int] = owner("posts.id")
    ordinal: Mapped[int]
    kind: Mapped[str]
    url: Mapped[str | None]
    thumb_url: Mapped[str | None]
    file: Mapped[str | None]
    duration_s: Mapped[float | None]
    withheld: Mapped[bool]
    state: Mapped[str]
    media_id: Mapped[int | None] = mapped_column(Id, ForeignKey("media.id", ondelete="SET NULL"), index=True)
    poster_id: Mapped[int | None] = mapped_column(Id, ForeignKey("media.id", ondelete="SET NULL"), index=True)
    found_by: Mapped[str | None]
    found_at: Mapped[datetime | None]
    unfit: Mapped[list[Any] | None]


class Media(Base):
    """One distinct file, keyed by its content; many posts may show it.

    `banner`: it says nothing of them. `sky`: the share of a clip's stills that show a blue sky by day.
    """

    __tablename__ = "media"

    id: Mapped[RowId]
    sha256: Mapped[str] = mapped_column(unique=True)
    bytes: Mapped[BigInt]
    media_type: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration_s: Mapped[float | None]
    decode_failures: Mapped[int | None]
    banner: Mapped[bool | None]
    sky: Mapped[float | None]
    stored_at: Mapped[datetime]


class MediaFetch(Base):
    """How a file came: the answer to the request that brought its last byte. Custody from the server to the hash.

    `resumed_at`: how many bytes earlier requests had brought. `tool` asked, sending `request_headers`; `hops` are the
    redirects on the way, `{"url", "status"}` each.
    """

    __tablename__ = "media_fetches"

    id: Mapped[RowId]
    media_id: Mapped[int] = owner("media.id", index=True)
    post_media_id: Mapped[int] = owner("post_media.id", index=True)
    url: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    request_headers: Mapped[dict[str, Any]]
    hops: Mapped[list[Any]]
    resumed_at: Mapped[BigInt]
    fetched_at: Mapped[datetime]
    tool: Mapped[str]


class CopyKey(Base):
    """What makes two posts copies when they share it: kind origin (a URL) or media (a SHA-256).

    Kind text names the message that a post holds (`texts.digest`), which makes copies of posts near enough in time.
    Kind told is what a post tells in figures and places, kind lang the language that it does so in: see `retelling`.
    """

    __tablename__ = "copy_keys"
    __table_args__ = (Index(None, "kind", "value"),)

    post_id: Mapped[int] = owner("posts.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class PostWords(Base):
    """The words of a post as search looks them up: folded words and their stems; names by their consonants.

    `version` says by which rules: rows of other rules are made anew before anything is searched.
    """

    __tablename__ = "post_words"

    post_id: Mapped[int] = owner("posts.id", primary_key=True)
    version: Mapped[int] = mapped_column(index=True)
    words: Mapped[str]
    names: Mapped[str]
