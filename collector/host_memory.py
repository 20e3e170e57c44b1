"""How are gaps and pauses kept between processes, and over a kill? In the store's table of hosts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError

from collector.errors import RetryLater
from collector.host_state import Standing
from collector.http_headers import MAX_PAUSE_S
from db import hosts
from db.session import Store
from db.types import AnyRow

#: how long a host that nobody asks is remembered
KEEP = timedelta(days=30)
#: a gap written by a clock that was set back since is not waited out for longer than this
_LONGEST_GAP_S = 600.0


def _now() -> datetime:
    return datetime.now(UTC)


class StoredHosts:
    """A `Memory` in a store. Raises `RetryLater` when the store fails: what cannot be noted is not asked."""

    def __init__(self, store: Store, clock: Callable[[], datetime] = _now) -> None:
        self._store, self._clock = store, clock
        with _store_errors(), store.write() as conn:
            hosts.forget(conn, clock() - KEEP)

    def recall(self, host: str) -> Standing | None:
        """What is known of the host."""
        with _store_errors(), self._store.read() as conn:
            row = hosts.get(conn, host)
        return _standing(row, self._clock()) if row else None

    def claim(self, host: str, gap_s: float) -> Standing | None:
        """Note that the host is asked now; when it may not be asked yet: why."""
        with _store_errors(), self._store.write() as conn:
            at = self._clock()
            if hosts.claim(conn, host, at, at + timedelta(seconds=gap_s)):
                return None
            row = hosts.get(conn, host)
        return _standing(row, self._clock()) if row else Standing()

    def note(self, host: str, standing: Standing) -> None:
        """Keep how the host fares."""
        at = self._clock()
        with _store_errors(), self._store.write() as conn:
            hosts.save(
                conn, host, at, failures=standing.failures, limited=standing.limited,
                open_until=at + timedelta(seconds=standing.closed_s) if standing.closed_s else None,
                gap_s=standing.gap_s or None, reason=standing.reason,
            )  # fmt: skip


def _standing(row: AnyRow, now: datetime) -> Standing:
    wait, closed = _left(row.ask_at, now, _LONGEST_GAP_S), _left(row.open_until, now, MAX_PAUSE_S)
    before = abs((now - row.updated_at).total_seconds())
    return Standing(wait, closed, row.failures, row.limited, row.gap_s or 0.0, row.reason, before)


def _left(until: datetime | None, now: datetime, most: float) -> float:
    left = (until - now).total_seconds() if until else 0.0
    return left if 0.0 < left <= most else 0.0


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise RetryLater(f"the store failed, and unnoted no host is asked: {error.orig}") from error
