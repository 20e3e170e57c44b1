"""How does systemd know that we are up, alive, and stopping? The sd_notify protocol: datagrams to a socket it names.

Source: sd_notify(3) and sd_watchdog_enabled(3). Outside systemd every call does nothing.
"""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """Speaks to the socket of NOTIFY_SOCKET. `watchdog_s`: how often we must say that we are alive, None: never."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        env = os.environ if environ is None else environ
        self._address = _address(env.get("NOTIFY_SOCKET", ""))
        micros, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
        mine = not pid or pid == str(os.getpid())
        self.watchdog_s = int(micros) / 1e6 if micros.isdigit() and int(micros) and mine else None
        self._told = float("-inf")

    def ready(self, status: str) -> None:
        """Start-up, or a reload, is over."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends that."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog, at half of its time at the earliest, as sd_watchdog_enabled(3) recommends."""
        if self.watchdog_s is None or time.monotonic() - self._told < self.watchdog_s / 2:
            return
        self._told = time.monotonic()
        self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        if self._address is None:
            return
        # a manager that does not listen is no reason to end
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.sendto(text.encode(), self._address)


def _address(named: str) -> str | None:
    """ "@" stands for the abstract namespace; anything but a path or that is not for us (vsock, say)."""
    if named.startswith("@"):
        return "\0" + named[1:]
    return named if named.startswith("/") else None
