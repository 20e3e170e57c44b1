"""Is another daemon running on this data folder? A lock that the system gives back when its holder dies."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from collector.errors import Misconfigured

_ASIDE_S = 0.05


class DaemonLock:
    """An exclusive lock on data_dir/daemon.lock; the file says who holds it."""

    def __init__(self, data: Path) -> None:
        self.path = data / "daemon.lock"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Try to get it; False when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = open(self.path, "a+", encoding="utf-8")  # noqa: SIM115 (open for as long as the lock is held)
        for patience in (_ASIDE_S, _ASIDE_S, None):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if patience is None:
                    file.close()
                    return False
                time.sleep(patience)  # one that only asks whether it is held lets it go at once
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return True

    def held(self) -> bool:
        """Does a living process have it? Asking changes nothing."""
        try:
            with open(self.path, encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def holder(self) -> str:
        """The process number of whoever wrote its name last."""
        return self.path.read_text(encoding="utf-8").strip() if self.path.exists() else "?"

    def give_back(self) -> None:
        """Let it go."""
        if self._file:
            self._file.close()
            self._file = None

    def __enter__(self) -> "DaemonLock":
        if not self.take():
            raise Misconfigured(
                f"another convoywatch (process {self.holder()}) works on {self.path.parent}; "
                "stop it first, or give this one another data_dir"
            )
        return self

    def __exit__(self, *exc: object) -> None:
        self.give_back()
