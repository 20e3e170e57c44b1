"""The other end of `collector.sandbox`: reads one call from stdin, makes it, writes the answer to the given pipe."""

import importlib
import io
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from typing import Any

from collector.errors import ConvoywatchError
from geolocate.frames.errors import Undecodable


def main() -> None:
    """Run as `python -m collector.sandbox_child PIPE MEMORY_MIB`."""
    pipe, memory_mb = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mb:
        _limit_memory(memory_mb * 1024 * 1024)
    # unbuffered: a buffered stdin would be locked by the waiting thread when the process ends
    size = int.from_bytes(_read(8), "big")
    question = io.BytesIO(_read(size))
    sys.path[:] = pickle.load(question)  # before the arguments: their classes are found on it
    threading.Thread(target=_die_with_parent, daemon=True).start()
    sys.excepthook = lambda *error: _answer(pipe, ("failed", "".join(traceback.format_exception(*error))))
    module, name, args = pickle.load(question)
    _answer(pipe, _call(module, name, args))


def _answer(pipe: int, answer: tuple[str, Any]) -> None:
    with open(pipe, "wb") as out:
        out.write(pickle.dumps(answer))
    os._exit(0)  # what the work left running is not waited for


def _read(size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        chunk = os.read(0, size - len(data))
        if not chunk:
            os._exit(1)
        data += chunk
    return bytes(data)


def _limit_memory(limit: int) -> None:
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        try:
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (limit if hard < 0 else min(limit, hard), hard))
        except (ValueError, OSError):
            continue  # a system that does not bound this kind: the deadline still holds


def _die_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


def _call(module: str, name: str, args: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "result", getattr(importlib.import_module(module), name)(*args)
    except MemoryError:
        return "memory", None
    except (ConvoywatchError, Undecodable) as error:
        return "raised", error


if __name__ == "__main__":
    main()
