"""Who plays t.me? A server on loopback that shows the recorded world, counts what it is asked, and can misbehave."""

import argparse
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from demo import clips
from demo.handler import Handler, Reply
from demo.message import Site, file_token
from demo.render import PAGE_SIZE
from demo.world import DemoPost, World, load


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when (monotonic seconds), its path with the query, the status sent, the visitor's User-Agent."""

    at: float
    path: str
    status: int
    agent: str


@dataclass(frozen=True, slots=True)
class Whim:
    """What the server does instead of answering: a status (with Retry-After in seconds), or a soft ban (200)."""

    status: int
    retry_after: int | None = None


SOFT_BAN = Whim(200)


class DemoServer:
    """Serves the world at `base_url` while the context is open. All methods may be called from any thread.

    `etag`: send ETag and answer If-None-Match with 304. `shown`: how many posts of the timeline are out at the
    start (all by default). `folder`: where the clips are drawn; a temporary one by default.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        folder: Path | None = None,
        page_size: int = PAGE_SIZE,
        etag: bool = False,
        shown: int | None = None,
    ) -> None:
        self.world = world or load()
        self.page_size = page_size
        self.etag = etag
        self._shown = len(self.world.timeline) if shown is None else shown
        self._log: list[Asked] = []
        self._whims: deque[Whim] = deque()
        self._lock = threading.Lock()
        self._scratch = tempfile.TemporaryDirectory() if folder is None else None
        self._folder = Path(self._scratch.name) if self._scratch else folder or Path()
        self._files = _files(self.world, self._folder)
        self._http = ThreadingHTTPServer((host, port), Handler)
        self._http.daemon_threads = True
        Handler.attach(self._http, self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._http.server_address[1])

    @property
    def base_url(self) -> str:
        """The address in place of https://t.me, without a final slash."""
        return f"http://{self._http.server_address[0]!s}:{self.port}"

    def __enter__(self) -> Self:
        clips.draw_all(self._folder, _withheld(self.world), _shown(self.world))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        if self._scratch:
            self._scratch.cleanup()

    def reveal(self, count: int) -> None:
        """Lets the next `count` posts of the timeline out; the world's time moves on, and edits come with it."""
        with self._lock:
            self._shown = min(self._shown + count, len(self.world.timeline))

    def reveal_all(self) -> None:
        """Lets everything out, every edit included."""
        self.reveal(len(self.world.timeline))

    def fail_next(self, count: int, status: int = 503, retry_after: int | None = None) -> None:
        """Answers the next `count` requests (robots.txt apart) with that status instead."""
        self._misbehave(count, Whim(status, retry_after))

    def soft_ban_next(self, count: int) -> None:
        """Answers the next `count` requests (robots.txt apart) with 200 and a contact page, as t.me does."""
        self._misbehave(count, SOFT_BAN)

    def requests(self, prefix: str = "/") -> list[Asked]:
        """What was asked so far under a path prefix, oldest first."""
        with self._lock:
            return [asked for asked in self._log if asked.path.startswith(prefix)]

    def forget(self) -> None:
        """Empties the list of what was asked."""
        with self._lock:
            self._log.clear()

    def site(self) -> Site:
        """What a page is made for right now."""
        with self._lock:
            return Site(self.world, self.base_url, self.world.clock(self._shown))

    def posts(self, name: str) -> tuple[DemoPost, ...]:
        """The posts of a channel that are out, oldest first."""
        with self._lock:
            out = {post.key for post in self.world.timeline[: self._shown]}
        return tuple(post for post in self.world.channels[name].posts if post.key in out)

    def file(self, token: str) -> Path | None:
        """The local file behind /file/TOKEN; None for an unknown one and for a withheld one."""
        path = self._files.get(token)
        return path if path and path.is_file() else None

    def whim(self) -> Whim | None:
        """The next misbehaviour, used up by asking."""
        with self._lock:
            return self._whims.popleft() if self._whims else None

    def note(self, path: str, reply: Reply, agent: str) -> None:
        """Writes down one request."""
        with self._lock:
            self._log.append(Asked(time.monotonic(), path, reply.status, agent))

    def _misbehave(self, count: int, whim: Whim) -> None:
        with self._lock:
            self._whims.extend([whim] * count)


def _files(world: World, folder: Path) -> dict[str, Path]:
    """Token -> file for every attachment and poster of the world."""
    found: dict[str, Path] = {}
    for post in world.timeline:
        for index, item in enumerate(post.media):
            if not item.withheld:
                found[file_token(post, index)] = folder / clips.CLIPS[item.clip].filename
            found[file_token(post, index, thumb=True)] = folder / f"{item.clip}.thumb.jpg"
    return found


def _shown(world: World) -> frozenset[str]:
    return frozenset(item.clip for post in world.timeline for item in post.media)


def _withheld(world: World) -> frozenset[str]:
    return frozenset(item.clip for post in world.timeline for item in post.media if item.withheld)


def main() -> None:
    """Serves the whole world until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo.server", description="Serve the recorded world on loopback.")
    parser.add_argument("--port", type=int, default=8427, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--etag", action="store_true", help="send ETag and answer If-None-Match")
    options = parser.parse_args()
    with DemoServer(port=options.port, etag=options.etag) as server:
        print("The recorded world (Ctrl-C stops):", flush=True)
        for channel in server.world.channels.values():
            print(f"  {server.base_url}/s/{channel.name:20} {channel.title}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
