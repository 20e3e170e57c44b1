"""The nursery: imports what sandboxed processes need, forks them, and ends them; see `collector.nursery`."""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress

from collector import sandbox_child
from collector.nursery_talk import NUMBER, Fork, Over, receive

_IDLE_S = 60.0
_GRACE_S = 1.0


def main() -> None:
    """Run as `python -m collector.nursery_child SOCKET`, until the other end closes, or a minute without work."""
    line = socket.socket(fileno=int(sys.argv[1]))
    children: set[int] = set()
    while True:
        if not select.select([line], [], [], _IDLE_S)[0]:
            if not children:
                break
            continue
        message, pipes = receive(line)
        if message is None:
            break
        if isinstance(message, Fork):
            pid = _fork(line, message, *pipes)
            children.add(pid)
            line.sendall(NUMBER.pack(pid))
        else:
            children.discard(message.pid)
            line.sendall(NUMBER.pack(_end(message)))
    os._exit(0)


def _fork(line: socket.socket, wanted: Fork, question: int, answer: int) -> int:
    sys.path[:] = wanted.path
    if sys.platform == "linux":  # elsewhere what is imported may not survive a fork
        with suppress(Exception):  # the child says what is wrong with it
            importlib.import_module(wanted.module)
        gc.freeze()
    if pid := os.fork():
        with suppress(OSError):  # it does the same; whoever comes first
            os.setpgid(pid, pid)
        os.close(question)
        os.close(answer)
        return pid
    try:
        line.close()
        os.setpgid(0, 0)
        os.dup2(question, 0)
        os.close(question)
        sandbox_child.live(answer, wanted.memory_mb)
    finally:
        os._exit(1)


def _end(over: Over) -> int:
    """End a child and everything that it started. It is not reaped before, so its group keeps its number."""
    ends = time.monotonic() + (_GRACE_S if over.settled else 0.0)
    while os.waitid(os.P_PID, over.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None and time.monotonic() < ends:
        time.sleep(0.001)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(over.pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(over.pid, 0)[1])


if __name__ == "__main__":
    main()
