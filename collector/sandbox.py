"""How do we run code that may hang, crash or eat the memory? In a process of its own, with a deadline.

Decoders and extractors read bytes of strangers in C. The child starts fresh (nothing of ours in its memory), in its own
process group, with bounded memory; it dies with its parent; its answer is unpickled by a reader that makes nothing but
plain values, our dataclasses and our errors.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

from collector.errors import RetryLater, Unparseable
from collector.sandbox_values import load

T = TypeVar("T")

_POLL_S = 0.1
_GRACE_S = 1.0
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
    answer_in, answer_out = os.pipe()
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "collector.sandbox_child", str(answer_out), str(memory_mb or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(answer_out,),
            start_new_session=True,
        )
    except BaseException:
        os.close(answer_in)
        raise
    finally:
        os.close(answer_out)
    try:
        _ask(child, pickle.dumps(sys.path) + pickle.dumps((module, name, tuple(args))))
        answer = _listen(answer_in, timeout_s, stop)
        _settle(child)
    finally:
        os.close(answer_in)
        _end(child)
    return _value(answer, child.returncode)


def _ask(child: "subprocess.Popen[bytes]", question: bytes) -> None:
    assert child.stdin is not None
    # stdin stays open: its end tells the child that we are gone
    with suppress(BrokenPipeError):
        child.stdin.write(len(question).to_bytes(8, "big") + question)
        child.stdin.flush()


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


def _settle(child: "subprocess.Popen[bytes]") -> None:
    """Give a child that has answered a moment to end by itself; it is not reaped, so its group keeps its number."""
    ends = time.monotonic() + _GRACE_S
    while time.monotonic() < ends:
        if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.002)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the child and everything that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        with suppress(BrokenPipeError):
            child.stdin.close()


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
