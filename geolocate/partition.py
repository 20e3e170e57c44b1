"""Which groups agree best with evidence for and against every pair? Correlation clustering, contraction then moves.

The sum of the weights inside the groups is made as large as possible: greedy additive edge contraction (Keuper et al.,
ICCV 2015) gives a start, moves of single members (Kernighan and Lin 1970) and contraction of whole groups improve it
until nothing gains. A pair that is not listed weighs `apart`, so no group bridges what cannot belong together.
Ties go to the lower number: the answer depends on the numbering only, which callers derive from content.
"""

import heapq

import numpy as np

from geolocate.roads import Ints
from geolocate.sphere import Floats

_ROUNDS = 20


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
    size = np.bincount(start).tolist()
    near: list[dict[int, tuple[float, int]]] = [{} for _ in names]
    for a, b, w in zip(start[i].tolist(), start[j].tolist(), weight.tolist(), strict=True):
        if a != b:
            total, pairs = near[a].get(b, (0.0, 0))
            near[a][b] = near[b][a] = (total + w, pairs + 1)

    def gain(a: int, b: int) -> float:
        total, pairs = near[a][b]
        return float(total + apart * (size[a] * size[b] - pairs))

    queue = [(-gain(a, b), a, b) for a in range(len(names)) for b in near[a] if a < b and gain(a, b) > 0]
    heapq.heapify(queue)
    parent = list(range(len(names)))
    while queue:
        loss, a, b = heapq.heappop(queue)
        if parent[a] != a or parent[b] != b or -loss != gain(a, b):
            continue
        parent[b] = a
        for c, (total, pairs) in near[b].items():
            near[c].pop(b)
            if c != a:
                old, count = near[a].get(c, (0.0, 0))
                near[a][c] = near[c][a] = (old + total, count + pairs)
        near[b] = {}
        size[a] += size[b]
        for c in near[a]:
            if gain(a, c) > 0:
                heapq.heappush(queue, (-gain(a, c), min(a, c), max(a, c)))
    return np.array([_root(parent, s) for s in start.tolist()], dtype=np.int64)


def move(group: Ints, i: Ints, j: Ints, weight: Floats, apart: float) -> Ints:
    """Move single members to the group (or out on their own) where they gain most, until none moves."""
    n = len(group)
    group = np.unique(group, return_inverse=True)[1].astype(np.int64)
    order = np.argsort(np.concatenate([i, j]), kind="stable")
    other = np.concatenate([j, i])[order]
    extra = np.concatenate([weight, weight])[order] - apart
    first = np.concatenate([[0], np.cumsum(np.bincount(np.concatenate([i, j]), minlength=n))])
    size = np.bincount(group, minlength=2 * n + 1)
    free = iter(range(n, 2 * n + 1))
    for _ in range(_ROUNDS):
        changed = False
        for k in range(n):
            mine = int(group[k])
            near = other[first[k] : first[k + 1]]
            gains = np.bincount(group[near], weights=extra[first[k] : first[k + 1]], minlength=mine + 1)
            gains = gains + apart * size[: len(gains)]
            gains[mine] -= apart
            best = int(np.argmax(gains))
            if gains[best] <= max(gains[mine], 0.0) + 1e-9:
                if gains[mine] >= -1e-9 or size[mine] == 1:
                    continue
                best = next(free, mine)
            size[mine] -= 1
            size[best] += 1
            group[k], changed = best, True
        if not changed:
            break
    return group


def _root(parent: list[int], member: int) -> int:
    while parent[member] != member:
        member = parent[member]
    return member
