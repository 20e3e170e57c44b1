"""A scheduler and workers on one PostgreSQL: each a process of its own, started, killed and asked from a test."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.e2e import small

#: quick to notice a death
QUICK: dict[str, Any] = {"workers__heartbeat_s": 0.5, "workers__dead_after_s": 3.0, "schedule__crash_limit": 0}
GUARD_S = 120.0


@dataclass
class Team:
    """Processes on one configuration; every one of them writes a log of its own."""

    path: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, path: Path | None = None, prefix: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Starts one of our commands; `prefix`: what it is started through."""
        log = (self.path.parent / f"{len(self.started):03d}-{words[0]}.log").open("wb")
        process = subprocess.Popen(
            [*prefix, *small.command(path or self.path, *words, "--json")], stdout=log, stderr=subprocess.STDOUT,
            env=small.quiet_env(), start_new_session=True,
        )  # fmt: skip
        log.close()
        self.started.append(process)
        return process

    def has_begun(self, process: subprocess.Popen[bytes]) -> bool:
        """Does it live, and has it said that it works?"""
        number = self.started.index(process)
        (log,) = self.path.parent.glob(f"{number:03d}-*.log")
        return process.poll() is None and b'"event": "start"' in log.read_bytes()

    def logs(self) -> str:
        return "\n".join(f"--- {p.name}\n{p.read_text()}" for p in sorted(self.path.parent.glob("*-*.log")))

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def team(path: Path) -> Iterator[Team]:
    found = Team(path)
    try:
        yield found
    finally:
        found.end()


def rows(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, over a plain connection of our own."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True, options="-c timezone=UTC") as conn:
        return conn.execute(sql.encode(), values).fetchall()


def until(true: Callable[[], Any], what: str, team: Team | None = None, seconds: float = GUARD_S) -> Any:
    """Waits for something to become so; a guard against hanging, not a measure."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := true():
            return found
        time.sleep(0.1)
    pytest.fail(f"never came: {what}\n{team.logs()[-8000:] if team else ''}")
