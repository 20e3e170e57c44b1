"""A real HTTP server on loopback whose answers a test writes as functions, and which closes without a trace."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    at: float


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_GET(self) -> None:
        site = cast("Server", self.server).site
        site.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, time.monotonic()))
        answer = site.answers.get(urlsplit(self.path).path)
        try:
            if answer is None:
                self.reply(404, b"no such page")
            else:
                answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


Answer = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    daemon_threads = False
    site: "Site"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.site.open.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@dataclass
class Site:
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    open: list[socket.socket] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def page(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        self.answers[path] = lambda handler: handler.reply(status, body, **headers)
        return self.base + path

    def on(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.base + path

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def serve() -> Iterator[Site]:
    server = Server(("127.0.0.1", 0), Handler)
    server.site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.site
    finally:
        server.site.closing.set()
        server.shutdown()
        thread.join()
        for connection in server.site.open:  # idle keep-alive connections would be waited for
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        server.server_close()
