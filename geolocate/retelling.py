"""Is a post told again in another language? By what no translator changes: all its places, all its figures.

Two witnesses of one convoy may name one place and a round number, too; they seldom name the same two or three places
and the same figures and nothing else. So posts share a key only where all of these are equal, the key counts only where
these are enough, and for no longer than they are worth: that they lie near in time is part of the proof.
"""

import hashlib
import re
from collections.abc import Sequence

from geolocate.message import is_year, message
from geolocate.types import Located

#: Arabic writes "and" at its number
_AND = re.compile(r"\b(و)(?=\d)")
#: dates, and the age from which a film may be seen
_DATE = re.compile(
    r"\b\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b|\b20\d\d-\d\d-\d\d\b"
    r"|\b\d{1,2}/\d{1,2}\b|\+18\b|\b18\+"
)
#: the least probability of a place that counts, and the size (km) from which one is a country and says nothing
_SURE, _WIDE_KM = 0.3, 250.0
#: bits of a place, of places at most; of a figure by its digits, what a round one has less
_PLACE, _PLACES, _DIGIT, _ROUND = 6.0, 18.0, 3.3, 3.0
#: bits that are enough, of figures without places too; the hours that they are worth, doubled by so many more, at most
_ENOUGH, _HOURS, _DOUBLING, _MOST_HOURS = 15.0, 1.2, 3.0, 48.0


def figures(text: str) -> tuple[str, ...]:
    """All figures of a text in order of size, in any script's digits; without dates and years."""
    words = message(_AND.sub("\\1 ", _DATE.sub(" ", text))).split()
    found = [str(int(w)) for w in words if w.isdecimal() and len(w) < 12 and not is_year(w)]
    return tuple(sorted(found, key=lambda n: (len(n), n)))


def told_keys(text: str, found: Located) -> list[str]:
    """What posts in other languages share that tell just this: "HOURS:DIGEST", with the hours that they may lie apart.

    One key for all places with all figures; and, where several figures say enough, one for each place, since a name may
    be known in one language only. Empty where it is too little to tell a copy from another witness.
    """
    numbers = figures(text) or _counted(found)
    places = sorted({p.ref for p in found.places if p.probability >= _SURE and p.radius_km < _WIDE_KM})
    told = sum(map(_bits, numbers))
    keys = []
    if places or len(numbers) > 2:
        keys.append(_key(numbers, places, min(_PLACES, _PLACE * len(places)) + told))
    if len(places) > 1 and len(numbers) > 1:
        keys += [_key(numbers, [place], _PLACE + told) for place in places]
    return [key for key in keys if key]


def _key(numbers: Sequence[str], places: Sequence[str], bits: float) -> str | None:
    if not numbers or bits < _ENOUGH:
        return None
    hours = min(_MOST_HOURS, _HOURS * 2.0 ** ((bits - _ENOUGH) / _DOUBLING))
    whole = "\n".join([*numbers, "", *places])
    return f"{hours:.1f}:{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def hours_of(key: str) -> float:
    """The hours that posts with this key may lie apart."""
    return float(key.partition(":")[0])


def _counted(found: Located) -> tuple[str, ...]:
    """A number that stands in words."""
    low, high = found.convoy.vehicles_min, found.convoy.vehicles_max
    return (f"{low}-{high}",) if low is not None and low > 1 else ()


def _bits(number: str) -> float:
    if "-" in number:
        return _DIGIT
    return 2.0 if len(number) < 2 else _DIGIT * min(len(number), 6) - _ROUND * number.endswith("0")
