"""What does an online geocoder know of a name? geopy's Nominatim and Photon, optional, one request a second, cached.

geopy asks through our polite client, so sizes, deadlines and Retry-After are kept as everywhere.
"""

import json
import math
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from geopy.adapters import BaseSyncAdapter
from geopy.exc import ConfigurationError, GeocoderParseError, GeopyError
from geopy.geocoders import Nominatim, Photon

from collector.errors import Misconfigured, Unparseable
from collector.geocode_cache import Cache, FileCache, MemoryCache
from collector.http import HttpSettings, PoliteClient
from collector.settings import Settings
from geolocate.sphere import distance_km
from geolocate.types import Candidate

DEFAULT_URLS = {"nominatim": "https://nominatim.openstreetmap.org", "photon": "https://photon.komoot.io"}
#: at most one request a second (OSM Foundation, Nominatim usage policy)
GAP_S = 1.0
LIMIT = 5
#: the radius of a place that the geocoder gives no extent for, km
_NO_EXTENT_KM = 5.0
_LEAST_KM = 0.2
#: what is left for "none of these": online answers are not calibrated
_NO_PLACE = 0.1
#: the languages that Photon answers in; it refuses others
_PHOTON_LANGUAGES = frozenset({"en", "de", "fr"})
_OSM = {"N": "node", "W": "way", "R": "relation"}


@dataclass(frozen=True, slots=True)
class GeocoderSettings:
    """Which geocoder: `provider` is "nominatim" or "photon", `base_url` any server of that kind (None: the public one).

    `contact` is a URL or e-mail address, which the public servers ask for; `gap_s` in seconds between requests.
    """

    provider: str
    base_url: str | None = None
    contact: str = ""
    gap_s: float = GAP_S
    timeout_s: float = 15.0
    proxy: str | None = None


class Geocoder:
    """Callable with a name and its language. Thread-safe; close it, or use it as a context manager."""

    def __init__(
        self, settings: GeocoderSettings, cache: Cache | None = None, stop: threading.Event | None = None
    ) -> None:
        if settings.provider not in DEFAULT_URLS:
            raise Misconfigured(f'geocoder.provider: write "nominatim" or "photon", not {settings.provider!r}')
        self._provider = settings.provider
        self._base = (settings.base_url or DEFAULT_URLS[settings.provider]).rstrip("/")
        self._cache = MemoryCache() if cache is None else cache
        self.client = PoliteClient(_http(settings, self._base), stop=stop)
        self._geopy = _geopy(settings, self._base, self.client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the cache is its owner's."""
        self.client.close()

    def __call__(self, name: str, lang: str, /) -> Sequence[Candidate]:
        """The places that `name` may stand for, likeliest first; none when the geocoder knows none.

        `probability` follows the geocoder's own order of importance and is not calibrated. Raises `RateLimited`,
        `RetryLater`, `Gone` (the server refuses us), `Unparseable` (no geocoder's answer), `Misconfigured`.
        """
        query = " ".join(name.split())
        if not query:
            return ()
        key = json.dumps([self._provider, self._base, lang, query.casefold()], ensure_ascii=False)
        kept = self._cache.get(key)
        if kept is None:
            kept = [asdict(candidate) for candidate in self._ask(query, lang)]
            self._cache.put(key, kept)
        return tuple(Candidate(**fields) for fields in kept)

    def _ask(self, query: str, lang: str) -> list[Candidate]:
        language: Any = lang or False
        if self._provider == "photon" and lang not in _PHOTON_LANGUAGES:
            language = False
        try:
            found = self._geopy.geocode(query, exactly_one=False, limit=LIMIT, language=language)
            raw = [_place(self._provider, location.raw) for location in found or ()]
        except (GeopyError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unparseable(f"{self._base} does not answer as {self._provider} does ({error})") from error
        return _weigh(raw)


def make_provider(settings: Settings) -> Geocoder | None:
    """The geocoder that the configuration names, with its cache in the data folder; None when it names none.

    It closes itself when it is no longer used, as whoever locates texts does not know what stands behind a name.
    """
    named = settings.geocoder
    if named.provider is None:
        return None
    cache = FileCache(settings.data / "geocoder.sqlite")
    asked = GeocoderSettings(named.provider, named.base_url, settings.http.contact, proxy=settings.http.proxy)
    try:
        geocoder = Geocoder(asked, cache)
    except Misconfigured:
        cache.close()
        raise
    weakref.finalize(geocoder, cache.close)
    weakref.finalize(geocoder, geocoder.client.close)
    return geocoder


class _PoliteAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """geopy's requests, made by our client."""

    client: PoliteClient

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        try:
            return json.loads(self.get_text(url, timeout=timeout, headers=headers))
        except ValueError as error:
            raise GeocoderParseError("the answer is no JSON") from error

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        return self.client.get(url).body.decode("utf-8")


def _http(settings: GeocoderSettings, base: str) -> HttpSettings:
    # the operator named this server, so it may be on the own network; its robots.txt is about crawlers, not its API
    return HttpSettings(
        contact=settings.contact,
        gap_s=settings.gap_s,
        timeout_s=settings.timeout_s,
        allow_hosts=frozenset({urlsplit(base).netloc, urlsplit(base).hostname or ""}),
        proxy=settings.proxy,
        respect_robots=False,
    )


def _geopy(settings: GeocoderSettings, base: str, client: PoliteClient) -> Nominatim | Photon:
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Misconfigured(f"geocoder.base_url: write https://host/path, not {base!r}")

    def adapter(**options: Any) -> _PoliteAdapter:
        made = _PoliteAdapter(**options)
        made.client = client
        return made

    kind = Nominatim if settings.provider == "nominatim" else Photon
    try:
        return kind(
            scheme=parts.scheme,
            domain=parts.netloc + parts.path,
            user_agent=client.settings.agent(),
            timeout=settings.timeout_s,
            adapter_factory=adapter,
        )
    except ConfigurationError as error:
        raise Misconfigured(f"geocoder: {error}") from error


def _place(provider: str, raw: Mapping[str, Any]) -> tuple[Candidate, float | None]:
    """One answer as a candidate, with the geocoder's importance where it gives one."""
    if provider == "nominatim":
        lat, lon = float(raw["lat"]), float(raw["lon"])
        south, north, west, east = _extent(raw.get("boundingbox"))
        kind, number = raw.get("osm_type"), raw.get("osm_id")
        name, importance = raw.get("name") or raw["display_name"].split(",")[0], raw.get("importance")
    else:
        lon, lat = (float(value) for value in raw["geometry"]["coordinates"][:2])
        facts = raw["properties"]
        west, north, east, south = _extent(facts.get("extent"))
        kind, number = _OSM.get(facts.get("osm_type", "")), facts.get("osm_id")
        name, importance = facts.get("name") or "", None
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError(f"no point on Earth: {lat}, {lon}")
    corners = [distance_km(lat, lon, y, x) for y, x in ((south, west), (north, east))]
    radius = max(_LEAST_KM, *corners) if all(map(math.isfinite, corners)) else _NO_EXTENT_KM
    ref = f"osm:{kind}/{number}" if kind and number else "coordinates"
    return Candidate(ref, str(name), lat, lon, round(radius, 2), 0.0), importance


def _extent(values: Any) -> tuple[float, float, float, float]:
    if not isinstance(values, list) or len(values) != 4:
        return (math.nan,) * 4
    return float(values[0]), float(values[1]), float(values[2]), float(values[3])


def _weigh(found: Sequence[tuple[Candidate, float | None]]) -> list[Candidate]:
    weights = [float(importance) if importance else 1.0 / (2 + rank) for rank, (_, importance) in enumerate(found)]
    total = sum(weights) or 1.0
    weighed = [
        Candidate(c.ref, c.name, c.lat, c.lon, c.radius_km, round((1 - _NO_PLACE) * weight / total, 6))
        for (c, _), weight in zip(found, weights, strict=True)
    ]
    return sorted(weighed, key=lambda c: -c.probability)
