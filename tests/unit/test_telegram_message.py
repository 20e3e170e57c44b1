"""Each part of a message of the public preview is read, in made-up posts in the real markup."""

from datetime import UTC, datetime

import pytest

from collector.sources.base import Location, Media, Origin, Poll, Post
from collector.sources.telegram_page import parse_page
from tests.unit.telegram_pages import CHANNEL_ID, NAME, data_view, message, page, photo, video


def only(markup: str) -> Post:
    result = parse_page(page(markup))
    assert result.issues == ()
    [post] = result.posts
    return post


def test_a_post_is_keyed_by_the_number_of_its_channel_and_known_by_its_name_too() -> None:
    post = only(message(57, text="Колонна"))
    assert post.native_id == f"{CHANNEL_ID}/57"
    assert post.aliases == (f"{NAME}/57",)
    assert post.url == f"https://t.me/{NAME}/57"
    assert (post.channel.id, post.channel.name, post.channel.title) == (str(CHANNEL_ID), NAME, "North Road Watch")


def test_without_a_channel_number_the_name_is_the_key() -> None:
    post = only(message(57, text="x", attributes=""))
    assert (post.native_id, post.aliases, post.channel.id) == (f"{NAME}/57", (), None)


def test_an_embedded_message_tells_its_channel_as_a_peer() -> None:
    assert only(message(57, text="x", attributes=f'data-peer="c{CHANNEL_ID}_-77"')).native_id == f"{CHANNEL_ID}/57"


def test_the_serving_time_is_that_of_the_data_view() -> None:
    assert only(message(57, text="x")).served_at == datetime(2024, 12, 11, 6, 53, 20, tzinfo=UTC)


@pytest.mark.parametrize("garbage", ["%%%", "e30", "bnVsbA", "WzFd", "eyJjIjp0cnVlfQ", "A" * 70_001, "0"])
def test_a_garbled_data_view_costs_the_number_and_nothing_else(garbage: str) -> None:
    post = only(message(57, text="still here", attributes=f'data-view="{garbage}"'))
    assert (post.native_id, post.text) == (f"{NAME}/57", "still here")


def test_a_data_view_of_another_post_is_not_believed() -> None:
    post = only(message(57, text="x", attributes=f'data-view="{data_view(58)}"'))
    assert post.native_id == f"{NAME}/57"
    assert "post 58" in post.warnings[0]


def test_the_date_is_that_of_the_post_and_not_the_length_of_its_video() -> None:
    post = only(message(57, video(57, src="https://cdn.example/v.mp4", length="1:02:03"), text="x"))
    assert post.posted_at == datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
    assert post.media[0].duration_s == 3723


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-12-10T09:15:00+03:00", datetime(2024, 12, 10, 6, 15, tzinfo=UTC)),
        ("2024-12-10T06:15:00", datetime(2024, 12, 10, 6, 15, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_dates_are_utc_or_missing(written: str, read: datetime | None) -> None:
    posts = parse_page(page(message(57, text="x", at=written), message(58, text="y"))).posts
    assert posts[0].posted_at == read
    assert bool(posts[0].warnings) is (read is None)


def test_a_post_of_1970_is_kept_with_a_warning() -> None:
    post = only(message(57, text="x", at="1970-01-01T00:00:00+00:00"))
    assert post.posted_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert "before Telegram existed" in post.warnings[0]


@pytest.mark.parametrize(
    ("written", "views", "step"),
    [
        ("436.6K", 436_600, 100), ("7", 7, 1), ("1.25M", 1_250_000, 10_000), ("15K", 15_000, 1000),
        ("1 204", 1204, 1), ("many", None, None), ("", None, None),
    ],
)  # fmt: skip
def test_views_are_a_count_with_its_granularity(written: str, views: int | None, step: int | None) -> None:
    post = only(message(57, text="x", views=written))
    assert (post.views, post.views_step) == (views, step)


def test_text_keeps_lines_emoji_spoilers_code_and_direction_marks() -> None:
    markup = (
        "\u200fرتل  <b>عسكري</b><br/>line two "
        '<tg-emoji emoji-id="5"><i class="emoji" style="background-image:url(\'//t/e.png\')"><b>🚛</b></i></tg-emoji>'
        "<tg-spoiler>hidden</tg-spoiler><blockquote>quoted</blockquote>after<pre><code>a\n  b</code></pre>&lt;end&gt;"
    )
    assert only(message(57, text=markup)).text == "\u200fرتل  عسكري\nline two 🚛hidden\nquoted\nafter\na\n  b\n<end>"


def test_line_breaks_of_the_source_are_not_those_of_the_author() -> None:
    assert only(message(57, text="\n   one<br>\n   two\n   words\n  ")).text == "one\ntwo words"


def test_a_reply_quotes_another_text_and_keeps_its_own() -> None:
    quote = f"""<a class="tgme_widget_message_reply" href="https://t.me/{NAME}/50">
<div class="tgme_widget_message_author"><span class="tgme_widget_message_author_name">North Road Watch</span></div>
<div class="tgme_widget_message_text js-message_text js-message_reply_text" dir="auto">old words</div></a>"""
    post = only(message(57, quote, text="new words"))
    assert (post.text, post.reply_to) == ("new words", f"https://t.me/{NAME}/50")


def test_a_quote_outside_of_its_link_is_not_the_text_either() -> None:
    quote = '<div class="tgme_widget_message_text js-message_reply_text">old words</div>'
    assert only(message(57, quote, text="new words")).text == "new words"


def test_links_escaped_twice_are_addresses_again_and_hashtags_are_none() -> None:
    text = """<a href="https://example.org/a?x=1&amp;amp;y=2">map</a> <a href="?q=%23convoy">#convoy</a>
<a href="https://t.me/someone">@someone</a> <a href="javascript:alert(1)">no</a> <a href="https://[bad">no</a>"""
    assert only(message(57, text=text)).links == ("https://example.org/a?x=1&y=2", "https://t.me/someone")


@pytest.mark.parametrize(
    "inside",
    [
        '<i class="link_preview_image" style="background-image:url(\'https://c.example/i.jpg\')"></i>',
        '<i class="link_preview_right_image" style="background-image:url(\'https://c.example/i.jpg\')"></i>',
        '<div class="link_preview_video_player"><video src="https://c.example/v.mp4"></video></div>',
    ],
)
def test_a_link_preview_of_any_shape_is_a_link_and_not_the_posts_own_media_or_text(inside: str) -> None:
    preview = f"""<a class="tgme_widget_message_link_preview" href="https://example.org/story">{inside}
<div class="link_preview_title">T</div><div class="tgme_widget_message_text js-message_text">not mine</div></a>"""
    footer = '<div class="tgme_widget_message_footer'
    post = only(message(57, text="mine").replace(footer, preview + footer, 1))
    assert (post.text, post.links, post.media) == ("mine", ("https://example.org/story",), ())


def test_a_forward_names_and_addresses_its_origin() -> None:
    wrap = """<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from&nbsp;<a
 class="tgme_widget_message_forwarded_from_name" href="https://t.me/far_source/88"><span>Far Source</span></a></div>"""
    assert only(message(57, wrap, text="x")).forwarded_from == Origin("Far Source", "https://t.me/far_source/88")


def test_a_forward_from_a_hidden_account_is_a_name_alone() -> None:
    wrap = """<div class="tgme_widget_message_forwarded_from">Forwarded from&nbsp;<span
 class="tgme_widget_message_forwarded_from_name">A Person</span></div>"""
    bare = '<div class="tgme_widget_message_forwarded_from">Forwarded from A Person</div>'
    assert only(message(57, wrap, text="x")).forwarded_from == Origin("A Person", None)
    assert only(message(57, bare, text="x")).forwarded_from == Origin("A Person", None)


def test_an_album_is_one_post_whose_items_are_aliases() -> None:
    items = photo(57, "https://cdn.example/a.jpg", single=True) + photo(58, "//cdn.example/b.jpg", single=True)
    items += video(59, src="https://cdn.example/c.mp4", length="0:07").replace(f"/{NAME}/59", f"/{NAME}/59?single")
    post = only(message(57, items, text="three", attributes=f'data-view="{data_view("57g")}"'))
    assert [m.kind for m in post.media] == ["photo", "photo", "video"]
    assert post.media[1].url == "https://cdn.example/b.jpg"
    assert post.aliases == (
        f"{NAME}/57", f"{CHANNEL_ID}/58", f"{NAME}/58", f"{CHANNEL_ID}/59", f"{NAME}/59",
    )  # fmt: skip


def test_a_video_too_big_for_the_web_is_withheld_with_poster_and_length() -> None:
    post = only(message(57, video(57, src=None, length="1:16", classes="not_supported"), text="x"))
    assert post.media == (Media("video", None, "https://cdn.example/poster57.jpg", 76.0, withheld=True),)


def test_a_silent_loop_without_a_length_is_an_animation() -> None:
    loop = video(57, src="https://cdn.example/l.mp4", length=None, attributes="muted autoplay loop playsinline")
    assert only(message(57, loop)).media[0].kind == "animation"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<a class="tgme_widget_message_voice_player"><audio class="tgme_widget_message_voice" '
            'src="https://cdn.example/v.ogg"></audio><time class="tgme_widget_message_voice_duration">0:09</time></a>',
            Media("voice", "https://cdn.example/v.ogg", None, 9.0),
        ),
        (
            '<div class="tgme_widget_message_roundvideo_player"><i class="tgme_widget_message_roundvideo_thumb" '
            'style="background-image:url(\'https://cdn.example/r.jpg\')"></i><video src="https://cdn.example/r.mp4">'
            '</video><time class="tgme_widget_message_roundvideo_duration">0:11</time></div>',
            Media("round_video", "https://cdn.example/r.mp4", "https://cdn.example/r.jpg", 11.0),
        ),
        (
            '<div class="tgme_widget_message_document_wrap"><div class="tgme_widget_message_document_icon audio"></div>'
            '<div class="tgme_widget_message_document_title">Song</div></div>',
            Media("audio", withheld=True),
        ),
        (
            '<div class="tgme_widget_message_document_wrap"><i class="tgme_widget_message_document_icon"></i></div>',
            Media("document", withheld=True),
        ),
        (
            '<div class="tgme_widget_message_sticker_wrap"><i class="tgme_widget_message_sticker" '
            'style="background-image:url(\'data:image/svg+xml;base64,AA\')" data-webp="https://cdn.example/s.webp"></i></div>',
            Media("sticker", "https://cdn.example/s.webp", "https://cdn.example/s.webp"),
        ),
        (
            '<div class="tgme_widget_message_videosticker_wrap"><div class="tgme_widget_message_videosticker">'
            '<video class="js-videosticker_video" src="https://cdn.example/s.webm"></video></div></div>',
            Media("sticker", "https://cdn.example/s.webm", "https://cdn.example/s.webm"),
        ),
        (
            '<div class="tgme_widget_message_tgsticker_wrap"><picture class="tgme_widget_message_tgsticker"><source '
            'type="application/x-tgsticker" srcset="https://cdn.example/s.tgs"></picture></div>',
            Media("sticker", "https://cdn.example/s.tgs", "https://cdn.example/s.tgs"),
        ),
    ],
)
def test_every_kind_of_file_is_told_apart(markup: str, expected: Media) -> None:
    assert only(message(57, markup)).media == (expected,)


def test_a_location_is_the_point_of_its_maps_link() -> None:
    wrap = """<a class="tgme_widget_message_location_wrap" href="https://maps.google.com/maps?q=35.401,35.9487&amp;z=16">
<div class="tgme_widget_message_location"></div></a>"""
    assert only(message(57, wrap)).location == Location(35.401, 35.9487)


def test_a_venue_has_a_title() -> None:
    wrap = """<a class="tgme_widget_message_venue_wrap" href="https://maps.google.com/maps?q=34.7,36.7">
<div class="tgme_widget_message_venue_title">Depot</div></a>"""
    assert only(message(57, wrap)).location == Location(34.7, 36.7, "Depot")


@pytest.mark.parametrize("query", ["q=95,10", "q=10,190", "q=nan,1", "q=abc", "z=3", "q=1,2,3"])
def test_a_point_off_the_globe_is_none(query: str) -> None:
    wrap = f'<a class="tgme_widget_message_location_wrap" href="https://maps.google.com/maps?{query}"></a>'
    assert only(message(57, wrap)).location is None


def test_a_poll_has_its_options() -> None:
    poll = """<div class="tgme_widget_message_poll js-poll"><div class="tgme_widget_message_poll_question">Which road?
</div><div class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_text">M5</div></div>
<div class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_text">M4</div></div></div>"""
    assert only(message(57, poll)).poll == Poll("Which road?", ("M5", "M4"))


@pytest.mark.parametrize(
    ("wording", "kind"),
    [
        ("Channel created", "created"),
        ("Channel name was changed to «North»", "renamed"),
        ("Channel photo updated", "photo"),
        ("Channel photo removed", "photo_removed"),
        ('<a href="https://t.me/x">North Road</a> pinned «photo»', "pinned"),
        ("Live stream started", "live_stream"),
        ("Something new", "other"),
    ],
)
def test_service_messages_are_named(wording: str, kind: str) -> None:
    assert only(message(57, text=wording, classes="service_message")).service == kind


def test_a_post_that_speaks_of_a_photo_is_no_service_message() -> None:
    assert only(message(57, text="Channel photo updated, says the admin")).service is None


def test_signature_and_edit_are_read_from_the_footer() -> None:
    meta = '<span class="tgme_widget_message_from_author" dir="auto">edited by Ann</span>,&nbsp;'
    assert (only(message(57, text="x", meta=meta)).author, only(message(57, text="x", meta=meta)).edited) == (
        "edited by Ann",
        False,
    )
    assert only(message(57, text="edited", meta=meta + "edited &nbsp;")).edited is True


def test_a_contact_card_is_noted_without_its_number() -> None:
    wrap = """<div class="tgme_widget_message_contact_wrap"><div class="tgme_widget_message_contact_name">Bob</div>
<div class="tgme_widget_message_contact_phone">+100000000</div></div>"""
    assert only(message(57, wrap)).warnings == ("a contact card is attached: Bob",)


def test_a_message_that_only_telegrams_own_program_shows_says_so() -> None:
    wrap = '<div class="message_media_not_supported_label">Please open Telegram to view this post</div>'
    assert "Please open Telegram" in only(message(57, wrap)).warnings[0]


def test_reactions_change_nothing() -> None:
    reactions = """<div class="tgme_widget_message_reactions">
<span class="tgme_reaction"><i class="emoji"><b>🔥</b></i>9K</span></div>"""
    assert only(message(57, reactions, text="x")) == only(message(57, text="x"))
