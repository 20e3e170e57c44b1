"""Functions that a sandboxed process runs in the tests."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from collector.errors import RateLimited
from collector.video_guard import install
from geolocate.frames.errors import Undecodable
from geolocate.types import Position


def double(value: int) -> int:
    print("noise on stdout")
    sys.stderr.write("noise on stderr")
    return 2 * value


def big(size: int) -> bytes:
    return b"x" * size


def position() -> Position:
    return Position(35.4, 35.9, 1.0)


def limited() -> None:
    raise RateLimited("slow down", 30.0)


def undecodable() -> None:
    raise Undecodable("nothing to see")


def mistake() -> None:
    raise KeyError("a bug of ours")


def crash() -> None:
    ctypes.string_at(0)


def eat_memory() -> int:
    return len(bytearray(4 << 30))


def hang_with_a_child(pid_file: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    pid_file.write_text(str(child.pid))
    time.sleep(60)


def note_and_hang(pid_file: Path) -> None:
    pid_file.write_text(str(os.getpid()))
    time.sleep(60)


class Evil:
    def __reduce__(self) -> Any:
        return (os.system, ("touch /tmp/should-not-exist",))


def evil() -> Evil:
    return Evil()


def start_under_guard(program: str) -> None:
    install((), None)
    subprocess.run([program, "-version"], check=False)
