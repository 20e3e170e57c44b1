"""Which files stand under their hash, in a folder or in a bucket, and how does one of them move or go?

For what handles all of them at once: backups, restoring, pruning. A key is `media/ab/cd/HASH`, the same in both.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from collector.atomic import Temporary, temporary
from collector.kept import folder
from collector.objects import Objects
from collector.settings import Settings

_CHUNK = 1 << 20
_HASH = 64


class Shelf(Protocol):
    """What both can do."""

    def files(self, name: str) -> Iterator[tuple[str, int]]:
        """Key and bytes of every whole file of `captures`, `frames` or `media`."""
        ...

    def size(self, key: str) -> int | None:
        """Its bytes; None when it is not there."""
        ...

    def fetch(self, key: str, into: BinaryIO) -> None:
        """Copy a file out."""
        ...

    def room(self, key: str) -> AbstractContextManager[Temporary]:
        """A new file to write to before it is put under this key."""
        ...

    def put(self, key: str, new: Temporary) -> None:
        """Take in what was written."""
        ...

    def remove(self, key: str) -> None:
        """Let one go; nothing when it is not there."""
        ...


class FolderShelf:
    """Files of a data folder, a shared folder, or a backup."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self, name: str) -> Iterator[tuple[str, int]]:
        """See `Shelf`; not those still being written."""
        for first in sorted((self.root / name).glob("??")):
            for file in sorted(first.glob("??/*")):
                if len(file.name.partition(".")[0]) == _HASH and file.is_file():
                    yield file.relative_to(self.root).as_posix(), file.stat().st_size

    def size(self, key: str) -> int | None:
        """See `Shelf`."""
        try:
            return (self.root / key).stat().st_size
        except FileNotFoundError:
            return None

    def fetch(self, key: str, into: BinaryIO) -> None:
        """See `Shelf`."""
        with (self.root / key).open("rb") as file:
            shutil.copyfileobj(file, into, _CHUNK)

    def room(self, key: str) -> AbstractContextManager[Temporary]:
        """See `Shelf`: in the same file system."""
        return temporary(self.root / key.partition("/")[0])

    def put(self, key: str, new: Temporary) -> None:
        """See `Shelf`: whole, and on the disk."""
        new.publish(self.root / key)

    def remove(self, key: str) -> None:
        """See `Shelf`."""
        (self.root / key).unlink(missing_ok=True)


class BucketShelf:
    """Files of an S3-compatible store, some of them also in this machine's `cache`. Raises what `Objects` raises."""

    def __init__(self, objects: Objects, cache: Path) -> None:
        self._objects, self._cache = objects, cache

    def files(self, name: str) -> Iterator[tuple[str, int]]:
        """See `Shelf`."""
        for key, size in self._objects.listed(f"{name}/"):
            if len(key.rpartition("/")[2].partition(".")[0]) == _HASH:
                yield key, size

    def size(self, key: str) -> int | None:
        """See `Shelf`."""
        return self._objects.size(key)

    def fetch(self, key: str, into: BinaryIO) -> None:
        """See `Shelf`."""
        self._objects.fetch(key, into)

    @contextmanager
    def room(self, key: str) -> Iterator[Temporary]:
        """See `Shelf`: on any disk of this machine."""
        with tempfile.TemporaryDirectory() as folder, temporary(Path(folder)) as new:
            yield new

    def put(self, key: str, new: Temporary) -> None:
        """See `Shelf`."""
        new.file.flush()
        self._objects.put(key, new.path)

    def remove(self, key: str) -> None:
        """See `Shelf`: from this machine's cache too; other machines drop it in time."""
        self._objects.remove(key)
        (self._cache / key).unlink(missing_ok=True)


def shelf(settings: Settings) -> Shelf:
    """Where this installation keeps its files."""
    wanted = settings.objects
    if wanted.url.startswith("s3://"):
        return BucketShelf(Objects(wanted), settings.data / "cache")
    return FolderShelf(folder(settings))
