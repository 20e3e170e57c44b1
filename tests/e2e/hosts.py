"""Two machines in one: network namespaces, each with a cable of its own to ours, which may be pulled."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

MISSING = "two hosts need root and `ip` (`apt-get install iproute2`)"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Namespace:
    """One of them: what its processes are started through, and our end of its cable."""

    prefix: tuple[str, ...]
    cable: str

    def pull(self) -> None:
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        _ip("link", "set", self.cable, "up")


@contextmanager
def two() -> Iterator[tuple[str, list[Namespace]]]:
    """The address at which both reach us, and both; skips the test where they cannot be made."""
    if os.getuid() != 0 or shutil.which("ip") is None:
        pytest.skip(MISSING)
    mark, made = f"cw{os.getpid() % 100_000}", []
    try:
        for _ in range(2):
            made.append(_make(mark, next(_NUMBERS)))
        # the same address for both: it is ours, whichever cable it comes through
        yield "10.213.1.1", made
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{MISSING}: {error.stderr.decode().strip()}")
    finally:
        for namespace in made:
            subprocess.run(["ip", "netns", "del", namespace.prefix[-1]], check=False, capture_output=True)


def _make(mark: str, number: int) -> Namespace:
    name, cable = f"{mark}-{number}", f"{mark}v{number}"
    _ip("netns", "add", name)
    _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("addr", "add", f"10.213.{number}.1/24", "dev", cable)
    _ip("link", "set", cable, "up")
    _ip("-n", name, "addr", "add", f"10.213.{number}.2/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        _ip("-n", name, "link", "set", device, "up")
    _ip("-n", name, "route", "add", "default", "via", f"10.213.{number}.1")
    return Namespace(("ip", "netns", "exec", name), cable)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
