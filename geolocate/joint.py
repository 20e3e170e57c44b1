"""When was an event seen, and of how many vehicles, as several accounts of it together say?

One account that is wrong, or of a neighbouring hour, must neither stretch the answer over everything nor empty it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

Interval = tuple[datetime, datetime]
Count = tuple[int | None, int | None]


def joint_interval(told: Sequence[Interval]) -> Interval:
    """What most accounts allow (Marzullo 1984): where most of the intervals (from, to) overlap.

    Where several stretches are allowed by as many, from the first of them to the last: nothing tells which is right.
    """
    edges = sorted([(start, 0) for start, _ in told] + [(end, 1) for _, end in told])
    depth = most = 0
    best: list[Interval] = []
    for k, (at, closing) in enumerate(edges):
        depth += -1 if closing else 1
        if not closing and depth >= most:
            best = [] if depth > most else best
            most = depth
            best.append((at, edges[k + 1][0]))
    return best[0][0], best[-1][1]


def joint_count(told: Collection[Count]) -> Count:
    """Each account saw a part of the column, so the largest numbers (at least, at most) are nearest; None is unknown.

    Of three accounts or more one that tells over twice what any other tells is an exaggeration. "More than 30" beside
    "20 to 25" leaves the upper end open.
    """
    low = _largest([least for least, _ in told if least is not None])
    high = _largest([most for _, most in told if most is not None])
    return low, high if low is None or high is None or low <= high else None


def _largest(numbers: Collection[int]) -> int | None:
    ordered = sorted(numbers)
    if len(ordered) >= 3 and ordered[-1] > 2 * ordered[-2]:
        ordered.pop()
    return ordered[-1] if ordered else None


def joint_kinds(told: Collection[Collection[str]]) -> list[str]:
    """Every kind that somebody saw: each account is a partial view."""
    return sorted({kind for kinds in told for kind in kinds})
