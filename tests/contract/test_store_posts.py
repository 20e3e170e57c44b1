"""Posts: each once, whatever is read twice, under another id, edited, or full of what databases refuse."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import StatementError

from db import media as files
from db import posts
from db.models import Post, PostAlias, PostMedia
from db.rows import NewPost, Saved
from db.session import Store
from tests.contract.made import NOW, count, media, post, saved_post, source


def save(conn: Connection, *given: NewPost, fresh: bool = True) -> Saved:
    return posts.save(conn, source(conn), given, NOW, fresh=fresh)


def texts(conn: Connection) -> list[str]:
    return list(conn.execute(select(Post.text).where(Post.is_current).order_by(Post.native_id)).scalars())


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


def test_a_new_post_is_stored_with_all_it_has(conn: Connection) -> None:
    one = post(
        channel_id="77", channel_name="chan", author="Ann", lang="ar", views=1200, views_step=100, geotag_lat=34.5,
        geotag_lon=36.5, links=("https://a.example",), poll={"question": "?", "options": ["a", "b"]}, served_at=NOW,
        warnings=("odd",), capture_sha256="c0ffee", copy_keys=(("text", "k"), ("text", "k")),
        media=(media(), media(None)),
    )  # fmt: skip
    saved = save(conn, one)
    row = posts.get(conn, saved.new[0])
    assert row is not None
    assert (saved.revised, saved.retired, saved.seen) == ((), (), 0)
    assert (row.revision, row.is_current, row.native_id, row.collected_at) == (1, True, "chan/1", NOW)
    assert (row.links, row.poll, row.warnings) == (
        ["https://a.example"],
        {"question": "?", "options": ["a", "b"]},
        ["odd"],
    )
    assert (row.views, row.geotag_lat, row.served_at, row.posted_at) == (1200, 34.5, NOW, one.posted_at)
    assert count(conn, "post_media") == 2
    assert count(conn, "copy_keys") == 1


def test_a_post_seen_again_is_the_same_post_with_more_views(conn: Connection) -> None:
    first = save(conn, post(views=10, views_step=1)).new[0]
    assert save(conn, post(views=1500, views_step=100)) == Saved(seen=1)
    row = posts.get(conn, first)
    assert row is not None
    assert (row.views, row.views_step, row.revision) == (1500, 100, 1)
    assert count(conn, "posts") == 1


def test_an_edit_is_a_new_revision_and_only_it_is_current(conn: Connection) -> None:
    first = save(conn, post(text="10 tanks")).new[0]
    edit = save(conn, post(text="12 tanks", edited=True))
    assert (edit.new, edit.retired, len(edit.revised)) == ((), (first,), 1)
    assert texts(conn) == ["12 tanks"]
    assert conn.execute(select(Post.revision, Post.is_current).order_by(Post.revision)).all() == [(1, False), (2, True)]


def test_a_post_may_be_edited_back(conn: Connection) -> None:
    for text in ("a", "b", "a"):
        save(conn, post(text=text))
    assert texts(conn) == ["a"]
    assert count(conn, "posts") == 3


def test_importing_an_older_revision_adds_nothing(conn: Connection) -> None:
    save(conn, post(text="old"))
    save(conn, post(text="new", edited=True))
    assert save(conn, post(text="old"), fresh=False) == Saved(seen=1)
    assert texts(conn) == ["new"]


def test_importing_the_text_before_an_edit_that_is_stored_does_not_undo_the_edit(conn: Connection) -> None:
    save(conn, post(text="new", edited=True))
    assert save(conn, post(text="never seen", edited=False), fresh=False) == Saved(seen=1)
    assert texts(conn) == ["new"]


def test_importing_an_edit_that_is_news_is_a_revision(conn: Connection) -> None:
    save(conn, post(text="old"))
    assert len(save(conn, post(text="new", edited=True), fresh=False).revised) == 1
    assert texts(conn) == ["new"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_post_under_its_names_is_one_post_in_any_order(conn: Connection, order: tuple[int, ...]) -> None:
    shown = [
        post("chan/7", aliases=("1234567/7",)),
        post("1234567/7"),
        post("renamed/7", aliases=("1234567/7",)),
    ]
    for n in order:
        save(conn, shown[n])
    assert len(texts(conn)) == 1
    known = {"chan/7", "1234567/7", "renamed/7"}
    assert posts.known(conn, "telegram", [*known, "chan/8"]) == known
    assert len(conn.execute(select(PostAlias.native_id).distinct()).all()) == 1


def test_a_name_of_another_platform_is_another_post(conn: Connection) -> None:
    save(conn, post("x/7"), post("x/7", platform="vk"))
    assert len(texts(conn)) == 2
    assert posts.known(conn, "vk", ["x/7"]) == {"x/7"}


@pytest.mark.parametrize("aliases", [("2002/7",), ()])
def test_a_name_that_another_channel_took_over_names_other_posts(conn: Connection, aliases: tuple[str, ...]) -> None:
    save(conn, post("chan/7", "theirs", channel_id="1001", aliases=("1001/7",)))
    taken = post("chan/7", "ours", channel_id="2002", aliases=aliases)
    assert len(save(conn, taken).new) == 1
    assert save(conn, taken) == Saved(seen=1)
    assert sorted(texts(conn)) == ["ours", "theirs"]


def test_two_stored_posts_that_turn_out_to_be_one_are_joined(conn: Connection) -> None:
    by_name, by_id = save(conn, post("chan/7", "seen"), post("1234567/7", "seen")).new
    joined = save(conn, post("chan/7", "seen", aliases=("1234567/7",)))
    assert joined == Saved(retired=(by_name,), seen=1)
    row = posts.get(conn, by_id)
    assert row is not None
    assert row.is_current
    assert save(conn, post("chan/7", "edited")).revised != ()
    assert texts(conn) == ["edited"]


def test_an_albums_later_item_is_a_part_of_it(conn: Connection) -> None:
    album = post("chan/9", "the album", aliases=("chan/10", "chan/11"), views=5, media=(media("one"), media("two")))
    save(conn, album)
    assert save(conn, post("chan/10", "", views=1, media=(media("two, alone"),))) == Saved(seen=1)
    assert texts(conn) == ["the album"]
    assert conn.execute(select(PostMedia.url).order_by(PostMedia.ordinal)).scalars().all() == ["one", "two"]
    assert conn.execute(select(Post.views)).scalars().all() == [5]


def test_an_album_whose_items_came_first_one_by_one_can_still_be_edited(conn: Connection) -> None:
    """Its post is the one of the lowest number, 9, which is not the first in the order of text."""
    save(conn, post("chan/9", "first item"), post("chan/10", ""))
    save(conn, post("chan/9", "the album", aliases=("chan/10",)))
    assert texts(conn) == ["the album"]
    save(conn, post("chan/9", "the album, edited", aliases=("chan/10",)))
    assert texts(conn) == ["the album, edited"]


def test_addresses_of_media_are_taken_over_until_the_file_is_there(conn: Connection) -> None:
    first = save(conn, post(media=(media("a1"), media("b1"), media("c1", state="done")))).new[0]
    save(conn, post(media=(media("a2"), media(None), media("c2"))))
    rows = conn.execute(select(PostMedia.url).where(PostMedia.post_id == first).order_by(PostMedia.ordinal))
    assert rows.scalars().all() == ["a2", "b1", "c1"]


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("'; DROP TABLE posts; --", "'; DROP TABLE posts; --"),
        ('" OR 1=1 %s %(x)s :name ? {}', '" OR 1=1 %s %(x)s :name ? {}'),
        ("رتل عسكري \u202eabc\u202c \u200f", "رتل عسكري \u202eabc\u202c \u200f"),
        ("кол\u0306онна\n\t 🚛", "кол\u0306онна\n\t 🚛"),
        ("nul\x00 inside", "nul inside"),
        ("half a pair \ud83d.", "half a pair \ufffd."),
        ("the other half \udfff", "the other half \ufffd"),
        ("a pair in two \ud83d\ude00", "a pair in two 😀"),
        ("\x00", ""),
        ("x" * 200_000, "x" * 200_000),
    ],
    ids=["sql", "markers", "rtl", "combining", "nul", "high", "low", "pair", "only nul", "long"],
)
def test_no_text_loses_the_post(conn: Connection, told: str, stored: str) -> None:
    whole = post(
        f"chan/{told[:20]}", told, channel_title=told, channel_name=told, author=told, links=(told,),
        aliases=(told[:20],), poll={told[:9]: [told]}, warnings=(told,), media=(media(told),),
        copy_keys=(("origin", told[:500]),),
    )  # fmt: skip
    saved = save(conn, whole)
    row = posts.get(conn, saved.new[0])
    assert row is not None
    assert (row.text, row.channel_title, row.author, row.links, row.warnings) == (
        stored,
        stored,
        stored,
        [stored],
        [stored],
    )
    assert list(row.poll.values()) == [[stored]]
    assert save(conn, whole) == Saved(seen=1)
    assert posts.known(conn, "telegram", [whole.native_id]) != set()


@pytest.mark.parametrize(
    "at",
    [datetime(1970, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)],
)
def test_a_post_of_any_date_keeps_it(conn: Connection, at: datetime) -> None:
    row = posts.get(conn, saved_post(conn, posted_at=at))
    assert row is not None
    assert row.posted_at == at
    assert row.posted_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="naive"), store.write() as conn:
        save(conn, post(posted_at=datetime(2026, 1, 1)))
    with store.read() as conn:
        assert count(conn, "posts") == 0


def test_what_breaks_off_stores_nothing(store: Store) -> None:
    def half_way() -> None:
        with store.write() as conn:
            save(conn, post())
            raise OSError("the cable was cut")

    with pytest.raises(OSError, match="cable"):
        half_way()
    with store.read() as conn:
        assert count(conn, "posts") == count(conn, "post_aliases") == 0


def test_known_takes_more_names_than_a_statement_takes_values(conn: Connection) -> None:
    save(conn, post("chan/7"))
    assert posts.known(conn, "telegram", [f"chan/{n}" for n in range(70_000)]) == {"chan/7"}


def test_the_same_posts_from_several_threads_are_stored_once(store: Store) -> None:
    given = [post(f"chan/{n}", aliases=(f"77/{n}",)) for n in range(20)]

    def one(number: int) -> int:
        with store.write() as conn:
            return len(save(conn, *(given if number % 2 else reversed(given))).new)

    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(one, range(4)))
    assert sum(new) == 20
    with store.read() as conn:
        assert count(conn, "posts") == 20


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 3),  # which post
        st.sampled_from(["chan", "1234567"]),  # under which name
        st.booleans(),  # whether the other name is told too
        st.integers(0, 2),  # which text
        st.booleans(),  # a poll, or an import
        st.booleans(),  # marked as edited
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_any_order_and_repetition_leaves_each_post_once(
    store: Store, changes: list[tuple[int, str, bool, int, bool, bool]]
) -> None:
    with store.engine.connect().execution_options(convoywatch_write=True) as conn, conn.begin() as undone:
        for number, name, both, text, fresh, edited in changes:
            other = {"chan": "1234567", "1234567": "chan"}[name]
            aliases = (f"{other}/{number}",) if both else ()
            shown = post(f"{name}/{number}", f"text {text}", aliases=aliases, edited=edited)
            saved = save(conn, shown, fresh=fresh)
            assert len(saved.new) + len(saved.revised) + saved.seen == 1
            assert shown.native_id in posts.known(conn, "telegram", [shown.native_id])
        stored = conn.execute(
            select(Post.native_id, func.count()).where(Post.is_current).group_by(Post.native_id)
        ).all()
        assert all(n == 1 for _, n in stored)
        assert {name for name, _ in stored} == set(conn.execute(select(PostAlias.native_id)).scalars())
        for number in {c[0] for c in changes}:
            told_both = any(c[0] == number and c[2] for c in changes)
            names = {c[1] for c in changes if c[0] == number}
            current = [name for name, _ in stored if name.endswith(f"/{number}")]
            assert len(current) == (1 if told_both else len(names))
        undone.rollback()


def test_attachments_tell_where_they_are_asked_for(conn: Connection) -> None:
    post_id = saved_post(conn, media=(media(),))
    (row,) = files.addresses(conn, files.pending(conn, [post_id]))
    assert (row.url, row.file, row.platform) == ("https://cdn.example/1.mp4", None, "telegram")
    assert files.total_bytes(conn) == 0
    files.save(conn, "a" * 64, 1000, "video/mp4", NOW)
    files.save(conn, "a" * 64, 1000, "video/mp4", NOW)
    assert files.total_bytes(conn) == 1000
