"""The other end of `collector.sandbox`, in a process of its own: reads one call, makes it, writes the answer."""

import importlib
import io
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any

from collector.errors import ConvoywatchError
from geolocate.frames.errors import Undecodable


def live(pipe: int, memory_mb: int) -> None:
    """Read one call from descriptor 0, make it, answer on `pipe`, and end, with so much memory (MiB, 0: unbounded)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mb:
        _limit_memory(memory_mb * 1024 * 1024)
    # unbuffered: a buffered stdin would be locked by the waiting thread when the process ends
    size = int.from_bytes(_read(8), "big")
    question = io.BytesIO(_read(size))
    sys.path[:] = pickle.load(question)  # before the arguments: their classes are found on it
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        _answer(pipe, _asked(question))
    except Exception:  # noqa: BLE001 - whatever it is, it is told
        _answer(pipe, ("failed", traceback.format_exc()))


def _asked(question: io.BytesIO) -> tuple[str, Any]:
    module, name, args, environment, folder = pickle.load(question)
    os.environ.update(environment)
    with suppress(OSError):  # it is gone: what is named by its full path is found all the same
        os.chdir(folder)
    return _call(module, name, args)


def _answer(pipe: int, answer: tuple[str, Any]) -> None:
    packed = pickle.dumps(answer)
    with open(pipe, "wb") as out:
        out.write(packed)
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
    """Bound what the work may take beside what the imports took."""
    for kind, what in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        try:
            soft, hard = limit + _taken(what), resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (soft if hard < 0 else min(soft, hard), hard))
        except (ValueError, OSError):
            continue  # a system that does not bound this kind: the deadline still holds


def _taken(what: str) -> int:
    """Bytes that this process takes already, by the kernel's account; 0 where it gives none."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as told:
        for line in told:
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) * 1024
    return 0


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
