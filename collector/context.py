"""What does a stage need to do its work? Store, folders, client, and the thinking parts, made when first used."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from collector.capture import Captures
from collector.host_memory import StoredHosts
from collector.kept import Kept
from collector.media import MediaStore
from collector.models import used
from collector.settings import Settings
from db import media
from db.session import Store
from geolocate.frames.model_file import ModelFile
from geolocate.types import Destination

if TYPE_CHECKING:
    from collector.http import PoliteClient
    from collector.known_places import KnownPlaces
    from collector.timeline import Timeline
    from geolocate.locate import Locator
    from geolocate.roads import RoadGraph

Report = Callable[[str, str], None]


def now() -> datetime:
    """The present, aware UTC."""
    return datetime.now(UTC)


def silent(_kind: str, _line: str) -> None:
    """A report that nobody reads."""


@dataclass
class Context:
    """Shared by all threads of one process. `report(kind, line)` tells people what happened; `stop` ends every wait.

    `superseded`: another has taken over work of this process, which was held for dead.
    """

    settings: Settings
    store: Store
    report: Report = silent
    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    superseded: threading.Event = field(default_factory=threading.Event)
    analyzers: dict[str, int] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _kept(self) -> Kept:
        return Kept(lambda: self.settings, self._media_bytes)

    @property
    def captures(self) -> Captures:
        """Raw answers by their SHA-256."""
        return self._kept.captures

    @property
    def frames(self) -> Captures:
        """Sampled stills by their SHA-256."""
        return self._kept.frames

    @property
    def media(self) -> MediaStore:
        """Videos and pictures by their SHA-256."""
        return self._kept.media

    def _media_bytes(self) -> int:
        with self.store.read() as conn:
            return media.total_bytes(conn)

    @cached_property
    def detector(self) -> ModelFile | None:
        """The operator's own detector, the same for as long as the process runs; None for the shipped one."""
        return used(self.settings.data)

    @cached_property
    def client(self) -> "PoliteClient":
        """The one polite client."""
        from collector.parts import make_client

        return make_client(self.settings, self.stop, StoredHosts(self.store))

    @cached_property
    def destinations(self) -> tuple[Destination, ...]:
        """The watched destinations, as the configuration names them."""
        return tuple(Destination(d.id, d.name, d.lat, d.lon, d.radius_km, d.weight) for d in self.settings.destinations)

    @cached_property
    def _locator(self) -> "Locator":
        from collector.locating import make_locator

        return make_locator(self.settings, self.destinations)

    @property
    def locator(self) -> "Locator":
        """The geolocator; made once, however many threads ask."""
        with self._making:
            return self._locator

    @cached_property
    def _roads(self) -> "RoadGraph":
        from collector.parts import make_roads

        return make_roads(self.settings)

    @property
    def roads(self) -> "RoadGraph":
        """The road graph that the configuration describes, or the embedded one."""
        with self._making:
            return self._roads

    @cached_property
    def _known_places(self) -> "KnownPlaces":
        # imported when first used: what looks at pictures takes half a second to load
        from collector.known_places import KnownPlaces

        return KnownPlaces()

    @property
    def known_places(self) -> "KnownPlaces":
        """What footage is held against; made once, however many threads ask."""
        with self._making:
            return self._known_places

    def renew(self, settings: Settings) -> None:
        """Go on with other settings; every thread has ended. A client that asks as before remembers its hosts."""
        if settings.http != self.settings.http and "client" in self.__dict__:
            self.__dict__.pop("client").close()
        if "_locator" in self.__dict__:
            self.__dict__.pop("_locator").close()
        self.__dict__.pop("destinations", None)
        self.settings = settings

    @cached_property
    def timeline(self) -> "Timeline":
        """The linker of this process; it remembers what it linked."""
        from collector.timeline import Timeline
        from geolocate.track import Linker

        return Timeline(Linker(self.destinations, self.roads))

    def close(self) -> None:
        """Close the client, the gazetteer and the store; every thread has ended."""
        if "client" in self.__dict__:
            self.client.close()
        if "_locator" in self.__dict__:
            self._locator.close()
        self.store.dispose()
