"""What is written down while nobody watches? Events and warnings as JSON lines in a file that is begun anew in time."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from collector.context import Report
from collector.settings import Log

_events = logging.getLogger("collector.events")
#: kinds of events that are more than information
_LEVELS = {"failed": logging.WARNING, "alert": logging.WARNING, "due": logging.DEBUG}
#: the query, fragment and user of an address may be a token; its path is needed to know what was asked
_SECRET = re.compile(r"(\b[a-z][a-z0-9+.-]*://)(?:[^\s/@'\"]*@)?([^\s?#'\"<>]*)[?#][^\s'\"<>]*", re.IGNORECASE)
_USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@'\"]*@", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Addresses without user, query and fragment."""
    return _USER.sub(r"\1", _SECRET.sub(r"\1\2", text))


def noted(tell: Report) -> Report:
    """Tell people, and write it down."""

    def both(kind: str, line: str) -> None:
        tell(kind, line)
        _events.log(_LEVELS.get(kind, logging.INFO), line, extra={"event": kind})

    return both


class JsonLines(logging.Formatter):
    """A record as one line: at, level, logger, event (of `run`), message, and a traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "thread": record.threadName,
            "event": getattr(record, "event", None), "message": without_secrets(record.getMessage()),
            "trace": without_secrets(self.formatException(record.exc_info)) if record.exc_info else None,
        }  # fmt: skip
        return json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False)


@contextmanager
def into_file(wanted: Log, data: Path) -> Iterator[None]:
    """While open, events, warnings of libraries, and, by level, more of ours go to the file that is wanted, if any."""
    _events.propagate = False  # people see them anyway
    _events.setLevel(logging.CRITICAL + 1)
    if not wanted.file:
        yield
        return
    path = data / wanted.file
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=wanted.max_bytes, backupCount=wanted.keep, encoding="utf-8")
    handler.setFormatter(JsonLines())
    handler.setLevel(wanted.level.upper())
    for other in logging.getLogger().handlers:  # a terminal still gets warnings only
        other.setLevel(max(other.level, logging.WARNING))
    ours, root = logging.getLogger("collector"), logging.getLogger()
    _events.setLevel(logging.DEBUG)
    before = ours.level
    ours.setLevel(wanted.level.upper())
    _events.addHandler(handler)
    root.addHandler(handler)
    try:
        yield
    finally:
        _events.removeHandler(handler)
        root.removeHandler(handler)
        ours.setLevel(before)
        handler.close()
