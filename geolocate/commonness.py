"""How common is a name as a word of its language?

Many a village is called the revolution, the castle or Brook. The shipped table holds the words of wordfreq that are
not rare, as sorted CRC-32 values with one byte each, made by `geolocate.data.build.commonness`.
"""

import zlib
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.text.normalise import Token, tokenize

TABLE = Path(__file__).parent / "data" / "commonness.npz"


@lru_cache(maxsize=20_000)
def commonness(name: str) -> int:
    """Ten times the Zipf frequency of a one-word name, at most 127; 0 when it is rare, or has several words."""
    tokens = tokenize(name)
    if len(tokens) != 1:
        return 0
    words, tens = _table()
    found = 0
    for form in forms(tokens[0]):
        # of the table's own type: a plain int would have numpy convert the whole table each time
        value = np.uint32(zlib.crc32(f"{tokens[0].script}:{form}".encode()))
        at = int(np.searchsorted(words, value))
        if at < len(words) and words[at] == value:
            found = max(found, int(tens[at]))
    return found


def forms(token: Token) -> set[str]:
    """The folded word and, in Arabic, the one without its article."""
    return {token.fold, token.fold.removeprefix("ال")} if token.script == "arabic" else {token.fold}


@cache
def _table() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    with np.load(TABLE, allow_pickle=False) as packed:
        return np.cumsum(packed["steps"], dtype=np.uint64).astype(np.uint32), packed["tens"]
