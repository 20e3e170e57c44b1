"""Does a page of the recorded world keep the structure of the real ones, and give back what was put in?"""

import base64
import json
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from demo.markup import plain, to_html
from demo.message import Site, short_count
from demo.render import render_card, render_contact, render_embed, render_history
from demo.world import DemoPost, load

NOW = datetime(2024, 12, 16, tzinfo=UTC)
SITE = Site(load(), "http://127.0.0.1:1", NOW)

#: classes that the real pages of 2023-2026 carry and that readers of them look for
REAL = {
    "page": {
        "tgme_channel_info", "tgme_channel_info_header", "tgme_channel_info_header_title",
        "tgme_channel_info_header_username", "tgme_channel_info_counter", "tgme_channel_info_description",
        "tgme_header_title", "tgme_header_counter", "tgme_main", "tgme_channel_history", "js-message_history",
        "tgme_widget_message_wrap", "tgme_widget_message", "js-widget_message", "tgme_widget_message_user_photo",
        "tgme_widget_message_bubble", "tgme_widget_message_author", "tgme_widget_message_owner_name",
        "tgme_widget_message_text", "js-message_text", "tgme_widget_message_footer", "tgme_widget_message_info",
        "tgme_widget_message_views", "tgme_widget_message_meta", "tgme_widget_message_date", "time", "copyonly",
    },
    "svodka_relay_demo/9014": {"tgme_widget_message_forwarded_from", "tgme_widget_message_forwarded_from_name"},
    "shamroads_demo/423": {"tgme_widget_message_reply", "js-message_reply_text", "tgme_widget_message_author_name"},
    "sever_vektor_demo/3314": {
        "tgme_widget_message_video_player", "js-message_video_player", "tgme_widget_message_video_thumb",
        "tgme_widget_message_video", "tgme_widget_message_video_wrap", "message_video_duration",
        "message_media_not_supported_label", "tgme_widget_message_from_author",
    },
    "levant_monitor_demo/10": {"not_supported", "message_media_not_supported_label", "message_video_duration"},
    "sever_vektor_demo/3318": {
        "tgme_widget_message_grouped_wrap", "tgme_widget_message_grouped", "tgme_widget_message_grouped_layer",
        "tgme_widget_message_photo_wrap", "grouped_media_wrap",
    },
    "kolonna_demo/545": {"tgme_widget_message_photo_wrap", "tgme_widget_message_photo"},
    "kolonna_demo/552": {"tgme_widget_message_location_wrap", "tgme_widget_message_location"},
    "levant_monitor_demo/1": {"service_message"},
    "jazira_news_demo/79": {"service_message", "tgme_widget_message_service_photo"},
}  # fmt: skip


def classes(markup: str) -> set[str]:
    soup = BeautifulSoup(markup, "lxml")
    return {name for tag in soup.find_all(class_=True) for name in tag.get_attribute_list("class") if name}


def message(key: str, now: datetime = NOW) -> Tag:
    post = SITE.world.post(key)
    page = render_embed(Site(SITE.world, SITE.base_url, now), SITE.world.channels[post.channel], post)
    found = BeautifulSoup(page, "lxml").select_one(".tgme_widget_message")
    assert found is not None
    return found


@pytest.mark.parametrize("key", [key for key in REAL if key != "page"])
def test_a_message_keeps_the_classes_of_its_kind(key: str) -> None:
    found = message(key)
    present = classes(str(found))
    assert present >= REAL[key]
    assert found["data-post"] == key


def test_a_history_page_keeps_the_classes_of_the_real_page() -> None:
    channel = SITE.world.channels["kolonna_demo"]
    page = render_history(SITE, channel, channel.posts, older=540, newer=553)
    assert classes(page) >= REAL["page"] | {"tme_messages_more", "js-messages_more", "tgme_widget_message_centered"}
    soup = BeautifulSoup(page, "lxml")
    assert [tag["href"] for tag in soup.select("link[rel=prev], link[rel=next]")] == [
        "/s/kolonna_demo?before=540",
        "/s/kolonna_demo?after=553",
    ]
    assert soup.select_one("a.tme_messages_more[data-before]") is not None


def test_an_empty_history_says_that_no_posts_were_found() -> None:
    page = render_history(SITE, SITE.world.channels["zakryto_demo"], (), older=None, newer=None)
    assert "tme_no_messages_found" in classes(page)


def test_data_view_tells_the_channel_the_post_and_the_serving_time() -> None:
    raw = str(message("sever_vektor_demo/3318")["data-view"])
    value = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    assert value["c"] == -2101000004
    assert value["p"] == "3318g"
    assert value["t"] == int(NOW.timestamp())
    assert len(value["h"]) == 18


def test_a_withheld_video_has_a_poster_and_a_length_and_no_source() -> None:
    found = message("levant_monitor_demo/10")
    assert found.select("video") == []
    assert "Media is too big" in found.get_text()
    length = found.select_one("time.message_video_duration")
    poster = found.select_one(".tgme_widget_message_video_thumb")
    assert length is not None
    assert length.get_text() == "1:16"
    assert poster is not None
    assert "/file/" in str(poster["style"])


def test_the_first_time_of_a_video_post_is_the_length_and_the_date_is_in_the_footer() -> None:
    found = message("sever_vektor_demo/3314")
    assert found.find_all("time")[0].get("datetime") is None
    date = found.select_one("a.tgme_widget_message_date time")
    assert date is not None
    assert date["datetime"] == "2024-12-11T14:05:00+00:00"


def test_an_edit_shows_only_after_it_was_made() -> None:
    post = SITE.world.post("levant_monitor_demo/12")
    assert post.edited is not None
    before, after = message(post.key, post.at).get_text(), message(post.key, post.edited.at).get_text()
    assert "UPD" not in before
    assert "edited" not in before
    assert "UPD" in after
    assert "edited" in after


def test_media_addresses_point_to_the_same_server() -> None:
    for channel in SITE.world.channels.values():
        page = render_history(SITE, channel, channel.posts, older=None, newer=None)
        files = [part for part in page.replace("'", '"').split('"') if "/file/" in part]
        assert all(part.startswith("http://127.0.0.1:1/file/") for part in files)


def test_cards_differ_by_state() -> None:
    world = SITE.world
    opened, closed = render_card(world.channels["kolonna_demo"]), render_card(world.channels["zakryto_demo"])
    assert "tgme_page_context_link" in classes(opened)
    assert "tgme_page_context_link" not in classes(closed)
    assert "830 subscribers" in closed
    assert "noindex" in render_contact("nobody", unknown=True)
    assert "noindex" not in render_contact("nobody", unknown=False)
    assert "Telegram: Contact @nobody" in render_contact("nobody", unknown=False)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="*"), max_size=80))
def test_any_text_comes_back_from_its_markup(text: str) -> None:
    soup = BeautifulSoup(f"<div>{to_html(text)}</div>", "lxml")
    assert soup.div is not None
    assert soup.div.get_text() == text


def test_bold_lines_and_links_are_marked_up() -> None:
    text = "**a!**\nb @kolonna_demo #tag https://x.example/?a=1&b=2 ☀️"
    html = to_html(text)
    assert html.startswith("<b>a&#33;</b><br/>b ")
    assert '<a href="https://x.example/?a=1&amp;b=2"' in html
    assert 'href="?q=%23tag"' in html
    assert 'href="https://t.me/kolonna_demo"' in html
    assert '<i class="emoji"' in html
    assert plain(text).startswith("a!\nb ")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(7, "7"), (950, "950"), (4361, "4.36K"), (22350, "22.4K"), (436_600, "437K"), (1_000_000, "1M")],
)
def test_counts_are_rounded_as_on_the_page(count: int, shown: str) -> None:
    assert short_count(count) == shown


def test_an_album_takes_a_number_for_each_picture() -> None:
    post = SITE.world.post("sever_vektor_demo/3318")
    assert isinstance(post, DemoPost)
    assert post.last_id == 3320
    assert [a["href"] for a in message(post.key).select("a.grouped_media_wrap")] == [
        f"https://t.me/sever_vektor_demo/{number}?single" for number in (3318, 3319, 3320)
    ]
