"""A real PostgreSQL for the tests: on a private socket in a folder of its own, never on TCP, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
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


@contextmanager
def server() -> Iterator[str]:
    """The folder of the socket of a running server; skips the test, with a word how to get one, where there is none."""
    initdb, postgres = binary("initdb"), binary("postgres")
    if initdb is None or postgres is None:
        pytest.skip(MISSING)
    # a short path, since the address of a socket has about a hundred bytes
    folder = Path(tempfile.mkdtemp(prefix="cw-pg-"))
    account = _account()
    if account:
        os.chown(folder, int(str(account["user"])), int(str(account["group"])))
    try:
        subprocess.run(
            [initdb, "-D", folder / "data", "-U", "tests", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **account,  # type: ignore[call-overload]
        )  # fmt: skip
        options = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [postgres, "-D", folder / "data", "-k", folder, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **account,  # type: ignore[call-overload]
            ) as process,
        ):  # fmt: skip
            try:
                _wait(folder, process)
                yield str(folder)
            finally:
                process.send_signal(2)  # "fast shutdown": ends what is connected
                process.wait(30)
    finally:
        shutil.rmtree(folder)


def _wait(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            psycopg.connect(host=str(folder), user="tests", dbname="postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise AssertionError(f"PostgreSQL did not start: {(folder / 'log').read_text()}") from None
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL did not answer within 15 s")


def execute(folder: str, statement: str, dbname: str = "postgres") -> None:
    """Run one statement outside any transaction, as CREATE DATABASE wants it."""
    with psycopg.connect(host=folder, user="tests", dbname=dbname, autocommit=True) as conn:
        conn.execute(statement.encode())


def url(folder: str, dbname: str) -> str:
    """The address of a database of this server, as the program's configuration writes it."""
    return f"postgresql+psycopg://tests@/{dbname}?host={folder}"
