"""Does a daemon that polls every hostile server at once stay small, and keep the schedule of its healthy sources?"""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.e2e import small
from tests.integration import hostile
from tests.integration.loopback import Handler, serve

MEMORY_MB = 400
POLLS = 12
#: name -> what its server does; each on a host of its own
HOSTILE: dict[str, Callable[[Handler], None]] = {
    "limited": hostile.status(429, Retry_After="2"),
    "limited-without-a-word": hostile.status(429),
    "failing": hostile.status(500),
    "reset": hostile.reset,
    "drip": hostile.drip,
    "endless": hostile.endless,
    "bomb": hostile.bomb,
    "too-long": hostile.too_long(hostile.feed("too-long", 5)),
    "loop": hostile.status(302, Location="/feed.xml"),
    "private": hostile.status(302, Location="http://127.0.0.1:1/secret"),
    "nested": hostile.nested(20_000_000),
    "nested-within-the-limit": hostile.nested(8_000_000),
    "renamed": hostile.then_renamed(hostile.feed("renamed", 5), b"item", b"channel"),
    "charset": lambda handler: handler.reply(200, hostile.feed("charset", 5), Content_Type="text/xml; charset=utf-16"),
}
ERRORS = {
    "limited": "rate-limited", "limited-without-a-word": "rate-limited", "failing": "retry", "reset": "retry",
    "drip": "retry", "endless": "unparseable", "bomb": "unparseable", "too-long": "retry", "loop": "unparseable",
    "private": "misconfigured", "nested": "unparseable", "nested-within-the-limit": "unparseable",
    "renamed": "drift",
}  # fmt: skip
HEALTHY = ("one", "two", "three")


@contextmanager
def sampled(pid: int) -> Iterator[list[float]]:
    """Resident memory of a process in MB, some times a second, until the block ends."""
    sizes: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            try:
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:
                return
            sizes.extend(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def feeds(stack: ExitStack, answers: dict[str, Callable[[Handler], None]]) -> dict[str, str]:
    """The addresses of feeds, each on a server of its own."""
    told = {}
    for name, answer in answers.items():
        site = stack.enter_context(serve())
        told[name] = site.on("/feed.xml", answer)
    return told


def asked(path: Path, urls: list[str]) -> dict[str, int]:
    """How often each source was polled so far."""
    counted = small.rows(
        path, "SELECT s.name, count(f.id) FROM sources s JOIN fetches f ON f.source_id = s.id GROUP BY s.name"
    )
    found = dict(counted)
    return {url: found.get(url, 0) for url in urls}


def test_memory_stays_small_and_healthy_sources_keep_their_schedule(stack: ExitStack, tmp_path: Path) -> None:
    bad = feeds(stack, HOSTILE)
    good = feeds(stack, {name: _healthy(name) for name in HEALTHY})
    path = _config(tmp_path, [*bad.values(), *good.values()])
    store = tmp_path / "data" / "convoywatch.sqlite"
    log = stack.enter_context((tmp_path / "daemon.log").open("wb"))
    daemon = subprocess.Popen(
        small.command(path, "run", "--json"), stdout=log, stderr=subprocess.STDOUT, env=small.quiet_env()
    )
    try:
        with sampled(daemon.pid) as sizes:
            deadline = time.monotonic() + 90
            while time.monotonic() < deadline and daemon.poll() is None:
                time.sleep(0.2)
                if store.exists() and small.rows(path, "SELECT 1 FROM sqlite_master WHERE name = 'fetches'"):
                    enough = min(asked(path, list(good.values())).values()) >= POLLS
                    seen = asked(path, list(bad.values()))
                    if enough and min(seen.values()) >= 1 and seen[bad["renamed"]] >= 2:
                        break
        assert daemon.poll() is None
    finally:
        daemon.terminate()
        assert daemon.wait(timeout=20) == 0
    told = (tmp_path / "daemon.log").read_text()
    assert "Traceback" not in told
    assert max(sizes) < MEMORY_MB, max(sizes)
    polls, once = asked(path, list(good.values())), asked(path, list(bad.values()))
    assert min(polls.values()) >= POLLS, polls
    assert max(polls.values()) <= 2 * min(polls.values()), polls
    assert min(once.values()) >= 1, once
    wrong = "SELECT count(*) FROM fetches f JOIN sources s ON s.id = f.source_id WHERE s.name = ? AND f.state = 'error'"
    assert [small.rows(path, wrong, url) for url in good.values()] == [[(0,)]] * len(good)
    health = dict(small.rows(path, "SELECT name, last_error_kind FROM v_source_health"))
    assert {name: health[bad[name]] for name in ERRORS} == ERRORS
    assert health[bad["charset"]] is None
    assert all(health[url] is None for url in good.values())


def _healthy(name: str) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(200, hostile.feed(name, 8), Content_Type="application/rss+xml")


def _config(folder: Path, urls: list[str]) -> Path:
    path = small.config(
        folder, "http://127.0.0.1:9", [], http__timeout_s=1.0, http__respect_robots=False,
        http__allow_hosts=[url.split("/")[2] for url in urls], schedule__pollers=4,
    )  # fmt: skip
    lines = "".join(f'\n[[sources]]\nplatform = "feed"\nname = {json.dumps(url)}\n' for url in urls)
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return path
