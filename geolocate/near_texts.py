"""Which of many texts say nearly the same? Shortened, quoted or edited copies, without comparing all pairs.

Texts that share an anchor are compared (see `text_print`). An anchor that many distinct texts share is a formula and
proposes nothing, so that the work stays near-linear; since that is judged over all texts, the order of them is nothing.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geolocate.text_print import TextPrint, near_hours, pack, unpack

#: an anchor that more distinct texts than this share is a formula ("air raid alert")
CROWD = 64
#: pairs looked at in one step; pairs kept at once, which bounds the memory
_AT_ONCE, _IN_MEMORY = 1 << 20, 1 << 23

Pairs = NDArray[np.int64]


class Prints:
    """Many prints, packed: half a kilobyte each, a quarter of what they take as they are."""

    def __init__(self, prints: Iterable[TextPrint] = ()) -> None:
        self.digests: list[str] = []
        self._packed: list[bytes] = []
        self._anchors, self._sizes = array("q"), array("i")
        for print_ in prints:
            self.add(print_)

    def __len__(self) -> int:
        return len(self.digests)

    def __getitem__(self, k: int) -> TextPrint:
        return unpack(self.digests[k], self._packed[k])

    def add(self, print_: TextPrint) -> None:
        """Another one, which must not be among them yet."""
        self.digests.append(print_.digest)
        self._packed.append(pack(print_))
        self._anchors.frombytes(print_.anchors.astype(np.int64).tobytes())
        self._sizes.append(len(print_.anchors))

    def anchors(self) -> tuple[Pairs, NDArray[np.int32]]:
        """The anchors of all, sorted, and beside each the number of the print that has it."""
        values = np.frombuffer(self._anchors, np.int64)
        order = np.argsort(values, kind="stable")
        owners = np.repeat(np.arange(len(self), dtype=np.int32), np.frombuffer(self._sizes, np.int32))
        return values[order], owners[order]


def near_pairs(given: Prints | Sequence[TextPrint]) -> Iterator[tuple[int, int, float]]:
    """(i, j, hours), i < j, for texts (distinct ones) that are nearly one; `hours` apart their posts may lie."""
    prints = given if isinstance(given, Prints) else Prints(given)
    values, owners = prints.anchors()
    starts = np.flatnonzero(np.diff(values, prepend=-1))
    sizes = np.diff([*starts.tolist(), len(values)])
    small = sizes[sizes <= CROWD]
    portions = 1 + int((small * (small - 1) // 2).sum()) // _IN_MEMORY
    for low, high in pairwise(np.linspace(0, len(prints), portions + 1, dtype=np.int64).tolist()):
        first, one = -1, None
        for i, j in _proposed(owners, starts, sizes, low, high):
            if i != first or one is None:
                first, one = i, prints[i]
            if apart := near_hours(one, prints[j]):
                yield i, j, apart


def _proposed(owners: NDArray[np.int32], starts: Pairs, sizes: Pairs, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Each pair (i, j) once, low <= i < high, of texts that share an anchor."""
    found = np.unique(np.concatenate([np.zeros(0, np.int64), *_shared(owners, starts, sizes, low, high)]))
    for start in range(0, len(found), _AT_ONCE):
        pairs = found[start : start + _AT_ONCE]
        yield from zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True)


def _shared(owners: NDArray[np.int32], starts: Pairs, sizes: Pairs, low: int, high: int) -> Iterator[Pairs]:
    """Pairs as i << 32 | j, group size by group size."""
    for size in range(2, CROWD + 1):
        rows = starts[sizes == size]
        left, right = np.triu_indices(size, 1)
        for part in np.array_split(rows, 1 + len(rows) * len(left) // _AT_ONCE):
            members = np.sort(owners[part[:, None] + np.arange(size)], axis=1).astype(np.int64)
            i, j = members[:, left], members[:, right]
            mine = (i >= low) & (i < high)
            yield np.unique(i[mine] << 32 | j[mine])
