import random
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.copies import CopyItem, Tie, copy_groups, within

DAWN = datetime(2024, 12, 8, 6, tzinfo=UTC)


def item(name: str, hour: int | None = 0, **keys: object) -> CopyItem:
    posted = None if hour is None else DAWN + timedelta(hours=hour)
    return CopyItem(name, posted, **keys)  # type: ignore[arg-type]


def test_the_earliest_is_the_original_whatever_the_order() -> None:
    items = [item("late", 5, media=("m",)), item("first", 1, media=("m",)), item("undated", None, media=("m",))]
    (group,) = copy_groups(items)
    assert (group.original, group.copies, group.reasons) == ("first", ("late", "undated"), ("media", "media"))


def test_copies_of_copies_are_one_group() -> None:
    items = [item("a", 0), item("b", 1, media=("m",)), item("c", 2, media=("m",))]
    (group,) = copy_groups(items, [Tie("b", "a", "similar")])
    assert group.original == "a"
    assert group.reasons == ("similar", "media")


def test_two_groups_that_a_later_post_ties_say_so() -> None:
    items = [item("a", 0, media=("x",)), item("b", 1, media=("y",)), item("c", 2, media=("x", "y"))]
    (group,) = copy_groups(items)
    assert group.reasons == ("chain", "media")


def test_the_surest_reason_is_given() -> None:
    both = {"origins": ("telegram:1/2",), "media": ("m",)}
    (group,) = copy_groups([item("a", 0, **both), item("b", 1, **both)], [Tie("a", "b", "text")])
    assert group.reasons == ("origin",)
    (group,) = copy_groups([item("a", 0), item("b", 1)], [Tie("a", "b", "similar"), Tie("b", "a", "footage")])
    assert group.reasons == ("footage",)


def test_posts_that_share_nothing_stay_apart() -> None:
    groups = copy_groups([item("a", 1, media=("x",)), item("b", 0, media=("y",)), item("c", 2)])
    assert [g.original for g in groups] == ["b", "a", "c"]
    assert all(not g.copies for g in groups)


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        copy_groups([item("a"), item("a", 1)])


def test_what_lies_near_enough_in_time_is_joined_step_by_step() -> None:
    times = {name: DAWN + timedelta(hours=hour) for name, hour in zip("abcd", (0, 2, 4, 9), strict=True)}
    assert list(within(times, "dbca", 2.0)) == [("a", "b"), ("b", "c")]
    assert list(within(times | {"x": None}, "abx", 1e9)) == [("a", "b")]
    assert list(within(times | {"x": None, "y": None}, "abxy", inf)) == [("a", "b"), ("a", "x"), ("x", "y")]


keys = st.lists(st.sampled_from("pqrstu"), max_size=2).map(tuple)
posts = st.lists(st.tuples(st.none() | st.integers(0, 5), keys, keys), max_size=12)


@given(posts, st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11))), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order_and_hold_every_post_once(
    rows: list[tuple[int | None, tuple[str, ...], tuple[str, ...]]],
    tied: list[tuple[int, int]],
    shuffle: random.Random,
) -> None:
    items = [item(f"p{k}", h, origins=o, media=m) for k, (h, o, m) in enumerate(rows)]
    ties = [Tie(f"p{a}", f"p{b}", "text") for a, b in tied if max(a, b) < len(rows) and a != b]
    groups = copy_groups(items, ties)
    shuffled, mixed = list(items), [Tie(t.other, t.one, t.reason) for t in ties]
    shuffle.shuffle(shuffled)
    shuffle.shuffle(mixed)
    assert copy_groups(shuffled, mixed) == groups
    named = [name for g in groups for name in (g.original, *g.copies)]
    assert sorted(named) == sorted(i.id for i in items)
    home = {name: n for n, g in enumerate(groups) for name in (g.original, *g.copies)}
    assert all(home[t.one] == home[t.other] for t in ties)
    for a in items:
        for b in items:
            if set(a.media) & set(b.media) or set(a.origins) & set(b.origins):
                assert home[a.id] == home[b.id]
