"""Videos and pictures that every machine reads: they lie in a bucket, and on each machine in a cache with a limit."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from collector.atomic import Temporary, storage_errors, temporary
from collector.errors import Unparseable
from collector.media import MediaStore
from collector.objects import Objects
from collector.quota import Limits, Quota
from collector.stored import Hashing, StoredFile

FOLDER = "media"


class ObjectMedia(MediaStore):
    """As `MediaStore`; `root` is the cache. What is in use is not dropped from it, whichever process uses it.

    `used()` tells how many bytes the bucket holds, as far as the limits count them.
    """

    def __init__(
        self, root: Path, objects: Objects, cache_bytes: int, limits: Callable[[], Limits], used: Callable[[], int]
    ) -> None:
        super().__init__(root, limits)
        self.quota = Quota(root, limits, measure=lambda _root: used())
        self._objects, self._cache_bytes = objects, cache_bytes

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """See `MediaStore`: from the cache, or from the bucket into the cache; its hash is checked each time."""
        path = self.path(sha256)
        with storage_errors(self.root):
            file = self._open(path, sha256)
        with file:
            yield path

    def _open(self, path: Path, sha256: str) -> BufferedReader:
        """The cached file with a lock that keeps it there; raises `Unparseable` when the bucket's own is damaged."""
        for _ in range(3):
            with suppress(FileNotFoundError):
                file = path.open("rb")
                fcntl.flock(file, fcntl.LOCK_SH)
                if path.exists() and hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                    os.utime(path)  # those used last stay longest
                    return file
                file.close()  # dropped just now, or damaged on this disk
            self._bring(path, sha256)
        raise Unparseable(f"{path} does not hold what its name says, however often it is fetched: check this disk")

    def _bring(self, path: Path, sha256: str) -> None:
        with temporary(self.root) as temp:
            arriving = Hashing(temp.file)
            self._objects.fetch(key(sha256), cast(BinaryIO, arriving))
            if arriving.stored().sha256 != sha256:
                raise Unparseable(f"object {key(sha256)} does not hold what its name says; restore it from a backup")
            temp.publish(path)
        self.trim()

    def _keep(self, temp: Temporary, stored: StoredFile) -> bool:
        """Into the bucket first: once that is said to be done, every machine has the file."""
        temp.file.flush()
        there = self._objects.size(key(stored.sha256)) == stored.bytes
        if not there:
            self._objects.put(key(stored.sha256), temp.path)
        super()._keep(temp, stored)
        self.trim()
        return not there

    def trim(self) -> None:
        """Drop what was not used for longest until the cache keeps to its limit."""
        cached = []
        for path in self.root.glob("??/??/*"):
            with suppress(FileNotFoundError):
                told = path.stat()
                cached.append((told.st_mtime, told.st_size, path))
        over = sum(size for _, size, _ in cached) - self._cache_bytes
        for _, size, path in sorted(cached):
            if over <= 0:
                return
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # in use by nobody
                path.unlink()
                over -= size


def key(sha256: str) -> str:
    """Where in the bucket a file lies."""
    return f"{FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}"
