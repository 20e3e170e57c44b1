"""What every kind of source gives: posts as values, one batch-contract line each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from collector.errors import ConvoywatchError

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
class Stated:
    """What a dataset of others says of a sighting: how exact its place is (km, 90 %), when, how many, a convoy or not.

    `convoy` None: the dataset does not say.
    """

    dataset: str
    licence: str
    radius_km: float
    seen_from: datetime
    seen_to: datetime
    convoy: bool | None = None
    vehicles_min: int | None = None
    vehicles_max: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is stored: JSON types only."""
        return asdict(self) | {"seen_from": self.seen_from.isoformat(), "seen_to": self.seen_to.isoformat()}


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
    stated: Stated | None = None

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
    """One parsed page of a source: its state, its posts oldest first, and what was not understood (`issues`).

    `next_cursor` leads to the next older page. `drift` says why the layout seems to have changed. `listed` are the
    (platform, native id) of all that the page lists, oldest first, where that is more than `posts`. `evidence` names
    the capture of each post (by its native id) that was read from another answer than the last. `failed`: the rest of
    the page could not be read; what is here is good.
    """

    state: PageState
    channel: Channel
    posts: tuple[Post, ...] = ()
    next_cursor: str | None = None
    message: str = ""
    issues: tuple[str, ...] = field(default=())
    drift: str = ""
    listed: tuple[tuple[str, str], ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    failed: ConvoywatchError | None = None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """(platform, native id) of everything on the page, oldest first."""
        return self.listed or tuple((post.platform, post.native_id) for post in self.posts)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page is asked for: the newest, or the one that the cursor `before` leads to.

    `channel_id` is the source's number as an earlier page told it; `options` are what the operator set for it.
    """

    name: str
    before: str | None
    base_url: str
    channel_id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, kept raw under `sha256`; `not_modified`: nothing new since the last poll, and no body."""

    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    not_modified: bool = False


class Reach(Protocol):
    """How a source reaches the outside: politely, within limits, and with every answer kept raw.

    Raises what `collector.http.PoliteClient.get` and `collector.video.probe` raise, for the poll to catch.
    """

    def get(self, url: str, *, newest: bool = False) -> Answer:
        """The answer at `url`; of the `newest` page only if it has changed since the last poll."""

    def video(self, url: str, first: int, last: int, *, flat: bool = False) -> Answer:
        """yt-dlp's info.json of an address: entries `first` to `last`, from 1; `flat`: without their details."""

    def stored(self, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the (platform, native id) whose posts are in the store."""


class Source(Protocol):
    """A kind of source that can be polled: how it is named, how its pages are asked for, and read.

    `numbered`: the last part of a native id is a number that only grows, so that polls overlap by numbers. A healthy
    newest page has at least `min_posts`; a source without a post for `max_silence_s` seconds is told to be silent.
    """

    @property
    def platform(self) -> str:
        """The name of the kind, in the store and the configuration."""

    @property
    def numbered(self) -> bool:
        """Do polls overlap by numbers?"""

    @property
    def min_posts(self) -> int:
        """How many posts a healthy newest page has at least, unless the operator says otherwise."""

    @property
    def max_silence_s(self) -> float:
        """How long it may be silent before that is told, unless the operator says otherwise."""

    def claims(self, text: str) -> str | None:
        """The name in an address or a handle that can only be of this kind; None for anything else."""

    def name_of(self, text: str) -> str:
        """The name in what an operator wrote for this kind; raises `Misconfigured` saying what to write instead."""

    def read(self, wanted: Wanted, reach: Reach) -> Page | None:
        """Ask for a page and read it; None when the newest has not changed. Bytes of strangers never raise."""


def unreadable(issue: str) -> Page:
    """The page of an answer that is not what this kind of source gives."""
    return Page("unreadable", Channel(None, None, None), message=issue, issues=(issue,), drift=issue)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
