"""How far has a source been read: up to which post, and which stretches before it are still to be paged through?"""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts older than the page cursor `before`, down to post number `floor`; None: as far as a first poll reads."""

    before: str
    floor: int | None


@dataclass(slots=True)
class Cursor:
    """`top` is the highest post number that a poll has stored, None before the first. `gaps` come newest first.

    A post that is in the store is no sign that those before it are: somebody may have taken it in by hand. Numbers
    that polls have reached are.
    """

    top: int | None = None
    gaps: list[Stretch] = field(default_factory=list)

    def put(self, old: Stretch | None, rest: Stretch | None) -> None:
        """Replace a gap by what is left of it; without `old` the newest stretch is meant."""
        at = self.gaps.index(old) if old else 0
        self.gaps[at : at + (old is not None)] = [rest] if rest else []

    def dump(self) -> str:
        """As the store keeps it."""
        return json.dumps({"top": self.top, "gaps": [[g.before, g.floor] for g in self.gaps]})


def load(text: str | None) -> Cursor:
    """What `dump` wrote; a new cursor where there is none."""
    raw = json.loads(text) if text else {}
    return Cursor(raw.get("top"), [Stretch(before, floor) for before, floor in raw.get("gaps", [])])


def number(native_id: str) -> int:
    """The post's number in its channel: they only ever grow."""
    return int(native_id.rpartition("/")[2])
