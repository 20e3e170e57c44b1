"""What may be due on a source? Each kind of job says how it is found, taken, done, failed and given back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.stages import backfill, poll, reread
from db import look_back, sources
from db.types import AnyRow

#: the program may die so often in a row while it polls a source before that source has to wait
POLL_CRASHES = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of job on the network.

    `claim(conn, now, limit, lease)` takes up to so many rows that nobody else gets until they are released.

    `do` stores all that it brings in one transaction; `give_up` notes that it failed in a way that nobody foresaw.
    `release` gives a row back that was claimed and not finished; it does nothing to one that was.
    """

    name: str
    any_due: Callable[[Connection, datetime], bool]
    claim: Callable[..., list[AnyRow]]
    do: Callable[[Context, AnyRow], None]
    give_up: Callable[[Context, AnyRow, ConvoywatchError], None]
    release: Callable[[Connection, AnyRow], None]


POLL = Job("poll", sources.any_due, sources.claim_due, poll.poll, poll.give_up, sources.release)

REREAD = Job("reread", reread.any_due, reread.claim, reread.reread, reread.give_up, look_back.release_reread)
BACKFILL = Job(
    "backfill", look_back.backfill_due, look_back.claim_backfill, backfill.backfill, backfill.give_up,
    look_back.release_backfill,
)  # fmt: skip

#: what each tick looks for, in this order: what brings news before what looks back
JOBS: tuple[Job, ...] = (POLL, REREAD, BACKFILL)
