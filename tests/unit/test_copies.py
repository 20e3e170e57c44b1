import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.copies import CopyItem, copy_groups, text_key

DAWN = datetime(2024, 12, 8, 6, tzinfo=UTC)
MESSAGE = "Колонна военной техники движется по трассе М-5 в сторону Хмеймима, около 20 грузовиков"


def item(name: str, hour: int | None = 0, **keys: object) -> CopyItem:
    posted = None if hour is None else DAWN + timedelta(hours=hour)
    return CopyItem(name, posted, **keys)  # type: ignore[arg-type]


def test_the_earliest_is_the_original_whatever_the_order() -> None:
    items = [item("late", 5, media=("m",)), item("first", 1, media=("m",)), item("undated", None, media=("m",))]
    (group,) = copy_groups(items)
    assert (group.original, group.copies, group.reasons) == ("first", ("late", "undated"), ("media", "media"))


def test_copies_of_copies_are_one_group() -> None:
    items = [item("a", 0, text_key="t"), item("b", 1, text_key="t", media=("m",)), item("c", 2, media=("m",))]
    (group,) = copy_groups(items)
    assert group.original == "a"
    assert group.reasons == ("text", "media")


def test_two_groups_that_a_later_post_ties_say_so() -> None:
    items = [item("a", 0, media=("x",)), item("b", 1, media=("y",)), item("c", 2, media=("x", "y"))]
    (group,) = copy_groups(items)
    assert group.reasons == ("chain", "media")


def test_the_surest_reason_is_given() -> None:
    both = {"origins": ("telegram:1/2",), "text_key": "t", "media": ("m",)}
    (group,) = copy_groups([item("a", 0, **both), item("b", 1, **both)])
    assert group.reasons == ("origin",)


def test_posts_that_share_nothing_stay_apart() -> None:
    groups = copy_groups([item("a", 1, media=("x",)), item("b", 0, media=("y",)), item("c", 2)])
    assert [g.original for g in groups] == ["b", "a", "c"]
    assert all(not g.copies for g in groups)


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        copy_groups([item("a"), item("a", 1)])


keys = st.lists(st.sampled_from("pqrstu"), max_size=2).map(tuple)
posts = st.lists(st.tuples(st.none() | st.integers(0, 5), keys, keys, st.sampled_from([None, "t1", "t2"])), max_size=12)


@given(posts, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order_and_hold_every_post_once(
    rows: list[tuple[int | None, tuple[str, ...], tuple[str, ...], str | None]], shuffle: random.Random
) -> None:
    items = [item(f"p{k}", h, origins=o, media=m, text_key=t) for k, (h, o, m, t) in enumerate(rows)]
    groups = copy_groups(items)
    shuffled = list(items)
    shuffle.shuffle(shuffled)
    assert copy_groups(shuffled) == groups
    named = [name for g in groups for name in (g.original, *g.copies)]
    assert sorted(named) == sorted(i.id for i in items)
    home = {name: n for n, g in enumerate(groups) for name in (g.original, *g.copies)}
    for a in items:
        for b in items:
            if set(a.media) & set(b.media) or set(a.origins) & set(b.origins):
                assert home[a.id] == home[b.id]


@pytest.mark.parametrize(
    "dressed",
    [
        MESSAGE.upper(),
        f"⚡️⚡️ {MESSAGE}!!! 🇷🇺",
        f"{MESSAGE}\n\nhttps://t.me/some_channel/123",
        f"{MESSAGE}\n@some_channel",
        f"{MESSAGE}\n\nПодписаться на канал | Прислать новость",
        f"{MESSAGE}\nSubscribe: t.me/other",
        MESSAGE.replace(" ", "\u00a0\n"),
    ],
)
def test_another_dress_is_the_same_message(dressed: str) -> None:
    assert text_key(dressed) == text_key(MESSAGE)


def test_arabic_vowel_marks_do_not_matter() -> None:
    plain = "رتل عسكري روسي يتجه نحو قاعدة حميميم الجوية على الطريق الدولي"
    marked = "رَتَل عَسكري روسي يتّجه نحو قاعدة حميميم الجوّية على الطريق الدولي"
    assert text_key(plain) is not None
    assert text_key(marked) == text_key(plain)


def test_another_number_is_another_message() -> None:
    assert text_key(MESSAGE.replace("20", "40")) != text_key(MESSAGE)


@pytest.mark.parametrize("text", ["", "Колонна на М5", "https://t.me/a_very_long_channel_name/123456", "12345 " * 20])
def test_too_little_text_proves_nothing(text: str) -> None:
    assert text_key(text) is None


@given(st.text())
def test_any_text_has_a_key_or_none(text: str) -> None:
    key = text_key(text)
    assert key is None or len(key) == 64
    assert text_key(text) == key
