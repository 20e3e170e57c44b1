"""Who may look in from outside? An endpoint on loopback: is it alive, how is it going, metrics, alerts as a feed."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy.exc import SQLAlchemyError

from collector.addresses import literal
from collector.alerts import atom
from collector.context import Context, now
from collector.errors import Misconfigured
from collector.status import daemon, snapshot

if TYPE_CHECKING:
    from collector.metrics import Metrics

Answer = tuple[int, str, bytes]
_TEXT = "text/plain; charset=utf-8"


class Health:
    """Serves while the context is open, and not at all when no port is set. `address` is its base URL."""

    def __init__(self, ctx: Context) -> None:
        self.address: str | None = None
        self._http: _Server | None = None
        wanted = ctx.settings.health
        if wanted.port is None:
            return
        from collector.metrics import Metrics  # Prometheus' library is loaded only where it is wanted

        try:
            self._http = _Server((wanted.host, wanted.port), _Handler)
        except OSError as error:
            told = f"health: nobody can listen on {wanted.host}:{wanted.port}: {error.strerror}"
            raise Misconfigured(told) from error
        self._http.ctx, self._http.metrics = ctx, Metrics(ctx.store)
        self.address = f"http://{wanted.host}:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        if self._http:
            threading.Thread(target=self._http.serve_forever, args=(0.05,), name="health", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http:
            self._http.shutdown()
            self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    ctx: Context
    metrics: "Metrics"


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        server = cast(_Server, self.server)
        routes: dict[str, Callable[[Context, Metrics], Answer]] = {
            "/healthz": _healthz, "/status": _status, "/metrics": _metrics, "/alerts.atom": _alerts,
        }  # fmt: skip
        route = routes.get(self.path.partition("?")[0])
        if not self._asked_by_name():
            answer: Answer = (421, _TEXT, b"ask by the address that you reach me at\n")
        elif route is None:
            answer = (404, _TEXT, b"there are /healthz, /status, /metrics and /alerts.atom\n")
        else:
            try:
                answer = route(server.ctx, server.metrics)
            except SQLAlchemyError as error:
                answer = (503, _TEXT, f"the store does not answer ({type(error).__name__})\n".encode())
        with suppress(ConnectionError, TimeoutError):
            self._reply(*answer)

    def _asked_by_name(self) -> bool:
        """A web page that had its own name point to us may not read what we know: only addresses, and localhost, do."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        wanted = cast(_Server, self.server).ctx.settings.health.host
        return host in ("localhost", wanted) or literal(host) is not None

    def _reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape every few seconds is no news."""


def _healthz(ctx: Context, _metrics: "Metrics") -> Answer:
    told = daemon(ctx.settings, now())
    well = told["alive"] and not told["stuck"] and not ctx.stop.is_set()
    return (200, _TEXT, b"ok\n") if well else (503, _TEXT, b"stuck or stopping\n")


def _status(ctx: Context, _metrics: "Metrics") -> Answer:
    told = snapshot(ctx.settings, ctx.store, now())
    return 200, "application/json", json.dumps(told, ensure_ascii=False).encode()


def _metrics(ctx: Context, metrics: "Metrics") -> Answer:
    kind, body = metrics.text(snapshot(ctx.settings, ctx.store, now()))
    return 200, kind, body


def _alerts(ctx: Context, _metrics: "Metrics") -> Answer:
    return 200, "application/atom+xml; charset=utf-8", atom.feed(ctx.store)
