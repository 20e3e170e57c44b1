"""How posts are placed, compared and linked."""

from pydantic import Field

from collector.settings.section import Section


class Locate(Section):
    """How posts are placed. `region`: ISO country codes to prefer. `convoy_threshold`: what counts as a sighting.

    A position vaguer than `max_radius_km` (a country, a name with namesakes everywhere) makes no sighting.
    """

    region: tuple[str, ...] = ()
    gazetteers: tuple[str, ...] = ()
    convoy_threshold: float = Field(default=0.5, gt=0, lt=1)
    max_radius_km: float = Field(default=250.0, gt=0)


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

    `corridors`: lines with names (GeoJSON or CSV, as `file`) whose names the roads along them take.
    `closed`: names of roads (where the graph has names), or places near which roads are closed.
    """

    file: str | None = None
    corridors: str | None = None
    border_penalty_h: float = Field(default=0.0, ge=0)
    closed: tuple[str | ClosedLine, ...] = ()
