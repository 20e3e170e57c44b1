"""Ctrl-C, and what a service manager sends: who ends in order, and what a second one does."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _nothing() -> None:
    """No more than that the event is set."""


@contextmanager
def ends_in_order(stop: threading.Event, told: Callable[[], None] = _nothing) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop` and call `told`; a second one ends the process at once, which loses nothing.

    What writes to the store is not ended by KeyboardInterrupt: raised just after a transaction began, it leaves that
    open, and whatever is to be written on the way out waits for it in vain. Of the main thread only.
    """
    asked = False

    def on_signal(number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        asked = True
        stop.set()
        told()

    old = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
