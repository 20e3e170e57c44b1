"""Where is a video or picture kept? Once, under the SHA-256 of its bytes, as `ab/cd/<sha256>`."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from collector.atomic import Temporary, clean_temporary, storage_errors, temporary
from collector.errors import Gone, Misconfigured, Unparseable
from collector.http import PoliteClient
from geolocate.frames.magic import HEAD_BYTES, media_type

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store. `bytes` is its size; `media_type` is what its first bytes say, whatever a server claimed."""

    sha256: str
    bytes: int
    media_type: str


class _Hashing:
    """A file to write to that hashes, counts and remembers the head of what passes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0
        self.head = b""

    def write(self, data: bytes) -> int:
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)


class MediaStore:
    """The media files under one folder. Any number of threads and processes may add the same file at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

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

    def fetch(self, client: PoliteClient, url: str, max_bytes: int | None = None) -> StoredFile:
        """Download a file in. Raises what `PoliteClient.download` raises; a failed download leaves nothing behind."""

        def fill(into: BinaryIO) -> None:
            client.download(url, into, max_bytes)

        return self._add(fill)

    def path(self, sha256: str) -> Path:
        """Where the file with this hash is or would be."""
        if not _SHA256.match(sha256):
            raise Unparseable(f"not a SHA-256 in hex: {sha256[:80]!r}")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def clean_temp(self, older_than_s: float = 60.0) -> int:
        """Remove what killed processes left half-written; how many files."""
        return clean_temporary(self.root, older_than_s)

    def _add(self, fill: Callable[[BinaryIO], None]) -> StoredFile:
        with storage_errors(self.root), temporary(self.root) as temp:
            writer = _Hashing(temp.file)
            fill(cast(BinaryIO, writer))
            if writer.size == 0:
                raise Unparseable("the file is empty")
            stored = StoredFile(writer.digest.hexdigest(), writer.size, media_type(writer.head))
            self._keep(temp, stored)
            return stored

    def _keep(self, temp: Temporary, stored: StoredFile) -> None:
        target = self.path(stored.sha256)
        # a copy of another size was damaged after it was stored: the new one replaces it
        if not (target.exists() and target.stat().st_size == stored.bytes):
            temp.publish(target)
