from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geolocate.partition import partition

APART = -6.0


def groups(n: int, weights: Mapping[tuple[int, int], float]) -> list[list[int]]:
    pairs = sorted(weights)
    i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    number = partition(n, i, j, np.array([weights[p] for p in pairs]), APART).tolist()
    return sorted([k for k in range(n) if number[k] == g] for g in set(number))


def test_attracted_members_join_and_repelled_ones_part() -> None:
    assert groups(4, {(0, 1): 3, (2, 3): 3, (1, 2): -1, (0, 2): -1, (0, 3): -1, (1, 3): -1}) == [[0, 1], [2, 3]]


def test_a_bridge_does_not_join_what_cannot_belong_together() -> None:
    # 0-1 and 1-2 attract, 0-2 is not listed: impossible
    assert groups(3, {(0, 1): 3, (1, 2): 2}) == [[0, 1], [2]]


def test_a_greedy_mistake_is_corrected_by_moving() -> None:
    # the strongest single pair (1, 2) is wrong: both have better company
    near = {(0, 1): 3, (1, 2): 4, (2, 3): 3, (0, 4): 3, (1, 4): 3, (2, 5): 3, (3, 5): 3}
    far = {(0, 2): -4, (0, 3): -4, (1, 3): -4, (0, 5): -4, (1, 5): -4, (2, 4): -4, (3, 4): -4, (4, 5): -4}
    assert groups(6, near | far) == [[0, 1, 4], [2, 3, 5]]


def test_nobody_and_strangers() -> None:
    assert groups(0, {}) == []
    assert groups(3, {}) == [[0], [1], [2]]


weights = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda p: p[0] < p[1]),
    st.integers(-5, 5).map(float),
    max_size=30,
)


@given(weights)
def test_no_single_move_and_no_merger_gains(given_weights: dict[tuple[int, int], float]) -> None:
    found = groups(9, given_weights)

    def between(a: list[int], b: list[int]) -> float:
        return sum(given_weights.get((min(x, y), max(x, y)), APART) for x in a for y in b)

    for group in found:
        for member in group:
            stays = between([member], [m for m in group if m != member])
            assert stays >= 0
            assert all(between([member], other) <= stays for other in found if other is not group)
        assert all(between(group, other) <= 0 for other in found if other is not group)
