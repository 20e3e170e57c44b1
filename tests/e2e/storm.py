"""Workers die, and the database goes away, while posts come in: who does that to a team, and what is to be left?"""

import random
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from time import sleep
from typing import Any

from psycopg.errors import UndefinedTable

from demo.server import DemoServer
from tests import postgres
from tests.e2e import many, small
from tests.e2e.small import COAST, EAST, RELAY

NAMES = (EAST, COAST, RELAY)


@dataclass
class Storm:
    """What is done to a team, and how often it was done. `hosts`: what a worker is started through, for each host."""

    server: DemoServer
    database: postgres.Server
    dice: random.Random
    hosts: tuple[tuple[str, ...], ...] = ((),)
    kills: int = 0
    losses: int = 0
    workers: list[Popen[bytes]] = field(default_factory=list)

    def blow(self, team: many.Team, url: str, kills: int, losses: int, workers: int = 2) -> None:
        """Starts workers, lets posts out, and does harm; then all is let be until nothing is left to do."""
        team.start("run")
        self._man(team, workers)
        many.until(lambda: _posts(url), "the first posts", team)
        harm = ["kill"] * kills + ["loss"] * losses
        self.dice.shuffle(harm)
        for what in harm:
            self.server.reveal(self.dice.randint(1, 80 // len(harm)))
            sleep(self.dice.uniform(0.3, 2.0))
            if what == "kill":
                self._kill()
            else:
                self._lose()
            self._man(team, workers)
        self.server.reveal_all()
        many.until(lambda: _posts(url) == 80 and not _left(url), "an end of all work", team)

    def _man(self, team: many.Team, workers: int) -> None:
        self.workers = [w for w in self.workers if w.poll() is None]
        while len(self.workers) < workers:
            host = self.hosts[len(team.started) % len(self.hosts)]
            self.workers.append(team.start("worker", prefix=host))

    def _kill(self) -> None:
        victim = self.dice.choice(self.workers)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.kills += victim.returncode == -signal.SIGKILL

    def _lose(self) -> None:
        self.database.stop(hard=self.dice.random() < 0.5)
        sleep(self.dice.uniform(0.5, 3.0))
        self.database.start()
        self.losses += 1


def _posts(url: str) -> int:
    with suppress(UndefinedTable):
        return int(many.rows(url, "SELECT count(*) FROM posts WHERE is_current")[0][0])
    return 0  # the scheduler has not made it yet


def _left(url: str) -> int:
    return int(many.rows(url, "SELECT count(*) FROM work WHERE state NOT IN ('done', 'empty')")[0][0])


def config(folder: Path, server: DemoServer, url: str, **more: Any) -> Path:
    return small.config(
        folder, server.base_url, NAMES, store=url, telegram__first_pages=50, telegram__max_pages=50,
        schedule__max_interval_s=0.6, **many.QUICK, **more,
    )  # fmt: skip
