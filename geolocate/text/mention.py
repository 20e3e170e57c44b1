"""What is a mention of a place: a stretch of text, and the places that it may stand for."""

from dataclasses import dataclass

from geolocate.gazetteer import Named


@dataclass(frozen=True, slots=True)
class Reading:
    """A place that a mention may stand for; `cost` grows with the bending that was needed, 0 for an exact name.

    `bent`: only the consonants agree, so that it may as well be a name that the gazetteer lacks.
    """

    named: Named
    cost: float
    bent: bool = False


class Readings(tuple[Reading, ...]):
    """The readings of words that are remembered: told apart by which object it is, for quick comparison."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name at `text[start:end]`: units `first` to `last` - 1, its readings, and how likely it names a place."""

    start: int
    end: int
    first: int
    last: int
    readings: tuple[Reading, ...]
    probability: float
    ending: str | None
