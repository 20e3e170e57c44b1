"""A real HTTP/2 server over TLS on loopback, by hand on h2, with a certificate of its own."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, RequestReceived, WindowUpdated
from h2.exceptions import ProtocolError

Head = dict[str, str]


@dataclass
class Stream:
    """One request: answer it with `head` and `body`."""

    site: "H2Site"
    conn: H2Connection
    sock: ssl.SSLSocket
    number: int
    asked: Head

    def head(self, status: int = 200, *, end: bool = False, **headers: str) -> None:
        told = [(":status", str(status)), *((k.replace("_", "-").lower(), v) for k, v in headers.items())]
        self.conn.send_headers(self.number, told, end_stream=end)
        self.flush()

    def body(self, data: bytes, *, end: bool = True) -> None:
        """Sends as much as the client's windows let through; the rest when it opens them."""
        while data:
            size = min(len(data), self.conn.local_flow_control_window(self.number), self.conn.max_outbound_frame_size)
            if size <= 0:
                if not self.site.pump(self.conn, self.sock):
                    return
                continue
            self.conn.send_data(self.number, data[:size])
            self.flush()
            data = data[size:]
        if end:
            self.conn.end_stream(self.number)
            self.flush()

    def flush(self) -> None:
        self.sock.sendall(self.conn.data_to_send())


@dataclass
class H2Site:
    port: int
    host: str
    ca_file: str
    answers: dict[str, Callable[[Stream], None]] = field(default_factory=dict)
    asked: list[Head] = field(default_factory=list)
    connections: int = 0
    peers: list[ssl.SSLSocket] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"https://{self.host}:{self.port}{path}"

    def pump(self, conn: H2Connection, sock: ssl.SSLSocket) -> list[object]:
        """What the client sent next; nothing when it has gone."""
        try:
            data = sock.recv(65536)
        except OSError:
            return []
        return list(conn.receive_data(data)) if data else []

    def serve(self, sock: ssl.SSLSocket) -> None:
        conn = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        conn.initiate_connection()
        sock.sendall(conn.data_to_send())
        while events := self.pump(conn, sock):
            for event in events:
                if isinstance(event, RequestReceived):
                    # text, since the configuration names an encoding; h2 does not type it so
                    asked = {str(name): str(value) for name, value in event.headers}
                    self.asked.append(asked)
                    self.answers[asked[":path"]](Stream(self, conn, sock, event.stream_id, asked))
                elif isinstance(event, ConnectionTerminated):
                    return
                else:
                    assert event is not None or isinstance(event, WindowUpdated)
            sock.sendall(conn.data_to_send())


@contextmanager
def serve_h2(folder: Path, name: str = "news.example") -> Iterator[H2Site]:
    """A server whose certificate is for `name`; `ca_file` is the authority that signed it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    context.set_alpn_protocols(["h2"])
    ca_file = folder / "authority.pem"
    authority.cert_pem.write_to_path(ca_file)
    listener = socket.create_server(("127.0.0.1", 0))
    site = H2Site(listener.getsockname()[1], name, str(ca_file))
    threads: list[threading.Thread] = []

    def one(plain: socket.socket) -> None:
        with suppress(OSError, ProtocolError), context.wrap_socket(plain, server_side=True) as sock:
            site.peers.append(sock)
            site.connections += 1
            sock.settimeout(5)
            site.serve(sock)
        plain.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=one, args=(listener.accept()[0],)))
                threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield site
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for peer in site.peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
