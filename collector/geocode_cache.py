"""What did the online geocoder say last time? Kept, because its makers ask for that and because names repeat."""

import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any, Protocol, Self

from collector.errors import Misconfigured

#: how long an answer is believed, days: places hardly move, but maps improve
KEEP_DAYS = 180


class Cache(Protocol):
    """JSON values by key. `get` gives None for what is not there; an empty answer is an empty list, not None."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class MemoryCache:
    """A cache that lasts as long as the process."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """The value, or None."""
        return self._values.get(key)

    def put(self, key: str, value: Any) -> None:
        """Keep a value."""
        self._values[key] = value


class FileCache:
    """A cache in one SQLite file, for any number of threads and processes. Close it, or use it as a context manager."""

    def __init__(self, path: Path, keep_days: float = KEEP_DAYS) -> None:
        self._path, self._keep_s = path, keep_days * 86_400
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            raise Misconfigured(f"the geocoder's cache {path} cannot be opened ({error})") from error
        try:
            self._run(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL)"
            )
        except Misconfigured:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def get(self, key: str) -> Any:
        """The value, or None when there is none or it is too old."""
        rows = self._run("SELECT value FROM answers WHERE key = ? AND at > ?", key, time.time() - self._keep_s)
        return json.loads(rows[0][0]) if rows else None

    def put(self, key: str, value: Any) -> None:
        """Keep a value."""
        self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", key, json.dumps(value), time.time())

    def _run(self, sql: str, *values: Any) -> list[Any]:
        try:
            with self._lock:
                return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise Misconfigured(f"the geocoder's cache {self._path} cannot be used ({error}); delete it") from error
