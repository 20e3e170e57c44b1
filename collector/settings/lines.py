"""What is listed: sources, destinations, watched areas."""

from typing import Any, Self

from pydantic import Field, model_validator

from collector.settings.section import Section


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
    options: dict[str, Any] = Field(default_factory=dict)

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
