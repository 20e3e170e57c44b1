"""What a stage is: inputs in, a write out that is made in one transaction with "done" and the next stage's work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """`empty`: there was nothing to find. `lines`: what to tell people once it is stored, as (kind, line)."""

    empty: bool = False
    lines: tuple[tuple[str, str], ...] = ()


Write = Callable[[Connection], Outcome]


class Stage(Protocol):
    """One stage. `version` changes when code or data change the results.

    `batch` inputs are taken at a time: `apart`, each thought about by itself (one that fails does not harm the
    others), or all together.
    """

    name: str
    version: str
    batch: int
    apart: bool

    def params(self, settings: Settings) -> dict[str, Any]:
        """The settings that change the results."""

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Think, outside any transaction; what is returned is then called inside one."""

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """Note on the input that it failed for good."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """All inputs there are, for a version that has seen none of them."""
