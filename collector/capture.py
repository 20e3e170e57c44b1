"""What exactly did the outside world answer? The raw bytes of every answer, kept under their SHA-256.

Files are `ab/cd/<sha256>.gz`, where the hash is that of the bytes inside: any gzip program reads them, and the same
bytes always make the same file.
"""

import gzip
import hashlib
import re
import zlib
from pathlib import Path

from collector.atomic import clean_temporary, storage_errors, temporary
from collector.errors import Gone, Unparseable
from collector.http_values import Response, tool
from db.rows import NewCapture

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Captures:
    """The captures under one folder. Any number of threads and processes may store the same bytes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def store(self, body: bytes) -> str:
        """Keep `body`; its SHA-256 in hex. Once this returns, the bytes survive a crash. May be repeated.

        Raises `RetryLater` when the disk is full, `Misconfigured` when the folder cannot be written.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        target = self.path(sha256)
        if target.exists():
            return sha256
        with storage_errors(self.root), temporary(self.root) as temp:
            temp.file.write(packed(body))
            temp.publish(target)
        return sha256

    def keep(self, answer: Response) -> NewCapture:
        """Keep an answer with all that was said around it: its row. Raises as `store`."""
        return NewCapture(
            sha256=self.store(answer.body), bytes=len(answer.body), url=answer.url, status=answer.status,
            headers=dict(answer.headers), fetched_at=answer.fetched_at, tool=tool(), request_headers=dict(answer.sent),
            hops=[{"url": hop.url, "status": hop.status} for hop in answer.hops],
        )  # fmt: skip

    def read(self, sha256: str) -> bytes:
        """The bytes behind a hash. Raises `Gone` when there are none, `Unparseable` when the file was damaged."""
        path = self.path(sha256)
        try:
            return unpacked(path.read_bytes(), sha256, f"the capture {path}")
        except FileNotFoundError as error:
            raise Gone(f"no capture {sha256} in {self.root}; restore it from a backup") from error

    def path(self, sha256: str) -> Path:
        """Where the bytes behind a hash are or would be."""
        if not _SHA256.match(sha256):
            raise Unparseable(f"not a SHA-256 in hex: {sha256[:80]!r}")
        return self.root / sha256[:2] / sha256[2:4] / f"{sha256}.gz"

    def clean_temp(self, older_than_s: float = 60.0) -> int:
        """Remove what killed processes left half-written; how many files."""
        return clean_temporary(self.root, older_than_s)


def packed(body: bytes) -> bytes:
    """As a file: the same bytes always make the same file."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def unpacked(file: bytes, sha256: str, name: str) -> bytes:
    """The bytes in a file called `name`. Raises `Unparseable` when they are not those of the hash."""
    try:
        body = gzip.decompress(file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Unparseable(f"{name} is damaged ({error}); restore it from a backup") from error
    if hashlib.sha256(body).hexdigest() != sha256:
        raise Unparseable(f"{name} does not hold what its name says; restore it from a backup")
    return body
