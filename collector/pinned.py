"""Which address does a connection really go to, and until when may it take?

httpx resolves names inside the connection pool and bounds each read, not the whole answer. This transport puts both in
our hands: the pool connects only to addresses that the guard has just checked, and every network call of the current
thread ends at the thread's deadline, so that a server that sends a byte a second cannot hold a worker.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from collector.addresses import Guard
from collector.errors import Misconfigured

SocketOption = httpcore.SOCKET_OPTION
_thread = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Every network call of this thread inside the block ends `seconds` from now, with a timeout error."""
    _thread.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        del _thread.ends


def time_left(default: float | None = None) -> float | None:
    """Seconds until this thread's deadline (never negative), at most `default`; `default` when there is none."""
    ends: float | None = getattr(_thread, "ends", None)
    if ends is None:
        return default
    left = max(0.0, ends - time.monotonic())
    return left if default is None else min(left, default)


class TimedStream(httpcore.NetworkStream):
    """A network stream whose calls keep to the calling thread's deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As httpcore's; raises `httpcore.ReadTimeout` at the deadline."""
        return self._inner.read(max_bytes, _positive(time_left(timeout), httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As httpcore's; raises `httpcore.WriteTimeout` at the deadline."""
        self._inner.write(buffer, _positive(time_left(timeout), httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """As httpcore's: the certificate is checked against the name, not against the pinned address."""
        left = _positive(time_left(timeout), httpcore.ConnectTimeout)
        return TimedStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """As httpcore's."""
        return self._inner.get_extra_info(info)


def _positive(left: float | None, error: type[Exception]) -> float | None:
    if left is not None and left <= 0:
        raise error("the deadline of the whole request has passed")
    return left


class PinnedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that `guard` allows; with no guard (behind a proxy), wherever it is told."""

    def __init__(self, guard: Guard | None) -> None:
        self._guard = guard
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """The first address of `host` that answers. Raises the guard's errors and httpcore's connect errors."""
        failure: Exception | None = None
        for address in self._guard.addresses(host, port) if self._guard else [host]:
            try:
                left = _positive(time_left(timeout), httpcore.ConnectTimeout)
                return TimedStream(self._inner.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")


class PinnedTransport(httpx.HTTPTransport):
    """httpx's transport over a pool that uses `PinnedBackend`, HTTP/2 where the server offers it.

    `proxy` is an http or socks5 URL, `ca_file` a PEM file of authorities to trust beside the usual ones.
    """

    def __init__(self, guard: Guard, proxy: str | None = None, ca_file: str | None = None) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        if ca_file:
            _trust(context, ca_file)
        super().__init__(verify=context)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            proxy=_proxy(proxy) if proxy else None,
            http2=True,
            max_connections=256,  # more than there are threads: one that waits for another would look like a dead host
            max_keepalive_connections=16,
            keepalive_expiry=15.0,
            network_backend=PinnedBackend(None if proxy else guard),
        )

    def drop(self, url: httpx.URL) -> None:
        """Close the connections to the server of `url`, to which no other request is under way.

        An HTTP/2 answer that was not read to its end goes on coming, at the cost of those after it; and a connection
        that failed is not always given up by the pool.
        """
        origin = httpcore.URL(str(url)).origin
        for connection in self._pool.connections:
            if connection.can_handle_request(origin):
                connection.close()


def _trust(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise Misconfigured(f"ca_file: {ca_file} is no readable file of certificates in PEM ({error})") from error


def _proxy(url: str) -> httpcore.Proxy:
    try:
        parsed = httpx.Proxy(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise Misconfigured("proxy: write http://host:port or socks5://host:port") from error
    port = f":{parsed.url.port}" if parsed.url.port else ""
    bare = f"{parsed.url.scheme}://{parsed.url.host}{port}"
    return httpcore.Proxy(bare, auth=parsed.raw_auth)
