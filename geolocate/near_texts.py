"""Which texts say nearly the same? Shortened, quoted or edited copies, found without comparing all pairs.

Locality-sensitive hashing of 3-word shingles by MinHash (Broder 1997; one permutation with rotation, Shrivastava and Li
2014) in 32 bands proposes candidates; the shingles themselves decide. Memory: one row of hashes a text.
"""

import hashlib
from collections import defaultdict

import numpy as np

from geolocate.copies import plain_text
from geolocate.roads import Ints

#: hashes a text, and bands of them: two texts share a band at a likeness of about (1 / 32) ** (1 / 3) = 0.3
_HASHES, _BANDS = 96, 32
#: words in a shingle, and shingles that a text needs before it can prove anything
_WORDS, _ENOUGH = 3, 6
#: share of the shorter text's shingles that the other must hold; and how many times longer that may be
CONTAINED, LONGER = 0.7, 4.0
#: a band that this many texts share is a formula ("air raid alert"): it proposes only the newest of them
_CROWD = 50


class NearTexts:
    """Texts seen so far, by number in the order they were added."""

    def __init__(self) -> None:
        self._shingles: list[Ints] = []
        self._bands: list[dict[bytes, list[int]]] = [defaultdict(list) for _ in range(_BANDS)]

    def add(self, text: str) -> list[int]:
        """The numbers of earlier texts that say nearly the same, ascending; then remember this one."""
        found = shingles(text)
        number = len(self._shingles)
        self._shingles.append(found)
        if len(found) < _ENOUGH:
            return []
        near: set[int] = set()
        for known, band in zip(self._bands, _signature(found).reshape(_BANDS, -1), strict=True):
            others = known[band.tobytes()]
            near.update(others)
            others.append(number)
            if len(others) > _CROWD:
                del others[0]
        return [k for k in sorted(near) if alike(self._shingles[k], found)]


def shingles(text: str) -> Ints:
    """Sorted hashes of a text's runs of three words, without its dress (see `plain_text`)."""
    words = plain_text(text).split()
    runs = {" ".join(words[k : k + _WORDS]) for k in range(len(words) - _WORDS + 1)}
    hashes = [int.from_bytes(hashlib.blake2b(r.encode(), digest_size=8).digest(), "little") >> 1 for r in runs]
    return np.unique(np.array(hashes, dtype=np.int64))


def alike(a: Ints, b: Ints) -> bool:
    """Whether the shorter is mostly in the longer, and the longer is not another story around it."""
    shorter, longer = min(len(a), len(b)), max(len(a), len(b))
    if shorter < _ENOUGH or longer > LONGER * shorter:
        return False
    return len(np.intersect1d(a, b, assume_unique=True)) >= CONTAINED * shorter


def _signature(found: Ints) -> Ints:
    """The least hash in each of as many parts of the range; an empty part borrows from the next that is not."""
    part, value = found % _HASHES, found // _HASHES
    least = np.full(_HASHES, np.iinfo(np.int64).max)
    np.minimum.at(least, part, value)
    filled = np.flatnonzero(least < np.iinfo(np.int64).max)
    nearest = filled[np.searchsorted(filled, np.arange(_HASHES)) % len(filled)]
    return np.asarray(least[nearest] + (nearest - np.arange(_HASHES)) % _HASHES, dtype=np.int64)
