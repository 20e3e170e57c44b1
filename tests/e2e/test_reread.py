"""Does a running daemon tell edits and deletions from a platform that stops serving us?"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from demo.server import SOFT_BAN, Whim
from demo.world import DemoPost, Revision, World, world_of
from tests.e2e import small
from tests.e2e.small import Moody

NAME, CANARY = "quiet_test", "alive_test"
POSTS = small.chatter(NAME, 25)


class Banning(Moody):
    """A server that can stop serving: every page is a contact page then."""

    banned = False

    def whim(self) -> Whim | None:
        return SOFT_BAN if self.banned else super().whim()


def world(posts: list[DemoPost]) -> World:
    return world_of([small.channel(NAME, 1001, posts), small.channel(CANARY, 7, small.chatter(CANARY, 3))])


def until(what: Callable[[], bool], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.1)
    return what()


@contextmanager
def daemon(path: Path) -> Iterator[None]:
    running = subprocess.Popen(
        small.command(path, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=small.quiet_env()
    )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def removed(path: Path) -> list[str]:
    found = small.rows(path, "SELECT url FROM v_removed_posts WHERE returned_at IS NULL ORDER BY posted_at")
    return [url.rpartition("/")[2] for (url,) in found]


def missed(path: Path) -> int:
    return int(small.rows(path, "SELECT count(*) FROM post_absences")[0][0])


def revisions(path: Path) -> list[tuple[str, int]]:
    return small.rows(path, "SELECT url, revision FROM posts WHERE revision > 1 AND is_current")


def test_edits_and_deletions_come_out_and_a_soft_ban_makes_neither(tmp_path: Path) -> None:
    with Banning(world(POSTS), folder=tmp_path / "world", page_size=10) as server:
        settings = {
            "schedule__min_interval_s": 0.3, "schedule__max_interval_s": 1.0, "telegram__first_pages": 9,
            "reread__every_h": 0.5 / 3600, "reread__pages": 3,
        }  # fmt: skip
        path = small.config(tmp_path, server.base_url, [NAME, CANARY], **settings)
        with small.inside(path) as ctx, ctx.store.write() as conn:  # the turn to be read again comes at once
            conn.exec_driver_sql(f"UPDATE sources SET reread_at = added_at, canary = (name = '{CANARY}')")
        with daemon(path):
            assert until(lambda: len(small.numbers(path)) == 28)

            corrected = Revision("corrected", POSTS[-1].at + timedelta(hours=1))
            now = [replace(p, edited=corrected) if p.native_id == 4 else p for p in POSTS if p.native_id != 12]
            server.world = world(now)
            assert until(lambda: removed(path) == ["12"] and bool(revisions(path)))
            assert revisions(path) == [(f"https://t.me/{NAME}/4", 2)]

            server.banned = True
            server.world = world([p for p in now if p.native_id != 14])
            states = "SELECT count(*) FROM sources WHERE state = 'soft_ban'"
            assert until(lambda: small.rows(path, states) != [(0,)])
            time.sleep(1)
            assert missed(path) == 1
            assert revisions(path) == [(f"https://t.me/{NAME}/4", 2)]
            assert len(small.numbers(path)) == 28

            server.banned = False
            assert until(lambda: removed(path) == ["12", "14"])
            server.world = world(now)
            assert until(lambda: removed(path) == ["12"])  # it came back
        assert len(small.numbers(path)) == 28  # nothing is ever lost
