"""What is the answer to one request? Routes of t.me and of its file host, conditional and ranged where asked."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

from demo import render
from demo.paging import page_of

if TYPE_CHECKING:
    from demo.server import DemoServer, Whim

_HISTORY = re.compile(r"/s/(\w+)(?:/(\d+))?/?")
_POST = re.compile(r"/(\w+)/(\d+)/?")
_CARD = re.compile(r"/(\w+)/?")
_FILE = re.compile(r"/file/([0-9a-f]{24})(?:\.\w+)?")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg"}
_NUMBER = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body and headers of one answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    """One connection; its DemoServer is found through the HTTP server that it belongs to."""

    protocol_version = "HTTP/1.1"
    owners: ClassVar["WeakKeyDictionary[HTTPServer, DemoServer]"] = WeakKeyDictionary()

    @classmethod
    def attach(cls, http: HTTPServer, owner: "DemoServer") -> None:
        """Says whose requests arrive at `http`."""
        cls.owners[http] = owner

    def do_GET(self) -> None:
        """Answers, and writes down what was asked."""
        demo = self._owner()
        reply = answer(demo, self.path, {name.casefold(): value for name, value in self.headers.items()})
        demo.note(self.path, reply, self.headers.get("User-Agent", ""))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status != 304:
            self.wfile.write(reply.body)

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the terminal for the daemon: what was asked is in `DemoServer.requests`."""

    def _owner(self) -> "DemoServer":
        assert isinstance(self.server, HTTPServer)
        return self.owners[self.server]


def answer(demo: "DemoServer", target: str, headers: dict[str, str]) -> Reply:
    """The answer to GET `target` (path and query) with these headers (lower-case names)."""
    url = urlsplit(target)
    if url.path == "/robots.txt":
        return Reply(200, b"User-agent: *\nAllow: /\n", {"Content-Type": "text/plain"})
    whim = demo.whim()
    if whim:
        return _misbehaved(whim, url.path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    routes: tuple[tuple[re.Pattern[str], Callable[..., Reply]], ...] = (
        (_FILE, _file),
        (_HISTORY, _history),
        (_POST, _post),
        (_CARD, _card),
    )
    for pattern, route in routes:
        match = pattern.fullmatch(url.path)
        if match:
            return _conditional(demo, route(demo, match, query, headers), headers)
    return Reply(302, headers={"Location": "https://telegram.org/"})


def _misbehaved(whim: "Whim", path: str) -> Reply:
    if whim.status == 200:
        return _html(render.render_contact(path.strip("/").removeprefix("s/").partition("/")[0], unknown=False))
    headers = {"Content-Type": "text/plain"}
    if whim.retry_after is not None:
        headers["Retry-After"] = str(whim.retry_after)
    return Reply(whim.status, b"busy\n", headers)


def _history(demo: "DemoServer", match: re.Match[str], query: dict[str, str], _headers: dict[str, str]) -> Reply:
    channel = demo.world.channels.get(match[1])
    if channel is None or channel.preview == "off":
        return Reply(302, headers={"Location": f"/{match[1]}"})
    shown = page_of(
        demo.posts(channel.name),
        demo.page_size,
        before=_number(query.get("before")),
        after=_number(query.get("after")),
        around=_number(match[2]),
    )
    return _html(render.render_history(demo.site(), channel, shown.posts, older=shown.older, newer=shown.newer))


def _post(demo: "DemoServer", match: re.Match[str], query: dict[str, str], _headers: dict[str, str]) -> Reply:
    channel, number = demo.world.channels.get(match[1]), int(match[2])
    if channel is None:
        return _html(render.render_contact(match[1], unknown=True))
    site = demo.site()
    found = [post for post in demo.posts(channel.name) if post.native_id <= number <= post.last_id]
    if "embed" not in query:
        return _html(render.render_post_page(site, channel, number, found[0] if found else None))
    return _html(render.render_embed(site, channel, found[0]) if found else render.render_missing_post(channel))


def _card(demo: "DemoServer", match: re.Match[str], _query: dict[str, str], _headers: dict[str, str]) -> Reply:
    channel = demo.world.channels.get(match[1])
    return _html(render.render_card(channel) if channel else render.render_contact(match[1], unknown=True))


def _file(demo: "DemoServer", match: re.Match[str], _query: dict[str, str], headers: dict[str, str]) -> Reply:
    path: Path | None = demo.file(match[1])
    if path is None:
        return Reply(404, b"no such file\n", {"Content-Type": "text/plain"})
    body = path.read_bytes()
    kind = {"Content-Type": _TYPES[path.suffix], "Accept-Ranges": "bytes"}
    wanted = _RANGE.fullmatch(headers.get("range", ""))
    if wanted is None:
        return Reply(200, body, kind)
    first, last = int(wanted[1]), min(int(wanted[2] or len(body) - 1), len(body) - 1)
    if first > last:
        return Reply(416, b"", {"Content-Range": f"bytes */{len(body)}"})
    return Reply(206, body[first : last + 1], kind | {"Content-Range": f"bytes {first}-{last}/{len(body)}"})


def _conditional(demo: "DemoServer", reply: Reply, headers: dict[str, str]) -> Reply:
    """With tags switched on: the tag of a whole answer, or 304 where the visitor already has it."""
    if not demo.etag or reply.status != 200:
        return reply
    tag = f'W/"{hashlib.sha256(reply.body).hexdigest()[:20]}"'
    if tag in (known.strip() for known in headers.get("if-none-match", "").split(",")):
        return Reply(304, headers={"ETag": tag})
    return Reply(200, reply.body, reply.headers | {"ETag": tag})


def _html(page: str) -> Reply:
    return Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _number(text: str | None) -> int | None:
    return int(text) if text and _NUMBER.fullmatch(text) else None
