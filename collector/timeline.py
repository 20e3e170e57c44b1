"""What does the linker of this process know? One linker for all threads, and whose answer is the newer one."""

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from db.rows import NewTrack
from db.tracks import digest
from db.types import AnyRow
from geolocate.linked import Linked
from geolocate.pair_rulings import Pair
from geolocate.track import Linker
from geolocate.types import Sighting, Track


class Timeline:
    """Links the whole timeline again and again, of which little changes from one time to the next."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._lock = threading.Lock()
        self._turns = itertools.count(1)
        self._written = 0
        self._told: dict[str, tuple[Track, tuple[int, ...], NewTrack]] = {}

    def link(self, sightings: Iterable[Sighting], ruled: Mapping[Pair, bool] | None = None) -> Linked:
        """The tracks of exactly these sightings; people may have `ruled` on pairs of them."""
        with self._lock:
            return self._linker.link(sightings, ruled)

    def told(
        self, linked: Linked, rows: dict[str, AnyRow], shape: Callable[[Track, dict[str, AnyRow]], NewTrack]
    ) -> list[NewTrack]:
        """The tracks as `shape` makes them of their sightings' rows (by key); made anew only where they changed."""
        with self._lock:
            told = {}
            for track in linked.tracks:
                ids = tuple(rows[p.sighting_id].id for p in track.points)
                known = self._told.get(track.key)
                if known is None or known[0] is not track or known[1] != ids:
                    new = shape(track, rows)
                    known = (track, ids, replace(new, digest=digest(new)))
                told[track.key] = known
            self._told = told
            return [new for _, _, new in told.values()]

    def turn(self) -> int:
        """To be taken before the sightings are read: answers with a higher turn know at least as much."""
        return next(self._turns)

    def supersedes(self, turn: int) -> bool:
        """Whether this answer is newer than all that were written; to be asked inside the writing transaction."""
        if turn < self._written:
            return False
        self._written = turn
        return True
