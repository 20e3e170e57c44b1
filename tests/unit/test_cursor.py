"""Where two polls of a source without numbers overlap, and what of that the store keeps."""

from hypothesis import given
from hypothesis import strategies as st

from collector.stages.cursor import Cursor, Stretch, digests, load, meets


def keys(*numbers: int) -> list[tuple[str, str]]:
    return [("feed", f"https://news.example/{n}") for n in numbers]


def test_a_page_meets_the_mark_when_three_of_its_posts_come_again() -> None:
    mark = digests(keys(*range(1, 11)))
    assert meets(keys(8, 9, 10, 11, 12), mark)
    assert not meets(keys(10, 11, 12, 13, 14), mark)  # one may be pinned, or edited and put on top
    assert not meets(keys(11, 12, 13), mark)


def test_a_mark_of_fewer_posts_is_met_by_all_of_them() -> None:
    assert meets(keys(1, 2, 3), digests(keys(2)))
    assert not meets(keys(1, 3), digests(keys(1, 2)))


def test_a_mark_keeps_the_newest_of_many() -> None:
    mark = digests(keys(*range(1000)))
    assert len(mark) == 200
    assert meets(keys(997, 998, 999), mark)
    assert not meets(keys(1, 2, 3), mark)


marks = st.none() | st.integers(0, 2**53) | st.lists(st.text("0123456789abcdef", min_size=12, max_size=12)).map(tuple)
stretches = st.builds(Stretch, before=st.text(max_size=20), floor=marks)


@given(st.builds(Cursor, top=marks, gaps=st.lists(stretches, max_size=4)))
def test_a_cursor_is_kept_as_it_is(cursor: Cursor) -> None:
    assert load(cursor.dump()) == cursor
