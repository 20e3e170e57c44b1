"""What every kind of source gives: posts as values, one batch-contract line each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

MediaKind = Literal["video", "photo", "audio", "document", "sticker", "round_video", "voice", "animation"]

#: what a page of a source turned out to be; anything but "history" and "empty" stops a poll
PageState = Literal[
    "history",
    "empty",
    "soft_ban",
    "restricted",
    "adult",
    "group",
    "user",
    "bot",
    "no_preview",
    "not_found",
    "card",
    "unreadable",
]


@dataclass(frozen=True, slots=True)
class Channel:
    """Who published: `id` is the platform's stable number (as text), `name` its handle."""

    id: str | None
    name: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Media:
    """One attached file. `withheld`: the platform shows it only in its own program. `duration_s` in seconds."""

    kind: MediaKind
    url: str | None = None
    thumb_url: str | None = None
    duration_s: float | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom a post was forwarded from; `url` is the original post or channel where it is told."""

    name: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Location:
    """A point that the author attached by the platform's own means."""

    lat: float
    lon: float
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with its options."""

    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """What a source published, in one revision. `views_step` is the granularity of a rounded count (436.6K: 100).

    `aliases` are other native ids of the same post; `media_files[i]` is a local path to the bytes of `media[i]`, or
    None where it has to be downloaded (exports bring their files along).
    """

    platform: str
    channel: Channel
    native_id: str
    url: str | None
    posted_at: datetime | None
    text: str = ""
    edited: bool = False
    author: str | None = None
    lang: str | None = None
    forwarded_from: Origin | None = None
    reply_to: str | None = None
    views: int | None = None
    views_step: int | None = None
    media: tuple[Media, ...] = ()
    location: Location | None = None
    links: tuple[str, ...] = ()
    poll: Poll | None = None
    service: str | None = None
    served_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    media_files: tuple[str | None, ...] = ()

    def as_contract(self) -> dict[str, Any]:
        """The post as a line of `convoywatch parse`: JSON types only, times in UTC ISO 8601."""
        return {
            "platform": self.platform,
            "channel": {"id": self.channel.id, "name": self.channel.name, "title": self.channel.title},
            "native_id": self.native_id,
            "url": self.url,
            "posted_at": _iso(self.posted_at),
            "edited": self.edited,
            "author": self.author,
            "text": self.text,
            "lang": self.lang,
            "forwarded_from": {"name": self.forwarded_from.name, "url": self.forwarded_from.url}
            if self.forwarded_from
            else None,
            "reply_to": {"url": self.reply_to} if self.reply_to else None,
            "views": self.views,
            "media": [
                {
                    "kind": m.kind,
                    "url": m.url,
                    "thumb_url": m.thumb_url,
                    "duration_s": m.duration_s,
                    "withheld": m.withheld,
                }
                for m in self.media
            ],
            "location": {"lat": self.location.lat, "lon": self.location.lon, "title": self.location.title}
            if self.location
            else None,
            "links": list(self.links),
            "poll": {"question": self.poll.question, "options": list(self.poll.options)} if self.poll else None,
            "service": self.service,
            "served_at": _iso(self.served_at),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed page of a source: its state, its posts oldest first, and what was not understood (`issues`)."""

    state: PageState
    channel: Channel
    posts: tuple[Post, ...] = ()
    next_cursor: str | None = None
    message: str = ""
    issues: tuple[str, ...] = field(default=())


class Source(Protocol):
    """A kind of source that can be polled: how its pages are addressed and read. Reading never raises."""

    platform: str

    def name_of(self, text: str) -> str:
        """The handle in what an operator wrote; raises `Misconfigured` saying what to write instead."""

    def page_url(self, base_url: str, name: str, before: str | None) -> str:
        """The address of the newest page, or of the page older than the cursor `before`."""

    def parse(self, body: bytes, url: str) -> Page:
        """Read a fetched page; `url` is where it came from after redirects."""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
