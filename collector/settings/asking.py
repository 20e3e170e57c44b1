"""How we ask servers, where each kind of source lies, and how often."""

from typing import Self

from pydantic import Field, model_validator

from collector.settings.section import Section


class Http(Section):
    """How we ask servers. `allow_hosts` (host or host:port) may resolve to private or loopback addresses.

    A host that fails `break_after` times in a row is left alone for `break_s`, then ever longer up to `break_max_s`.
    """

    contact: str = ""
    gap_s: float = Field(default=2.0, ge=0)
    jitter: float = Field(default=0.2, ge=0, le=1)
    timeout_s: float = Field(default=30.0, gt=0)
    max_page_bytes: int = Field(default=8 * 2**20, gt=0)
    max_media_bytes: int = Field(default=200 * 2**20, gt=0)
    allow_hosts: tuple[str, ...] = ()
    proxy: str | None = None
    ca_file: str | None = None
    respect_robots: bool = True
    break_after: int = Field(default=5, ge=1)
    break_s: float = Field(default=30.0, gt=0)
    break_max_s: float = Field(default=1800.0, gt=0)


class Kind(Section):
    """Where a kind of source lies (empty: where the source's name says), and how many pages a poll may read.

    `first_pages` of a new source; later polls page back until they overlap, `max_pages` at a time. A source without a
    post for `max_silence_h` hours is told to be silent (None: what its kind says).
    """

    base_url: str = ""
    max_pages: int = Field(default=10, ge=1)
    first_pages: int = Field(default=3, ge=1)
    max_silence_h: float | None = Field(default=None, gt=0)


class Telegram(Kind):
    """Telegram's public preview."""

    base_url: str = "https://t.me"


class Bluesky(Kind):
    """The public AppView, which asks for no account."""

    base_url: str = "https://public.api.bsky.app"


class Youtube(Kind):
    """YouTube: its feeds, and behind them the listings, in which each new video costs a request of its own."""

    base_url: str = "https://www.youtube.com"
    max_pages: int = Field(default=4, ge=1)
    first_pages: int = Field(default=1, ge=1)


class Video(Kind):
    """Listings of other video sites, and what is downloaded.

    No video longer than `max_minutes`; of its formats the best that is at most `max_height` pixels high.
    """

    max_pages: int = Field(default=4, ge=1)
    first_pages: int = Field(default=1, ge=1)
    max_height: int = Field(default=1080, ge=144)
    max_minutes: float = Field(default=180.0, gt=0)


class Schedule(Section):
    """When sources are polled: the interval adapts to how often they post, between two bounds (seconds).

    What the program died with in hand `crash_limit` times in a row is left alone for a day; 0: never.
    """

    tick_s: float = Field(default=5.0, gt=0)
    min_interval_s: float = Field(default=300.0, gt=0)
    max_interval_s: float = Field(default=12 * 3600.0, gt=0)
    pollers: int = Field(default=4, ge=1, le=64)
    downloaders: int = Field(default=2, ge=1, le=64)
    analysts: int = Field(default=2, ge=1, le=64)
    crash_limit: int = Field(default=5, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_interval_s > self.max_interval_s:
            raise ValueError(f"min_interval_s {self.min_interval_s:g} is above max_interval_s {self.max_interval_s:g}")
        return self


class Reread(Section):
    """How often the last `pages` pages of a source are read again for edits and removals; 0 pages: never."""

    every_h: float = Field(default=12.0, gt=0)
    pages: int = Field(default=4, ge=0)
