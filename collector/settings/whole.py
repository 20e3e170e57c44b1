"""The whole configuration, and what holds between its parts."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from collector.settings.asking import Bluesky, Http, Kind, Reread, Schedule, Telegram, Video, Youtube
from collector.settings.keeping import Media, Objects, Workers
from collector.settings.lines import AreaLine, DestinationLine, SourceLine
from collector.settings.section import Section
from collector.settings.telling import Alerts, Health, Log, Publish
from collector.settings.thinking import Copies, Geocoder, Locate, Roads


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
    queries: dict[str, str] = Field(default_factory=dict)
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
