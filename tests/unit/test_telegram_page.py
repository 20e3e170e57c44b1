"""Pages of the public preview: states, cursors, changes of layout, and whatever an enemy may serve."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.sources.base import PageState
from collector.sources.telegram_page import next_cursor, parse_page
from tests.unit.telegram_pages import NAME, card, message, page

NOINDEX = '<meta name="robots" content="noindex, nofollow">'
CONTACT = f'<meta property="og:title" content="Telegram: Contact @{NAME}">'


def test_posts_come_oldest_first_and_once() -> None:
    result = parse_page(page(message(9, text="c"), message(7, text="a"), message(8, text="b"), message(8, text="b")))
    assert [post.text for post in result.posts] == ["a", "b", "c"]
    assert (result.state, result.channel.title) == ("history", "North Road Watch")


def test_a_bare_message_and_an_embedded_one_are_pages_without_a_cursor() -> None:
    result = parse_page(message(57, text="alone").encode())
    assert ([post.text for post in result.posts], result.next_cursor) == (["alone"], None)


def test_the_next_cursor_is_the_smallest_number_seen_though_no_prev_link_is_there() -> None:
    result = parse_page(page(message(40, text="a"), message(63, text="b")), f"https://t.me/s/{NAME}")
    assert result.next_cursor == "40"


@pytest.mark.parametrize(("before", "expected"), [("64", "40"), ("41", "40"), ("40", None), ("12", None), (None, "40")])
def test_paging_ends_where_a_page_shows_nothing_older(before: str | None, expected: str | None) -> None:
    result = parse_page(page(message(40, text="a"), message(63, text="b")))
    assert next_cursor(result, before) == expected
    url = f"https://t.me/s/{NAME}" + (f"?before={before}" if before else "")
    assert parse_page(page(message(40, text="a"), message(63, text="b")), url).next_cursor == expected


def test_paging_ends_at_the_first_post_and_at_a_page_without_posts() -> None:
    assert next_cursor(parse_page(page(message(1, text="a"))), None) is None
    assert next_cursor(parse_page(page()), "5") is None


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 400), max_size=60), st.integers(1, 20))
def test_paging_visits_every_post_once_and_ends_whatever_was_deleted(ids: set[int], size: int) -> None:
    before: str | None = None
    seen: list[int] = []
    for _ in range(len(ids) + 2):
        older = sorted(post_id for post_id in ids if before is None or post_id < int(before))[-size:]
        result = parse_page(page(*(message(post_id, text="x") for post_id in older)))
        seen += [int(post.native_id.rpartition("/")[2]) for post in result.posts]
        before = next_cursor(result, before)
        if before is None:
            break
    assert before is None
    assert sorted(seen) == sorted(ids)


@pytest.mark.parametrize(
    ("body", "url", "state"),
    [
        (page('<div class="tme_no_messages_found">No posts found</div>'), None, "empty"),
        (page(), None, "empty"),
        (card("North", "1 204 subscribers"), None, "no_preview"),
        (card("North", "1 204 subscribers", more='<a class="tgme_page_context_link" href="/s/x">P</a>'), None, "card"),
        (card("North", "88 members, 3 online", more="<p>no porn, no adult talk</p>"), None, "group"),
        (card("Ann", "@ann_example"), None, "user"),
        (card("Helper", "@helper_bot", button="Start Bot"), None, "bot"),
        (card("Helper", "8 122 monthly users"), None, "bot"),
        (card(None, "", head=CONTACT + NOINDEX), f"https://t.me/{NAME}", "not_found"),
        (card(None, "", head=CONTACT), f"https://t.me/s/{NAME}", "soft_ban"),
        (card(None, "", head=CONTACT + NOINDEX), f"https://t.me/s/{NAME}", "soft_ban"),
        (card(None, "", head=CONTACT), None, "soft_ban"),
        (
            card("X", "5 subscribers", more='<div class="tgme_page_description">This channel can’t be displayed '
                 "because it was used to spread pornographic content.</div>"),
            None,
            "adult",
        ),
        (
            card("X", "5 subscribers", more='<div class="tgme_page_description">This channel can\'t be displayed '
                 "because it violated local laws.</div>"),
            None,
            "restricted",
        ),
        (b'<div class="tgme_widget_message_error">Post not found</div>', None, "not_found"),
        (b'<html><body class="tgme_landing"><div class="tl_page">Telegram</div></body></html>', None, "not_found"),
        (b"<html><body><p>A shop</p></body></html>", None, "unreadable"),
        (b'{"ok": true}', None, "unreadable"),
        (b"", None, "unreadable"),
    ],
)  # fmt: skip
def test_a_page_without_posts_is_one_of_the_named_states(body: bytes, url: str | None, state: PageState) -> None:
    result = parse_page(body, url)
    assert (result.state, result.posts) == (state, ())
    assert result.message


def test_a_history_without_a_message_is_an_issue_and_one_that_says_it_is_empty_is_not() -> None:
    assert "layout" in parse_page(page()).issues[0]
    assert parse_page(page('<div class="tme_no_messages_found">No posts found</div>')).issues == ()


def test_unknown_classes_are_an_issue() -> None:
    result = parse_page(page(message(57, '<div class="tgme_widget_message_hologram"></div>', text="x")))
    assert "tgme_widget_message_hologram" in result.issues[0]
    assert len(result.posts) == 1


def test_a_known_attachment_that_is_not_read_is_a_warning_of_its_post() -> None:
    result = parse_page(page(message(57, '<div class="tgme_widget_message_giveaway_wrap"></div>', text="x")))
    assert result.issues == ()
    assert "giveaway" in result.posts[0].warnings[0]


def test_messages_without_any_date_are_an_issue() -> None:
    bare = message(57, text="x").replace("tgme_widget_message_date", "tgme_widget_message_meta")
    assert any("date" in issue for issue in parse_page(page(bare)).issues)


def test_a_message_that_is_no_post_is_an_issue_and_the_others_are_read() -> None:
    lost = '<div class="tgme_widget_message">?</div>'
    result = parse_page(page(lost, message(57, text="x")))
    assert ([post.text for post in result.posts], len(result.issues)) == (["x"], 1)


def test_a_page_cut_off_in_the_middle_gives_what_came() -> None:
    whole = page(*(message(number, text=f"post {number}") for number in range(10, 20)))
    for cut in range(0, len(whole), 397):
        posts = parse_page(whole[:cut]).posts
        assert all(post.text in ("", f"post {number}") or f"post {number}".startswith(post.text)
                   for number, post in enumerate(posts, 10))  # fmt: skip
    assert len(parse_page(whole[: len(whole) // 2]).posts) in (5, 6)


def test_tags_nested_20000_deep_do_not_break_the_reading() -> None:
    deep = message(57, text="<b>" * 20_000 + "x" + "</b>" * 20_000)
    assert parse_page(page(deep)).posts[0].text == "x"


def test_a_page_made_to_take_minutes_is_refused_at_once() -> None:
    assert parse_page(b"<div>" * 200_000 + b'<div class="tgme_widget_message" data-post="a/1">').state == "unreadable"


def test_messages_in_messages_take_no_more_than_their_size() -> None:
    nested = "".join(f'<div class="tgme_widget_message" data-post="{NAME}/{number}">' for number in range(1, 3000))
    assert len(parse_page(nested.encode()).posts) == 2999


def test_nul_bytes_invalid_utf8_and_huge_attributes_are_survived() -> None:
    body = message(57, text="A\x00B").encode().replace(b"B</div>", b"\xff\xfeB</div>", 1)
    body = body.replace(b"data-post=", b'data-junk="' + b"x" * 2_000_000 + b'" data-post=', 1)
    [post] = parse_page(body).posts
    assert post.text.startswith("A")
    assert post.text.endswith("\ufffd\ufffdB")


def test_a_page_in_utf16_or_with_a_byte_order_mark_is_read() -> None:
    text = page(message(57, text="Хмеймим")).decode()
    for body in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        assert parse_page(body).posts[0].text == "Хмеймим"


def test_a_number_too_long_for_a_post_is_no_post() -> None:
    body = message(57, text="x").replace(f"{NAME}/57", f"{NAME}/{'9' * 5000}")
    assert parse_page(body.encode()).posts == ()


PIECES = st.sampled_from([
    b"<div class='tgme_widget_message' data-post='a/1'>", b"<div class='tgme_widget_message' data-post='a/",
    b"<time datetime='", b"<a class='tgme_widget_message_date' href='http://[", b"</div>", b"\x00", b"\xff",
    b"<a href='",
    b"<section class='tgme_channel_history'>", b"<div class='tgme_page'>", b"data-view='eyJjIjotMX0'", b"'>", b"<!--",
    b"<video src='", b"<div class='tgme_widget_message_text'>", b"<meta property='og:title' content='Telegram: ",
    b"<iframe id='telegram-post-x' src='", b"<a class='tgme_widget_message_location_wrap' href='?q=1,2'>", b"&#xD800;",
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.lists(st.one_of(PIECES, st.binary(max_size=8)), max_size=25).map(b"".join))
)
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    result = parse_page(body, f"https://t.me/s/{NAME}?before=x")
    assert result.state in PageState.__args__  # type: ignore[attr-defined]
    for post in result.posts:
        post.as_contract()
        assert int(post.native_id.rpartition("/")[2]) > 0
        assert post.posted_at is None or post.posted_at.tzinfo is UTC


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=60),
    st.datetimes(datetime(2014, 1, 1), datetime(2100, 1, 1)),
)
def test_any_text_and_time_is_read_back_as_written(text: str, at: datetime) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    [post] = parse_page(page(message(57, text=escaped, at=at.isoformat()))).posts
    assert post.text == text.strip()
    assert post.posted_at == at.replace(tzinfo=UTC)
