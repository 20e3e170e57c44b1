"""How do we run code that may hang, crash or eat the memory? In a process of its own, with a deadline.

Decoders and extractors read bytes of strangers in C. The child is forked from a nursery that has imported what it needs
and done nothing else (nothing of ours in its memory), in its own process group, with bounded memory; it dies with its
parent; its answer is unpickled by a reader that makes nothing but plain values, our dataclasses and our errors.
"""

import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

from collector import nursery
from collector.errors import RetryLater, Unparseable
from collector.sandbox_values import load

T = TypeVar("T")

_POLL_S = 0.1
_CHUNK = 1024 * 1024
MAX_ANSWER_BYTES = 256 * 1024 * 1024


class TimedOut(Unparseable):
    """The work took longer than its deadline."""


class Crashed(Unparseable):
    """The child died: a crash in a decoder, or no memory left."""


class ChildFailed(RuntimeError):
    """A mistake of ours in the child's code; the message is its traceback."""


def run_isolated(
    func: Callable[..., T],
    args: Sequence[Any],
    timeout_s: float,
    memory_mb: int | None = None,
    stop: threading.Event | None = None,
) -> T:
    """`func(*args)` in a fresh process; `func` is a module-level function, arguments and result can be pickled.

    Raises what `func` raises of `collector.errors` and of `geolocate`; `TimedOut` after `timeout_s` seconds, `Crashed`
    when the process died or wanted more than `memory_mb` MiB (both are `Unparseable`); `RetryLater` when `stop` is set;
    `ChildFailed` for any other exception.
    """
    return cast(T, run_named(func.__module__, func.__qualname__, args, timeout_s, memory_mb, stop))


def run_named(
    module: str,
    name: str,
    args: Sequence[Any],
    timeout_s: float,
    memory_mb: int | None = None,
    stop: threading.Event | None = None,
) -> Any:
    """As `run_isolated`, for a function that this process need not import."""
    question = pickle.dumps(sys.path) + pickle.dumps((module, name, tuple(args), dict(os.environ), os.getcwd()))
    with nursery.child(module, memory_mb or 0) as child:
        _ask(child.question, question)
        answer = _listen(child.answer, timeout_s, stop)
        child.settle()
    return _value(answer, child.code)


def _ask(pipe: int, question: bytes) -> None:
    # the pipe stays open: its end tells the child that we are gone
    with suppress(BrokenPipeError), open(pipe, "wb", closefd=False) as out:
        out.write(len(question).to_bytes(8, "big") + question)


def _listen(pipe: int, timeout_s: float, stop: threading.Event | None) -> bytes:
    answer = bytearray()
    ends = time.monotonic() + timeout_s
    while True:
        left = ends - time.monotonic()
        if left <= 0:
            raise TimedOut(f"it took longer than {timeout_s:g} s, and was stopped")
        if stop is not None and stop.is_set():
            raise RetryLater("the program is stopping; the work was not finished", 0.0)
        if not select.select([pipe], [], [], min(left, _POLL_S))[0]:
            continue
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            return bytes(answer)
        answer += chunk
        if len(answer) > MAX_ANSWER_BYTES:
            raise Crashed("the answer of the process is too large")


def _value(answer: bytes, code: int) -> Any:
    try:
        outcome, value = load(answer)
    except (EOFError, pickle.UnpicklingError, ValueError, TypeError) as error:
        if code < 0:
            raise Crashed(f"the process was ended by {signal.Signals(-code).name}") from error
        raise Crashed(f"the process ended with code {code} and no answer") from error
    if outcome == "result":
        return value
    if outcome == "memory":
        raise Crashed("it needs more memory than is allowed")
    if outcome == "raised" and isinstance(value, Exception):
        raise value
    raise ChildFailed(str(value))
