"""Workers die, and what they stand on goes away, while posts come in: who does that to a team, and how often?"""

import random
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from time import sleep
from typing import Any

from psycopg.errors import UndefinedTable

from demo.server import DemoServer
from tests import postgres
from tests.bucket import NAME, Bucket
from tests.e2e import many, small
from tests.e2e.hosts import Namespace
from tests.e2e.small import COAST, EAST, RELAY

NAMES = (EAST, COAST, RELAY)
POSTS = 80


@dataclass(frozen=True)
class Machine:
    """Where workers run: a configuration with a data folder of its own, and, for another host, its namespace."""

    path: Path
    namespace: Namespace | None = None


@dataclass
class Storm:
    """What is done to a team, and how often it was done.

    "kill": a worker by kill -9. "database", "bucket": away for a while. "cable": a host is cut off, until its workers
    are held for dead.
    """

    server: DemoServer
    database: postgres.Server
    bucket: Bucket
    machines: Sequence[Machine]
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    workers: list[Popen[bytes]] = field(default_factory=list)
    ended: Counter[int] = field(default_factory=Counter)

    def blow(self, team: many.Team, url: str, harm: dict[str, int], workers: int) -> None:
        """Starts workers, lets posts out, and does harm; then all is let be until nothing is left to do."""
        team.start("run")
        self._man(team, workers)
        many.until(lambda: _posts(url), "the first posts", team)
        plan = [what for what, times in harm.items() for _ in range(times)]
        self.dice.shuffle(plan)
        for what in plan:
            self.server.reveal(max(1, POSTS // len(plan)))
            at_work: list[Popen[bytes]] = many.until(
                lambda: [w for w in self.workers if team.has_begun(w)], "a worker that works", team
            )
            sleep(self.dice.uniform(0.3, 2.0))
            getattr(self, f"_{what}")(at_work)
            self.done[what] += 1
            self._man(team, workers)
        self.server.reveal_all()
        many.until(lambda: self._is_over(team, url, workers), "an end of all work", team, 300)

    def _is_over(self, team: many.Team, url: str, workers: int) -> bool:
        self._man(team, workers)  # as a service manager would
        return _posts(url) == POSTS and not _left(url)

    def _man(self, team: many.Team, workers: int) -> None:
        self.ended.update(w.returncode for w in self.workers if w.poll() is not None)
        self.workers = [w for w in self.workers if w.poll() is None]
        while len(self.workers) < workers:
            machine = self.machines[len(team.started) % len(self.machines)]
            prefix = machine.namespace.prefix if machine.namespace else ()
            self.workers.append(team.start("worker", path=machine.path, prefix=prefix))

    def _kill(self, at_work: list[Popen[bytes]]) -> None:
        victim = self.dice.choice(at_work)
        victim.send_signal(signal.SIGKILL)
        victim.wait()

    def _database(self, _at_work: list[Popen[bytes]]) -> None:
        self.database.stop(hard=self.dice.random() < 0.5)
        sleep(self.dice.uniform(0.5, 3.0))
        self.database.start()

    def _bucket(self, _at_work: list[Popen[bytes]]) -> None:
        self.bucket.stop()
        sleep(self.dice.uniform(0.5, 4.0))
        self.bucket.start()

    def _cable(self, _at_work: list[Popen[bytes]]) -> None:
        namespace = self.dice.choice([m.namespace for m in self.machines if m.namespace])
        namespace.pull()
        sleep(self.dice.uniform(1.0, 8.0))
        namespace.plug()


def _posts(url: str) -> int:
    with suppress(UndefinedTable):
        return int(many.rows(url, "SELECT count(*) FROM posts WHERE is_current")[0][0])
    return 0  # the scheduler has not made it yet


def _left(url: str) -> int:
    return int(many.rows(url, "SELECT count(*) FROM work WHERE state NOT IN ('done', 'empty')")[0][0])


def config(folder: Path, server: DemoServer, url: str, bucket: Bucket | None = None, **more: Any) -> Path:
    """A configuration in `folder`; with a bucket, media and all else that others need lies there."""
    if bucket:
        more |= {
            "objects__url": f"s3://{NAME}/watch", "objects__endpoint": f"http://{bucket.host}:{bucket.port}",
            "objects__access_key_id": "key", "objects__secret_access_key": "secret", "dispatch": "postgres",
        }  # fmt: skip
    return small.config(
        folder, server.base_url, NAMES, store=url, telegram__first_pages=50, telegram__max_pages=50,
        schedule__max_interval_s=0.6, **many.QUICK, **more,
    )  # fmt: skip
