"""Which of many texts say nearly the same? Shortened, quoted or edited copies, without comparing all pairs.

Texts that share an anchor are compared (see `text_print`). An anchor that many distinct texts share is a formula and
proposes nothing, so that the work stays near-linear; since that is judged over all texts, the order of them is nothing.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from geolocate.text_print import TextPrint, near_hours

#: an anchor that more distinct texts than this share is a formula ("air raid alert")
CROWD = 64
_AT_ONCE = 1 << 20

Pairs = NDArray[np.int64]


def near_pairs(prints: Sequence[TextPrint]) -> Iterator[tuple[int, int, float]]:
    """(i, j, hours), i < j, for texts (distinct ones) that are nearly one; `hours` apart their posts may lie."""
    owners = np.repeat(np.arange(len(prints), dtype=np.int32), [len(found.anchors) for found in prints])
    values = np.concatenate([np.zeros(0, np.int64), *(found.anchors for found in prints)])
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    starts = np.flatnonzero(np.diff(values, prepend=-1))
    sizes = np.diff([*starts.tolist(), len(values)])
    proposed = np.unique(np.concatenate([np.zeros(0, np.int64), *_proposed(owners, starts, sizes, len(prints))]))
    for pair in proposed.tolist():
        i, j = divmod(pair, len(prints))
        if apart := near_hours(prints[i], prints[j]):
            yield i, j, apart


def _proposed(owners: NDArray[np.int32], starts: Pairs, sizes: Pairs, count: int) -> Iterator[Pairs]:
    """Pairs i * count + j of texts that share an anchor, group size by group size."""
    for size in range(2, CROWD + 1):
        rows = starts[sizes == size]
        left, right = np.triu_indices(size, 1)
        for part in np.array_split(rows, 1 + len(rows) * len(left) // _AT_ONCE):
            members = np.sort(owners[part[:, None] + np.arange(size)], axis=1).astype(np.int64)
            yield np.unique(members[:, left] * count + members[:, right])
