"""What do we have of a file whose download broke off? Its first bytes and what names its version, kept over a kill.

Two files under `partial/`: the bytes, and a note of how many of them are surely on the disk, with their SHA-256 and the
validator of the answer that they came from. Bytes behind the noted ones are dropped, and bytes that do not have the
noted hash are too: a disk that lost power may show anything there.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from collector.atomic import temporary
from collector.stored import Hashing

FOLDER = "partial"
#: a part that nobody asked for the rest of is dropped after this
KEEP_S = 7 * 24 * 3600.0
#: how much may be lost to a kill: what came since the last note
NOTE_BYTES, NOTE_S = 8 * 1024 * 1024, 5.0
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Note:
    """What is surely there: `size` bytes with this hash, of the version that `validator` names."""

    validator: str
    url: str
    total: int | None
    size: int = 0
    sha256: str = ""


class Partial:
    """The part of one file, open and locked. Write to `file`, then `note` from time to time."""

    def __init__(self, root: Path, path: Path, file: BinaryIO) -> None:
        self.path, self.file = path, file
        self._root = root

    def known(self, hashing: Hashing) -> Note | None:
        """What is surely there, with `file` at its end and nothing behind it; None (and an empty file) for nothing.

        `hashing` has seen these bytes afterwards.
        """
        note = self._read()
        if note is not None and not self._holds(note, hashing):
            note = None
        self.cut(note.size if note else 0)
        if note is None:
            hashing.restart()
        return note

    def cut(self, size: int) -> None:
        """Keep the first `size` bytes, and write behind them."""
        self.file.truncate(size)
        self.file.seek(size)

    def note(self, note: Note) -> None:
        """Make sure of what is there, then say so."""
        self.file.flush()
        os.fsync(self.file.fileno())
        with temporary(self._root) as temp:
            temp.file.write(json.dumps(asdict(note)).encode())
            temp.publish(_note_of(self.path))

    def forget(self) -> None:
        """Drop the part; also right when its file has been moved to its place."""
        for path in (_note_of(self.path), self.path):
            path.unlink(missing_ok=True)

    def _read(self) -> Note | None:
        try:
            return Note(**json.loads(_note_of(self.path).read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _holds(self, note: Note, hashing: Hashing) -> bool:
        left = note.size
        self.file.seek(0)
        while left > 0 and (chunk := self.file.read(min(left, _CHUNK))):
            hashing.seen(chunk)
            left -= len(chunk)
        return note.size > 0 and left == 0 and hashing.digest.hexdigest() == note.sha256


@contextmanager
def partial(root: Path, key: str) -> Iterator[Partial | None]:
    """The part that is kept under `key`, locked; None while another thread or process has it in hand."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        # the one who held the lock may have moved the file to its place: then it is no longer ours to write to
        mine = path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())
        yield Partial(root, path, file) if mine else None


def clean_partial(root: Path, older_than_s: float = KEEP_S) -> int:
    """Remove parts that nobody asked for the rest of; how many."""
    removed, folder = 0, root / FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - path.stat().st_mtime >= older_than_s:
                path.unlink()
                removed += 1
    return removed


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")
