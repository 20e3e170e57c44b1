"""What is the recorded world: which channels published what, when, and which of it is visible at a given moment?

An invented world: the channels, the convoys and every text were written for this demo. Any likeness to a real
channel or to a real movement is chance. The posts live in `channels/*.toml`, one file a channel, oldest first.
"""

import tomllib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

CHANNELS = Path(__file__).parent / "channels"

#: what t.me/s/NAME does for a channel: shows posts, or sends the visitor to the card because there is no preview
Preview = Literal["open", "off"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file; `clip` names a drawing of `demo.clips`. `withheld`: "Media is too big" on the page."""

    clip: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """What an edit made of the text, and when (UTC)."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoPost:
    """One message. `native_id` is its number in the channel; an album of k files takes k numbers from there on.

    `text` may mark **bold**; `forwarded_from` and `reply_to` are keys "channel/number" of posts of this world, except
    that a forward may name an outside channel in `forwarded_name` alone.
    """

    channel: str
    native_id: int
    at: datetime
    text: str = ""
    media: tuple[Attachment, ...] = ()
    forwarded_from: str | None = None
    forwarded_name: str | None = None
    reply_to: int | None = None
    location: tuple[float, float] | None = None
    service: bool = False
    author: str | None = None
    views: int = 0
    edited: Revision | None = None

    @property
    def key(self) -> str:
        """The name of the post in `demo.truth`: "channel/number"."""
        return f"{self.channel}/{self.native_id}"

    @property
    def last_id(self) -> int:
        """The last number that the post takes."""
        return self.native_id + max(1, len(self.media)) - 1

    def text_at(self, now: datetime) -> str:
        """The text that a visitor sees at `now`."""
        return self.edited.text if self.edited and self.edited.at <= now else self.text

    def is_edited_at(self, now: datetime) -> bool:
        """Whether the page marks it as edited at `now`."""
        return self.edited is not None and self.edited.at <= now


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """Who publishes: `id` is the number that the page hides in `data-view`; `lang` is what it mostly writes in."""

    name: str
    id: int
    title: str
    description: str
    lang: str
    subscribers: int
    preview: Preview = "open"
    posts: tuple[DemoPost, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """All channels, and their posts in the order in which they were published."""

    channels: dict[str, DemoChannel]
    timeline: tuple[DemoPost, ...] = field(default=())

    def post(self, key: str) -> DemoPost:
        """The post of that key; KeyError when there is none."""
        name, _, number = key.partition("/")
        for post in self.channels[name].posts:
            if post.native_id == int(number):
                return post
        raise KeyError(key)

    def clock(self, shown: int) -> datetime:
        """The moment (UTC) at which the first `shown` posts are out and the next is not; a day after the last one."""
        if shown >= len(self.timeline):
            return self.timeline[-1].at + timedelta(days=1)
        return self.timeline[max(shown, 1) - 1].at + timedelta(seconds=30)


@cache
def load() -> World:
    """The world that is written down in `channels/`."""
    return world_of(_channel(path) for path in sorted(CHANNELS.glob("*.toml")))


def world_of(channels: Iterable[DemoChannel]) -> World:
    """A world of the given channels; tests build small ones."""
    by_name = {channel.name: channel for channel in channels}
    posts = [post for channel in by_name.values() for post in channel.posts]
    return World(by_name, tuple(sorted(posts, key=lambda post: (post.at, post.key))))


def _channel(path: Path) -> DemoChannel:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = table.pop("posts", [])
    name = path.stem
    return DemoChannel(name=name, posts=tuple(_post(name, row) for row in rows), **table)


def _post(channel: str, row: dict[str, Any]) -> DemoPost:
    """A post from its table; the views that it does not state are invented, the same each time."""
    row.setdefault("views", 200 + zlib.crc32(f"{channel}/{row['id']}".encode()) % 90_000)
    media = tuple(
        Attachment(clip.removeprefix("withheld:"), clip.startswith("withheld:")) for clip in row.pop("media", [])
    )
    location = row.pop("location", None)
    edited = row.pop("edited", None)
    return DemoPost(
        channel=channel,
        native_id=row.pop("id"),
        at=row.pop("at").astimezone(UTC),
        text=row.pop("text", "").strip(),
        media=media,
        location=(location[0], location[1]) if location else None,
        edited=Revision(edited["text"].strip(), edited["at"].astimezone(UTC)) if edited else None,
        **row,
    )
