"""How do the bytes of a download reach the disk, so that a broken one goes on where it ended?"""

import time

from collector.errors import NoRoom
from collector.http_headers import content_range, length, strong_validator
from collector.http_resume import Rest, Start
from collector.partial import NOTE_BYTES, NOTE_S, Note, Partial
from collector.quota import TRY_AGAIN_S
from collector.stored import Hashing, StoredFile


class Arriving:
    """One download into one `Partial`: `begin` and `write` are what `PoliteClient.download` calls. `room` in bytes."""

    def __init__(self, part: Partial, room: int | None) -> None:
        self._part, self._room = part, room
        self._hashing = Hashing(part.file)
        self._note = part.known(self._hashing)
        self._had = self._hashing.size
        self._noted_at = time.monotonic()

    def rest(self) -> Rest | None:
        """What to ask for; None: the whole file."""
        note = self._note
        return Rest(note.size, note.validator, note.url, note.total) if note else None

    def begin(self, start: Start) -> None:
        """The answer begins: what was there counts only if it goes on behind that."""
        if start.offset != self._hashing.size:
            self._part.cut(0)
            self._hashing.restart()
            self._had = 0
        validator, total = strong_validator(start.headers), _total(start)
        if start.offset and self._note:
            validator = self._note.validator
        self._note = Note(validator, start.url, total) if validator and _plain(start) else None
        if total is not None:
            self._require(total - start.offset)

    def write(self, data: bytes) -> int:
        """Keep them; from time to time, make sure of all that came."""
        self._require(self._hashing.size - self._had + len(data))
        self._hashing.write(data)
        noted = self._note.size if self._note else 0
        if self._hashing.size - noted >= NOTE_BYTES or time.monotonic() - self._noted_at >= NOTE_S:
            self.note()
        return len(data)

    def note(self) -> bool:
        """Make sure of what came; whether the rest of it can be asked for later."""
        if self._note is None or self._hashing.size == 0:
            return False
        note = self._note
        self._note = Note(note.validator, note.url, note.total, self._hashing.size, self._hashing.digest.hexdigest())
        self._part.note(self._note)
        self._noted_at = time.monotonic()
        return True

    def grown(self) -> int:
        """Bytes that came and stayed."""
        return self._hashing.size - self._had

    def stored(self) -> StoredFile:
        """The file that came."""
        return self._hashing.stored()

    def _require(self, more: int) -> None:
        if self._room is not None and more > self._room:
            raise NoRoom(f"a file of {more} bytes does not fit into the {self._room} that are left", TRY_AGAIN_S)


def _total(start: Start) -> int | None:
    part = content_range(start.headers)
    return part[1] if part else length(start.headers)


def _plain(start: Start) -> bool:
    return start.headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
