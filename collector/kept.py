"""Where does this installation keep media, captures and stills: in its data folder, a shared one, or a bucket?"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from collector.capture import Captures
from collector.media import MediaStore
from collector.object_captures import ObjectCaptures
from collector.object_media import FOLDER, ObjectMedia
from collector.objects import Objects
from collector.quota import GB, Limits
from collector.settings import Settings


class Kept:
    """The three places. `used()`: bytes of all media that the store knows of; `settings()`: as they are at present."""

    def __init__(self, settings: Callable[[], Settings], used: Callable[[], int]) -> None:
        self._settings, self._used = settings, used

    @cached_property
    def captures(self) -> Captures:
        """Raw answers by their SHA-256."""
        return self._captures("captures")

    @cached_property
    def frames(self) -> Captures:
        """Sampled stills by their SHA-256."""
        return self._captures("frames")

    @cached_property
    def media(self) -> MediaStore:
        """Videos and pictures by their SHA-256."""
        if self._objects:
            cache = self._settings().data / "cache" / FOLDER
            most = int(self._settings().objects.cache_gb * GB)
            return ObjectMedia(cache, self._objects, most, self._limits, self._used)
        return MediaStore(folder(self._settings()) / FOLDER, self._limits)

    @cached_property
    def _objects(self) -> Objects | None:
        wanted = self._settings().objects
        return Objects(wanted) if wanted.url.startswith("s3://") else None

    def _captures(self, name: str) -> Captures:
        return ObjectCaptures(self._objects, name) if self._objects else Captures(folder(self._settings()) / name)

    def _limits(self) -> Limits:
        return media_limits(self._settings())


def folder(settings: Settings) -> Path:
    """The folder that holds them, where it is one: the data folder unless another is named."""
    named = settings.objects.url.removeprefix("file://")
    base = settings.file.parent if settings.file else Path.cwd()
    return (base / named).resolve() if named else settings.data


def media_limits(settings: Settings) -> Limits:
    """How much disk videos and pictures may take."""
    most = settings.media.max_gb
    return Limits(None if most is None else int(most * GB), int(settings.media.min_free_gb * GB))
