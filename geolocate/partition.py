"""Which groups agree best with evidence for and against every pair? Correlation clustering, contraction then moves.

The sum of the weights inside the groups is made as large as possible: greedy additive edge contraction (Keuper et al.,
ICCV 2015) gives a start, moves of single members (Kernighan and Lin 1970) and contraction of whole groups improve it
until nothing gains. A pair that is not listed weighs `apart`, so no group bridges what cannot belong together.
Ties go to the lower number: the answer depends on the numbering only, which callers derive from content.
"""

import heapq
from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geolocate.roads import Ints
from geolocate.sphere import Floats

_ROUNDS = 20
#: chains of pairs above the first level are divided apart from one another; those of more members than this are cut at
#: the next level, and so on
_LEVELS, _MOST = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0), 400


def chains(n: int, i: Ints, j: Ints, weight: Floats) -> Ints:
    """A part number for each of `n` members, so that parts can be divided into groups each on its own.

    Who is joined to the others by no pair worth speaking of hardly ever shares a group with them. What part a member is
    in depends on what it hangs together with, on nothing farther off: a change touches few parts.
    """
    kept = weight > _LEVELS[0]
    part = _joined(n, i[kept], j[kept])
    for level in _LEVELS[1:]:
        large = np.bincount(part, minlength=1) > _MOST
        if not large.any():
            break
        kept &= ~large[part[i]] | (weight > level)
        part = _joined(n, i[kept], j[kept])
    return part


def _joined(n: int, i: Ints, j: Ints) -> Ints:
    edges = coo_array((np.ones(len(i)), (i, j)), shape=(n, n))
    return connected_components(edges, directed=False)[1].astype(np.int64)


def partition(n: int, i: Ints, j: Ints, weight: Floats, apart: float) -> Ints:
    """A group number for each of `n` members, given weights of the pairs (i, j), each listed once."""
    group = contract(np.arange(n, dtype=np.int64), i, j, weight, apart)
    for _ in range(_ROUNDS):
        moved = move(group, i, j, weight, apart)
        merged = contract(moved, i, j, weight, apart)
        if np.array_equal(merged, group):
            break
        group = merged
    return group


def contract(group: Ints, i: Ints, j: Ints, weight: Floats, apart: float) -> Ints:
    """Merge the two groups that gain most, again and again, while any merging gains."""
    names, start = np.unique(group, return_inverse=True)
    size: list[int] = np.bincount(start).tolist()
    # of two groups only what the listed pairs weigh above `apart` is kept: gain = excess + apart * size * size
    near: list[dict[int, float]] = [{} for _ in names]
    for a, b, extra in _between(start, i, j, weight - apart):
        near[a][b] = near[b][a] = extra

    def gain(a: int, b: int) -> float:
        return near[a][b] + apart * size[a] * size[b]

    queue = [(-gain(a, b), a, b) for a in range(len(names)) for b in near[a] if a < b and gain(a, b) > 0]
    heapq.heapify(queue)
    parent = list(range(len(names)))
    while queue:
        loss, a, b = heapq.heappop(queue)
        if parent[a] != a or parent[b] != b or -loss != gain(a, b):
            continue
        parent[b] = a
        for c, extra in near[b].items():
            near[c].pop(b)
            if c != a:
                near[a][c] = near[c][a] = near[a].get(c, 0.0) + extra
        near[b] = {}
        size[a] += size[b]
        for c in near[a]:
            if (more := gain(a, c)) > 0:
                heapq.heappush(queue, (-more, min(a, c), max(a, c)))
    return np.array([_root(parent, s) for s in start.tolist()], dtype=np.int64)


def _between(start: Ints, i: Ints, j: Ints, extra: Floats) -> Iterator[tuple[int, int, float]]:
    """What the listed pairs between every two groups weigh together."""
    low, high = np.minimum(start[i], start[j]), np.maximum(start[i], start[j])
    apart = low != high
    pair, where = np.unique(low[apart] * len(start) + high[apart], return_inverse=True)
    total = np.bincount(where, extra[apart], len(pair))
    yield from zip((pair // len(start)).tolist(), (pair % len(start)).tolist(), total.tolist(), strict=True)


def move(group: Ints, i: Ints, j: Ints, weight: Floats, apart: float) -> Ints:
    """Move single members to the group (or out on their own) where they gain most, until none moves."""
    n = len(group)
    home: list[int] = np.unique(group, return_inverse=True)[1].tolist()
    order = np.argsort(np.concatenate([i, j]), kind="stable")
    other = np.concatenate([j, i])[order].tolist()
    extra = np.concatenate([weight, weight])[order] - apart
    first = np.concatenate([[0], np.cumsum(np.bincount(np.concatenate([i, j]), minlength=n))]).tolist()
    excess = extra.tolist()
    size = np.bincount(home, minlength=2 * n + 1).tolist()
    free = iter(range(n, 2 * n + 1))
    for _ in range(_ROUNDS):
        changed = False
        for k in range(n):
            mine = home[k]
            best, gain, stay = _best(mine, home, other, excess, range(first[k], first[k + 1]), size, apart)
            if gain <= max(stay, 0.0) + 1e-9:
                if stay >= -1e-9 or size[mine] == 1:
                    continue
                best = next(free, mine)
            size[mine] -= 1
            size[best] += 1
            home[k], changed = best, True
        if not changed:
            break
    return np.array(home, dtype=np.int64)


def _best(
    mine: int, home: list[int], other: list[int], excess: list[float], pairs: range, size: list[int], apart: float
) -> tuple[int, float, float]:
    """The group that pulls a member of `mine` most (ties to the lower), its pull, and the pull of its own."""
    pull: dict[int, float] = {mine: 0.0}
    for at in pairs:
        group = home[other[at]]
        pull[group] = pull.get(group, 0.0) + excess[at]
    stay = pull[mine] + apart * (size[mine] - 1)
    best, gain = mine, stay
    for group, total in pull.items():
        if group != mine:
            value = total + apart * size[group]
            if value > gain or (value == gain and group < best):
                best, gain = group, value
    return best, gain, stay


def _root(parent: list[int], member: int) -> int:
    while parent[member] != member:
        member = parent[member]
    return member
