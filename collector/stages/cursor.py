"""How far has a source been read: up to which post, and which stretches before it are still to be paged through?"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

#: where polls overlap: a post's number, or digests of the posts of a page, newest last
Mark = int | tuple[str, ...]
#: so many posts of a page are remembered at most
_MOST = 200
#: so many of them must be met again: one or two may stand first because they are pinned, or were edited
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts older than the page cursor `before`, down to the mark `floor`; None: as far as a first poll reads."""

    before: str
    floor: Mark | None


@dataclass(slots=True)
class Cursor:
    """`top` marks the newest post that a poll has stored, None before the first. `gaps` come newest first.

    A post that is in the store is no sign that those before it are: somebody may have taken it in by hand, or another
    source had it. Marks that polls of this source have reached are.
    """

    top: Mark | None = None
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
    return Cursor(_mark(raw.get("top")), [Stretch(before, _mark(floor)) for before, floor in raw.get("gaps", [])])


def _mark(raw: int | list[str] | None) -> Mark | None:
    return tuple(raw) if isinstance(raw, list) else raw


def number(native_id: str) -> int:
    """The post's number in its channel: they only ever grow."""
    return int(native_id.rpartition("/")[2])


def digests(keys: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The mark of a page that lists these (platform, native id), oldest first."""
    return tuple(hashlib.sha256("\x1f".join(key).encode("utf-8", "surrogatepass")).hexdigest()[:12] for key in keys)[
        -_MOST:
    ]


def meets(keys: Sequence[tuple[str, str]], floor: Sequence[str]) -> bool:
    """Does a page that lists these posts lead to a mark?"""
    return len(set(digests(keys)) & set(floor)) >= min(_ENOUGH, len(set(floor)))
