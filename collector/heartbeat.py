"""Is a daemon alive, since when, and what did it last do? A small file that it writes anew, beside its lock."""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from collector.lock import DaemonLock

FILE = "daemon.json"


@dataclass(frozen=True, slots=True)
class Beat:
    """What the daemon says of itself. Times are aware UTC; `ticked_at`: when it last looked for due sources.

    `health`: address of its health endpoint. `reloaded_at`, `reload_error`: how the last reload went.
    """

    pid: int
    started_at: datetime
    ticked_at: datetime
    health: str | None = None
    reloaded_at: datetime | None = None
    reload_error: str | None = None


class Heartbeat:
    """Writes the file. It is made anew and renamed, so that a reader sees a whole one; it need not outlive a crash."""

    def __init__(self, data: Path, started_at: datetime) -> None:
        self._path = data / FILE
        self.beat = Beat(os.getpid(), started_at, started_at)

    def tell(self, **changed: object) -> None:
        """Change some of it and write it."""
        self.beat = replace(self.beat, **changed)  # type: ignore[arg-type]
        told = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self.beat).items()}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(self._path)


def alive(data: Path) -> Beat | None:
    """What the daemon of this data folder last said; None when none runs (the lock is free)."""
    if not DaemonLock(data).held():
        return None
    try:
        raw = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # it holds the lock and has not spoken yet, or it is another command of ours
    times = {k: datetime.fromisoformat(raw[k]) for k in ("started_at", "ticked_at", "reloaded_at") if raw[k]}
    beat = Beat(**{**raw, **times})
    return beat if str(beat.pid) == DaemonLock(data).holder() else None
