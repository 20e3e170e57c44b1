"""A real PostgreSQL for the tests: on a private socket in a folder of its own, never on TCP, gone afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

MISSING = "no PostgreSQL server binary was found; install one (`apt-get install postgresql`) to run these tests"
#: the data lives for one test run, so nothing has to survive a power cut
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "shared_buffers": "16MB", "max_connections": "40", "autovacuum": "off", "timezone": "Asia/Damascus",
}  # fmt: skip


def binary(name: str) -> Path | None:
    """A program of the newest PostgreSQL server here; distributions keep them off PATH."""
    packaged = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which(name)
    return packaged[-1] if packaged else Path(on_path) if on_path else None


def _account() -> dict[str, int | list[int]]:
    """PostgreSQL refuses to run as root: a root session starts it as somebody who owns nothing."""
    if os.getuid() != 0:
        return {}
    somebody = pwd.getpwnam("nobody")
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


class Server:
    """A server in a folder of its own, which may be stopped and started again as often as a test likes."""

    def __init__(self, folder: Path, listen: str = "", **settings: str) -> None:
        self.folder, self.settings = folder, SETTINGS | {"listen_addresses": listen} | settings
        self.port, self.listen = 5432, listen
        if listen:
            with socket.socket() as free:
                free.bind((listen, 0))
                self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        _run(
            [binary("initdb"), "-D", folder / "data", "-U", "tests", "-E", "UTF8", "--locale=C", "-A", "trust",
             "--no-sync"],
            folder,
        )  # fmt: skip
        if listen:  # whoever reaches a private network of the test's own is one of its processes
            with (folder / "data" / "pg_hba.conf").open("a", encoding="utf-8") as hba:
                hba.write("host all all 10.213.0.0/16 trust\n")

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = [part for key, value in self.settings.items() for part in ("-c", f"{key}={value}")]
        where = ("-D", self.folder / "data", "-k", self.folder, "-p", str(self.port))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(binary("postgres")), *where, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                **_account(),  # type: ignore[call-overload]
            )  # fmt: skip
        _wait(self.folder, self._process, self.port)

    def url(self, dbname: str) -> str:
        """The address of a database of this server, over its socket or over the network where it listens there."""
        if self.listen:
            return f"postgresql+psycopg://tests@{self.listen}:{self.port}/{dbname}"
        return url(str(self.folder), dbname)

    def stop(self, *, hard: bool = False) -> None:
        """Ends it and every connection; `hard`: as a machine that loses its power does."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT if hard else signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:  # a machine with much else to do
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(30)


@contextmanager
def running(listen: str = "", **settings: str) -> Iterator[Server]:
    """A started server; skips the test, with a word how to get one, where there is none."""
    if binary("initdb") is None or binary("postgres") is None:
        pytest.skip(MISSING)
    # a short path, since the address of a socket has about a hundred bytes
    folder = Path(tempfile.mkdtemp(prefix="cw-pg-"))
    if account := _account():
        os.chown(folder, int(str(account["user"])), int(str(account["group"])))
    try:
        found = Server(folder, listen, **settings)
        try:
            found.start()
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def server() -> Iterator[str]:
    """The folder of the socket of a running server; skips the test where there is none."""
    with running() as found:
        yield str(found.folder)


def _run(command: Sequence[object], folder: Path) -> None:
    subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, cwd=folder,
        **_account(),  # type: ignore[call-overload]
    )  # fmt: skip


def _wait(folder: Path, process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        try:
            psycopg.connect(host=str(folder), port=port, user="tests", dbname="postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise AssertionError(f"PostgreSQL did not start: {(folder / 'log').read_text()}") from None
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL did not answer within 30 s")


def execute(folder: str, statement: str, dbname: str = "postgres", port: int = 5432) -> None:
    """Run one statement outside any transaction, as CREATE DATABASE wants it."""
    with psycopg.connect(host=folder, port=port, user="tests", dbname=dbname, autocommit=True) as conn:
        conn.execute(statement.encode())


def url(folder: str, dbname: str) -> str:
    """The address of a database of this server, as the program's configuration writes it."""
    return f"postgresql+psycopg://tests@/{dbname}?host={folder}"
