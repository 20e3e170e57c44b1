from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.joint import Count, joint_count, joint_interval, joint_kinds

DAWN = datetime(2024, 12, 8, 6, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAWN + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(1, 3)], (1, 3)),
        ([(1, 3), (2, 5)], (2, 3)),
        ([(1, 3), (3, 5)], (3, 3)),
        ([(1, 2), (4, 5)], (1, 5)),  # nothing tells which is right
        ([(1, 4), (2, 3), (9, 10)], (2, 3)),  # one that is far off neither stretches nor empties it
        ([(0, 2), (1, 3), (8, 10), (9, 11)], (1, 10)),
        ([(0, 9), (1, 2), (4, 5)], (1, 5)),
    ],
)
def test_an_interval_is_what_most_accounts_allow(
    told: list[tuple[float, float]], expected: tuple[float, float]
) -> None:
    assert joint_interval([(at(a), at(b)) for a, b in told]) == tuple(map(at, expected))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=1))
def test_the_interval_is_within_what_was_told_whatever_the_order(told: list[tuple[int, int]]) -> None:
    spans = [(at(a), at(a + length)) for a, length in told]
    start, end = joint_interval(spans)
    assert min(a for a, _ in spans) <= start <= end <= max(b for _, b in spans)
    assert joint_interval(spans[::-1]) == (start, end)
    assert (start, end) == joint_interval([*spans, *spans])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], (None, None)),
        ([(10, 12), (20, 25), (None, None)], (20, 25)),
        ([(30, None), (20, 25)], (30, None)),
        ([(10, 12), (12, 15), (500, 500)], (12, 15)),
        ([(10, 12), (500, 500)], (500, 500)),
    ],
)
def test_the_largest_number_counts_unless_it_stands_against_several(told: list[Count], expected: Count) -> None:
    assert joint_count(told) == expected


def test_every_kind_that_somebody_saw_counts() -> None:
    assert joint_kinds([["truck", "tank"], [], ["tank", "apc"]]) == ["apc", "tank", "truck"]
