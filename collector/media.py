"""Where is a video or picture kept? Once, under the SHA-256 of its bytes, as `ab/cd/<sha256>`."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from collector.arriving import Arriving
from collector.atomic import Temporary, clean_temporary, storage_errors, temporary
from collector.errors import Gone, Misconfigured, RetryLater, Unparseable
from collector.http import PoliteClient
from collector.http_values import Downloaded
from collector.partial import Partial, clean_partial, partial
from collector.quota import Limits, Quota
from collector.stored import Hashing, StoredFile

__all__ = ["Fetched", "MediaStore", "StoredFile"]

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_CHUNK = 1024 * 1024
_BUSY_S = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was downloaded, and the answer that brought it."""

    stored: StoredFile
    told: Downloaded


class MediaStore:
    """The media files under one folder. Any number of threads and processes may add the same file at once."""

    def __init__(self, root: Path, limits: Callable[[], Limits] = Limits) -> None:
        self.root = root
        self.quota = Quota(root, limits)

    def add_file(self, path: Path) -> StoredFile:
        """Copy a local file in. Raises `Gone`, `Misconfigured` (not readable), `Unparseable` (empty, or a folder)."""
        try:
            with path.open("rb") as file:
                return self.add_stream(file)
        except FileNotFoundError as error:
            raise Gone(f"no file {path}") from error
        except IsADirectoryError as error:
            raise Unparseable(f"{path} is a folder, not a file") from error
        except PermissionError as error:
            raise Misconfigured(f"may not read {path}; check its owner and permissions") from error

    def add_stream(self, stream: BinaryIO) -> StoredFile:
        """Copy everything that `stream` still has. Raises `Unparseable` when that is nothing."""

        def fill(into: BinaryIO) -> None:
            while chunk := stream.read(_CHUNK):
                into.write(chunk)

        return self._add(fill)

    def fetch(self, client: PoliteClient, url: str, max_bytes: int | None = None, *, key: str | None = None) -> Fetched:
        """Download a file in, or the rest of it when an earlier download under the same `key` (or `url`) broke off.

        Raises what `PoliteClient.download` raises, and `NoRoom`. Only a passing failure leaves a part behind.
        """
        with storage_errors(self.root):
            room = self.quota.room()
            with partial(self.root, key or url) as part:
                if part is None:  # it is being downloaded already
                    raise RetryLater("this file is being downloaded by another thread or process", _BUSY_S)
                return self._arrive(client, url, max_bytes, part, Arriving(part, room))

    def path(self, sha256: str) -> Path:
        """Where the file with this hash is or would be."""
        if not _SHA256.match(sha256):
            raise Unparseable(f"not a SHA-256 in hex: {sha256[:80]!r}")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """The file with this hash on a disk of this machine, where it stays until the end."""
        yield self.path(sha256)

    def clean_temp(self, older_than_s: float = 60.0) -> int:
        """Remove what killed processes left half-written and nobody goes on with; how many files."""
        return clean_temporary(self.root, older_than_s) + clean_partial(self.root)

    def _arrive(
        self, client: PoliteClient, url: str, max_bytes: int | None, part: Partial, arriving: Arriving
    ) -> Fetched:
        kept = False
        try:
            told = client.download(url, cast(BinaryIO, arriving), max_bytes, rest=arriving.rest(), begin=arriving.begin)
            stored = arriving.stored()
            if stored.bytes == 0:
                raise Unparseable("the file is empty")
            self._keep(Temporary(part.path, part.file), stored)
            self.quota.added(arriving.grown())
        except RetryLater:
            kept = arriving.note()
            raise
        finally:
            if not kept:
                part.forget()
        return Fetched(stored, told)

    def _add(self, fill: Callable[[BinaryIO], None]) -> StoredFile:
        with storage_errors(self.root):
            self.quota.room()
            with temporary(self.root) as temp:
                writer = Hashing(temp.file)
                fill(cast(BinaryIO, writer))
                if writer.size == 0:
                    raise Unparseable("the file is empty")
                stored = writer.stored()
                if self._keep(temp, stored):
                    self.quota.added(stored.bytes)
                return stored

    def _keep(self, temp: Temporary, stored: StoredFile) -> bool:
        """Move the file to its place, unless it is there; whether it was moved."""
        target = self.path(stored.sha256)
        # a copy of another size was damaged after it was stored: the new one replaces it
        there = target.exists() and target.stat().st_size == stored.bytes
        if not there:
            temp.publish(target)
        return not there
