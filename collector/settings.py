"""What does the operator want? convoywatch.toml, then CONVOYWATCH_* variables; an unknown key is an error."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from collector.errors import Misconfigured

FILE = "convoywatch.toml"
#: in the data folder: destinations that were added on the command line
ADDED = "destinations.json"


class Section(BaseModel):
    """A part of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class Media(Section):
    """How much disk videos and pictures may take, in GB (10^9 bytes): at most `max_gb`, and `min_free_gb` stay free.

    Past that, files wait (state `quota`) until there is room again; posts are collected on.
    """

    max_gb: float | None = Field(default=None, ge=0)
    min_free_gb: float = Field(default=1.0, ge=0)


class Objects(Section):
    """Where media, captures and stills lie that several machines need; in the data folder unless `url` is set.

    `url`: a folder that all of them see, or `s3://BUCKET/PREFIX` with the `endpoint` of any S3-compatible store. Keys
    that are not set are taken from AWS_* variables. Each machine keeps media that it reads in a cache of `cache_gb`.
    """

    url: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    access_key_id: str = ""
    secret_access_key: str = ""
    cache_gb: float = Field(default=5.0, gt=0)

    @field_validator("url")
    @classmethod
    def _is_place(cls, value: str) -> str:
        scheme, found, rest = value.partition("://")
        if found and (scheme not in ("s3", "file") or not rest.strip("/")):
            raise ValueError("url is a folder, or s3://BUCKET or s3://BUCKET/PREFIX")
        return value

    @field_validator("endpoint")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("endpoint is no http or https address")
        return value.rstrip("/")


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


class Workers(Section):
    """How workers on several machines know of each other (`dispatch = "postgres"`).

    Each says that it lives every `heartbeat_s`; one that has not for `dead_after_s` is held for dead, and others do its
    work. `queued_polls` sources at most wait for a worker at a time.
    """

    heartbeat_s: float = Field(default=10.0, gt=0)
    dead_after_s: float = Field(default=60.0, gt=0)
    queued_polls: int = Field(default=100, ge=1)

    @model_validator(mode="after")
    def _patient(self) -> Self:
        if self.dead_after_s < 2 * self.heartbeat_s:
            raise ValueError(f"dead_after_s {self.dead_after_s:g} is less than two heartbeats of {self.heartbeat_s:g}")
        return self


class Reread(Section):
    """How often the last `pages` pages of a source are read again for edits and removals; 0 pages: never."""

    every_h: float = Field(default=12.0, gt=0)
    pages: int = Field(default=4, ge=0)


class Locate(Section):
    """How posts are placed. `region`: ISO country codes to prefer. `convoy_threshold`: what counts as a sighting.

    A position vaguer than `max_radius_km` (a country, a name with namesakes everywhere) makes no sighting.
    """

    region: tuple[str, ...] = ()
    gazetteers: tuple[str, ...] = ()
    convoy_threshold: float = Field(default=0.5, gt=0, lt=1)
    max_radius_km: float = Field(default=200.0, gt=0)


class Geocoder(Section):
    """An optional online geocoder (geopy): "nominatim" or "photon" at any base URL. Off unless named."""

    provider: str | None = None
    base_url: str | None = None


class Copies(Section):
    """When footage or words are old news: first seen more than `recycled_after_h` hours before the time they claim, or
    contradicted by what the footage shows with at least `doubted_from`, a probability."""

    recycled_after_h: float = Field(default=36.0, gt=0)
    doubted_from: float = Field(default=0.5, gt=0, le=1)


class ClosedLine(Section):
    """Roads that come within `radius_km` of a point are closed."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    radius_km: float = Field(default=1.0, gt=0)


class Roads(Section):
    """Which roads columns drive. `file`: another graph than the shipped one, relative to the configuration.

    `closed`: names of roads (where the graph has names), or places near which roads are closed.
    """

    file: str | None = None
    border_penalty_h: float = Field(default=0.0, ge=0)
    closed: tuple[str | ClosedLine, ...] = ()


class Publish(Section):
    """What `v_public_sightings` may show: how late (hours) and how coarse (degrees)."""

    delay_h: float = Field(default=24.0, ge=0)
    grid_deg: float = Field(default=0.1, gt=0)


class Health(Section):
    """Where the daemon answers /healthz, /status, /metrics and /alerts.atom; nowhere unless a port is set.

    It answers whoever reaches it: leave it on loopback, or put what asks for a password in front.
    """

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)


class Log(Section):
    """What the daemon writes to a file, as JSON lines; nothing unless a file is named (relative to `data_dir`)."""

    file: str = ""
    level: Literal["debug", "info", "warning", "error"] = "info"
    max_bytes: int = Field(default=10 * 2**20, ge=64 * 1024)
    keep: int = Field(default=5, ge=1)


class Alerts(Section):
    """When a person is told, and where: every alert is kept in the store, and posted to `webhook` until it is taken."""

    webhook: str = ""
    #: of a new or changed track: from which probability of a watched destination on, and how old it may be (hours)
    track_probability: float = Field(default=0.5, gt=0, le=1)
    track_max_age_h: float = Field(default=72.0, gt=0)
    #: a source that has posted before is silent: for 4 times its usual gap, and at least so long (hours)
    silence_h: float = Field(default=24.0, gt=0)
    #: a source cannot be read, or work waits, for so long (hours)
    failing_h: float = Field(default=24.0, gt=0)
    backlog_h: float = Field(default=6.0, gt=0)
    #: too little is free on the disk of the data folder
    min_free_gb: float = Field(default=2.0, ge=0)

    @field_validator("webhook")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("webhook is no http or https address")
        return value


class SourceLine(Section):
    """One source to poll, by its name or address; the address says which kind it is unless `platform` does.

    Fewer than `min_posts` on its newest page, or `max_silence_h` hours without a post, are told. A `canary` is known to
    be alive. `options` belong to its kind.
    """

    platform: str | None = None
    name: str = ""
    url: str = ""
    enabled: bool = True
    min_posts: int | None = Field(default=None, ge=0)
    max_silence_h: float | None = Field(default=None, gt=0)
    canary: bool = False
    options: dict[str, Any] = {}

    @model_validator(mode="after")
    def _named(self) -> Self:
        if bool(self.name) == bool(self.url):
            raise ValueError("a source has either a name or a url")
        return self


class DestinationLine(Section):
    """One watched airbase or port. `weight` is a prior relative to the others."""

    id: str
    name: str
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    radius_km: float = Field(default=4.0, gt=0)
    weight: float = Field(default=1.0, gt=0)


class AreaLine(Section):
    """An area to watch: a circle (`lat`, `lon`, `radius_km`), or the corners of a `polygon`, (latitude, longitude)."""

    id: str = Field(min_length=1)
    name: str = ""
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    radius_km: float | None = Field(default=None, gt=0)
    polygon: tuple[tuple[float, float], ...] = ()

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        circle = [v is not None for v in (self.lat, self.lon, self.radius_km)]
        if any(circle) == bool(self.polygon) or any(circle) != all(circle):
            raise ValueError("an area has either lat, lon and radius_km, or a polygon")
        if self.polygon and len(self.polygon) < 3:
            raise ValueError("a polygon has three corners at least")
        if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in self.polygon):
            raise ValueError("corners of a polygon are [latitude, longitude] in degrees")
        return self


class Settings(Section):
    """The whole configuration. `data_dir` holds the store, captures, media and frames; relative to the file."""

    data_dir: str = "data"
    store: str = ""
    #: who carries the work: threads of the daemon, or workers on any number of machines
    dispatch: Literal["local", "postgres"] = "local"
    http: Http = Http()
    media: Media = Media()
    objects: Objects = Objects()
    telegram: Telegram = Telegram()
    mastodon: Kind = Kind()
    bluesky: Bluesky = Bluesky()
    feed: Kind = Kind()
    youtube: Youtube = Youtube()
    video: Video = Video()
    other: Kind = Kind()
    schedule: Schedule = Schedule()
    workers: Workers = Workers()
    reread: Reread = Reread()
    locate: Locate = Locate()
    geocoder: Geocoder = Geocoder()
    copies: Copies = Copies()
    publish: Publish = Publish()
    roads: Roads = Roads()
    health: Health = Health()
    alerts: Alerts = Alerts()
    log: Log = Log()
    #: name -> statement, for `convoywatch sql --saved NAME`
    queries: dict[str, str] = {}
    sources: tuple[SourceLine, ...] = ()
    destinations: tuple[DestinationLine, ...] = ()
    areas: tuple[AreaLine, ...] = ()
    file: Path | None = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [d.id for d in self.destinations]
        if twice := sorted({n for n in names if names.count(n) > 1}):
            raise ValueError(f"destinations named twice: {', '.join(twice)}")
        areas = [a.id for a in self.areas]
        if twice := sorted({n for n in areas if areas.count(n) > 1}):
            raise ValueError(f"areas named twice: {', '.join(twice)}")
        if "elsewhere" in names:
            raise ValueError('a destination may not have the id "elsewhere": it stands for none of them')
        return self

    def kind(self, platform: str) -> Kind:
        """The settings of a kind of source; those of `other` for one that has no section."""
        found = getattr(self, "video" if platform in ("vk", "rutube") else platform, None)
        return found if isinstance(found, Kind) else self.other

    @property
    def data(self) -> Path:
        """The data folder, absolute."""
        base = self.file.parent if self.file else Path.cwd()
        return (base / self.data_dir).resolve()

    @property
    def shared(self) -> bool:
        """May other machines do the work that is asked for here?"""
        return self.dispatch != "local" or bool(self.objects.url)

    @property
    def store_url(self) -> str:
        """SQLAlchemy's address of the store."""
        return self.store or f"sqlite:///{self.data / 'convoywatch.sqlite'}"


def load(path: Path | None = None, environ: dict[str, str] | None = None) -> Settings:
    """Read the configuration: `path`, else CONVOYWATCH_CONFIG, else ./convoywatch.toml, else the defaults.

    Raises Misconfigured with the key and what is wrong with it.
    """
    env = dict(os.environ) if environ is None else environ
    named = path or (Path(env["CONVOYWATCH_CONFIG"]) if env.get("CONVOYWATCH_CONFIG") else None)
    file = named or Path(FILE)
    if named and not file.is_file():
        raise Misconfigured(f"there is no configuration file {file}; write one, or leave --config out for the defaults")
    raw: dict[str, Any] = {}
    if file.is_file():
        try:
            raw = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{file} is not valid TOML: {error}") from error
        raw["file"] = file.resolve()
    _overlay(raw, env)
    try:
        settings = Settings.model_validate(raw)
        return settings.model_copy(update={"destinations": (*settings.destinations, *_added(settings))})
    except ValidationError as error:
        raise Misconfigured(_words(file, error)) from error


def added_destinations(data: Path) -> tuple[DestinationLine, ...]:
    """The destinations that `convoywatch destinations add` keeps in the data folder. Raises Misconfigured."""
    file = data / ADDED
    if not file.is_file():
        return ()
    try:
        return tuple(DestinationLine.model_validate(d) for d in json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:  # a ValidationError is a ValueError
        raise Misconfigured(f"{file} is damaged ({error}); mend it, or remove it and add them again") from error


def _added(settings: Settings) -> list[DestinationLine]:
    """Those that the configuration does not name: what it says counts."""
    named = {d.id for d in settings.destinations}
    return [d for d in added_destinations(settings.data) if d.id not in named]


_LISTS = ("allow_hosts", "region", "gazetteers", "closed")


def _overlay(raw: dict[str, Any], env: dict[str, str]) -> None:
    """CONVOYWATCH_HTTP__CONTACT=x sets contact in [http]; CONVOYWATCH_STORE=x sets store."""
    for key, value in env.items():
        name = key.removeprefix("CONVOYWATCH_").lower()
        if name == key.lower() or name in ("config", "shared"):
            continue
        section, _, leaf = name.partition("__")
        if leaf:
            part = raw.setdefault(section, {})
            if isinstance(part, dict):  # what else it is, is told when the whole is checked
                part[leaf] = [v for v in value.split(",") if v] if leaf in _LISTS else value
        else:
            raw[section] = value


def _words(file: Path, error: ValidationError) -> str:
    lines = [f"{file} (or a CONVOYWATCH_* variable) is wrong:"]
    for e in error.errors():
        where = ".".join(str(p) for p in e["loc"]) + ": " if e["loc"] else ""
        what = "there is no such key; check its spelling" if e["type"] == "extra_forbidden" else e["msg"].lower()
        if e["type"] == "value_error":
            what = e["msg"].removeprefix("Value error, ")  # our own words, with names in them
        lines.append(f"  {where}{what}")
    return "\n".join(lines)
