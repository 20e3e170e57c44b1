"""What does the linker of this process know? One linker for all threads, and whose answer is the newer one."""

import itertools
import threading
from collections.abc import Iterable

from geolocate.linked import Linked
from geolocate.track import Linker
from geolocate.types import Sighting


class Timeline:
    """Links the whole timeline again and again, of which little changes from one time to the next."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._lock = threading.Lock()
        self._turns = itertools.count(1)
        self._written = 0

    def link(self, sightings: Iterable[Sighting]) -> Linked:
        """The tracks of exactly these sightings."""
        with self._lock:
            return self._linker.link(sightings)

    def turn(self) -> int:
        """To be taken before the sightings are read: answers with a higher turn know at least as much."""
        return next(self._turns)

    def supersedes(self, turn: int) -> bool:
        """Whether this answer is newer than all that were written; to be asked inside the writing transaction."""
        if turn < self._written:
            return False
        self._written = turn
        return True
