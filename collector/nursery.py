"""Where do sandboxed processes come from? Forked from one that has imported what they need, and does nothing else.

Importing what decodes and detects takes five times as long as looking at a picture. The nursery is started when it is
first needed, ends after a minute without work, and is started anew when it has died.
"""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from collector.nursery_talk import NUMBER, Fork, Over, send

_KILLED = -int(signal.SIGKILL)


@dataclass
class Child:
    """A sandboxed process: the pipe that it reads its question from, and the one it answers on (descriptors)."""

    pid: int
    question: int
    answer: int
    code: int = 0
    settled: bool = False

    def settle(self) -> None:
        """It has answered, or closed its end: it gets a moment to end by itself, so that its exit code is known."""
        self.settled = True


class _Nursery:
    """The running nursery process; one question at a time, each answered at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._owner = os.getpid()

    def fork(self, module: str, memory_mb: int, question: int, answer: int) -> int:
        """The number of a new child that reads from and writes to these pipes."""
        with self._lock:
            if self._owner != os.getpid():  # we were forked: it is our parent's
                self._line = self._process = None
            for attempt in (1, 2):  # it may have ended, for want of work, in this moment
                try:
                    return self._fork(Fork(module, memory_mb, tuple(sys.path)), question, answer)
                except OSError:
                    self._close()
                    if attempt == 2:
                        raise
        raise AssertionError

    def _fork(self, wanted: Fork, question: int, answer: int) -> int:
        line = self._line or self._start()
        send(line, wanted, question, answer)
        return _number(line)

    def end(self, child: Child) -> int:
        """End a child and everything that it started; its exit code, negative for a signal."""
        with self._lock:
            if self._line is not None:
                with suppress(OSError):
                    send(self._line, Over(child.pid, child.settled))
                    return _number(self._line)
        with suppress(ProcessLookupError, PermissionError):  # it has outlived its nursery
            os.killpg(child.pid, signal.SIGKILL)
        return _KILLED

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "collector.nursery_child", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._line, self._owner = ours, os.getpid()
        return ours

    def _close(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line = self._process = None

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._close()


_nursery = _Nursery()
atexit.register(_nursery.close)


@contextmanager
def child(module: str, memory_mb: int) -> Iterator[Child]:
    """A process that imported `module`, with so much memory of its own (MiB, 0: unbounded); ended on the way out."""
    question_out, question_in = os.pipe()
    answer_out, answer_in = os.pipe()
    try:
        try:
            pid = _nursery.fork(module, memory_mb, question_out, answer_in)
        finally:
            os.close(question_out)
            os.close(answer_in)
        made = Child(pid, question_in, answer_out)
        try:
            yield made
        finally:
            made.code = _nursery.end(made)
    finally:
        os.close(question_in)
        os.close(answer_out)


def _number(line: socket.socket) -> int:
    answer = line.recv(NUMBER.size)
    if len(answer) != NUMBER.size:
        raise ConnectionResetError("the nursery has ended")
    return int(NUMBER.unpack(answer)[0])
