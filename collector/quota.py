"""Is there room for another file? Within what the operator grants, and without filling the disk."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from collector.errors import NoRoom

GB = 10**9
#: how long a count of the files holds; what we add ourselves is added to it
COUNT_AGAIN_S = 60.0
#: how long a file that found no room waits; the first that finds some wakes the others
TRY_AGAIN_S = 1800.0


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `max_bytes` in the folder (None: no limit), and `min_free_bytes` left free on its disk."""

    max_bytes: int | None = None
    min_free_bytes: int = 0


class Quota:
    """What still fits into one folder. Thread-safe. `limits` is asked each time, since settings may change.

    The files themselves are counted, so that deleting some by hand makes room; or `measure` tells the bytes.
    """

    def __init__(
        self, root: Path, limits: Callable[[], Limits] = Limits, clock: Callable[[], float] = time.monotonic,
        measure: Callable[[Path], int] | None = None,
    ) -> None:  # fmt: skip
        self._root, self._limits, self._clock, self._measure = root, limits, clock, measure or _size
        self._lock = threading.Lock()
        self._used, self._counted_at = 0, float("-inf")

    def room(self) -> int | None:
        """Bytes that still fit, None for no limit. Raises `NoRoom` when there are none, saying what to do."""
        limits = self._limits()
        left: list[int] = []
        if limits.min_free_bytes:
            free = shutil.disk_usage(_standing(self._root)).free
            left.append(free - limits.min_free_bytes)
            if left[-1] <= 0:
                raise NoRoom(
                    f"only {free / GB:.1f} GB are free where {self._root} lies, and min_free_gb are "
                    f"{limits.min_free_bytes / GB:g}: free some, or set [media] min_free_gb lower", TRY_AGAIN_S
                )  # fmt: skip
        if limits.max_bytes is not None:
            left.append(limits.max_bytes - self.used())
            if left[-1] <= 0:
                raise NoRoom(
                    f"{self._root} holds {self.used() / GB:.1f} GB of the {limits.max_bytes / GB:g} GB that it may: "
                    "remove files, or set [media] max_gb higher", TRY_AGAIN_S
                )  # fmt: skip
        return min(left, default=None)

    def used(self) -> int:
        """Bytes in the folder, counted at most a minute ago."""
        with self._lock:
            if self._clock() - self._counted_at >= COUNT_AGAIN_S:
                self._used, self._counted_at = self._measure(self._root), self._clock()
            return self._used

    def added(self, size: int) -> None:
        """A file came in."""
        with self._lock:
            self._used += size


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _size(folder: Path) -> int:
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(at, name)).st_size
            except FileNotFoundError:
                continue  # it was moved to its place meanwhile
    return total
