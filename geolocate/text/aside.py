"""Does a word of time speak of the sighting, or of something the post tells beside it?

"The column that left Qamishli this morning has entered Raqqa": the morning belongs to Qamishli. A word of time goes
with the nearest place of its sentence; when that is not where the thing was seen, it is an aside if a clause of its own
or a departure is told there, or if the sentence does not name the position at all.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from geolocate.text.normalise import Token
from geolocate.text.words import words
from geolocate.types import Role

_RELATIVE, _DEPART, _HERE = words("aside.relative"), words("aside.depart"), words("aside.here")
_END = re.compile(r"[!?\n;…]|\.(?!\w)")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place named at `text[start:end]`; `seen_here`: it is the position of the sighting."""

    start: int
    end: int
    role: Role
    seen_here: bool


class Asides:
    """Answers for one text, whose named places are `spots`, in order."""

    def __init__(self, text: str, tokens: Sequence[Token], spots: Sequence[Spot]) -> None:
        self._tokens, self._spots = tokens, spots
        self._text = text

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in _END.finditer(self._text)]

    def holds(self, i: int) -> bool:
        """Whether token `i`, a word of time, belongs to an aside."""
        if not any(spot.seen_here for spot in self._spots):
            return False
        at = self._tokens[i].start
        number = bisect_right(self._ends, at)
        first = self._ends[number - 1] if number else -1
        last = self._ends[number] if number < len(self._ends) else self._tokens[-1].end
        inside = [s for s in self._spots if first < s.start <= last]
        sentence = [t for t in self._tokens if first < t.start <= last]
        if not inside or any(t.fold in _HERE for t in sentence):
            return False
        nearest = min(inside, key=lambda s: abs(s.start - at))
        if nearest.seen_here or nearest.role == "to":
            return False
        before = {t.fold for t in sentence if t.start < nearest.start}
        if nearest.role == "from":
            return bool(before & _DEPART)
        return bool(before & _RELATIVE) or not any(s.seen_here for s in inside)
