"""What is a file by its bytes alone? Its hash, its size, and what its first bytes say it is."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from geolocate.frames.magic import HEAD_BYTES, media_type


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store. `bytes` is its size; `media_type` is what its first bytes say, whatever a server claimed."""

    sha256: str
    bytes: int
    media_type: str


class Hashing:
    """A file to write to that hashes, counts and remembers the head of what passes.

    What the file holds already is fed with `seen`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.restart()

    def restart(self) -> None:
        """Forget what passed."""
        self.digest, self.size, self.head = hashlib.sha256(), 0, b""

    def seen(self, data: bytes) -> None:
        """These bytes are in the file."""
        if len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self.digest.update(data)
        self.size += len(data)

    def write(self, data: bytes) -> int:
        """Write them."""
        self.seen(data)
        return self.file.write(data)

    def stored(self) -> StoredFile:
        """What has passed, as a file."""
        return StoredFile(self.digest.hexdigest(), self.size, media_type(self.head))
