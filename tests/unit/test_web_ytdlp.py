"""What yt-dlp writes about videos and listings, as posts."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collector.errors import Unparseable
from collector.sources.base import Media, Post
from collector.sources.ytdlp_info import read_info


def info(**more: Any) -> dict[str, Any]:
    return {
        "id": "v1", "title": "Column at night", "description": "Filmed from a balcony.", "extractor": "youtube",
        "webpage_url": "https://www.youtube.com/watch?v=v1", "timestamp": 1_733_811_300, "duration": 76,
        "uploader": "North Road", "uploader_id": "@northroad", "channel_id": "UC1", "channel": "North Road",
        "thumbnail": "https://i.example/1.jpg", "view_count": 12, "language": "ar-SY", **more,
    }  # fmt: skip


def one(**more: Any) -> Post:
    [post] = read_info(json.dumps(info(**more)))
    return post


def test_a_video_is_a_post() -> None:
    post = one()
    assert (post.platform, post.native_id, post.url) == ("youtube", "v1", "https://www.youtube.com/watch?v=v1")
    assert post.posted_at == datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
    assert post.text == "Column at night\n\nFilmed from a balcony."
    assert (post.channel.id, post.channel.name, post.channel.title) == ("UC1", "northroad", "North Road")
    assert (post.views, post.lang) == (12, "ar")
    assert post.media == (Media("video", None, "https://i.example/1.jpg", 76.0),)


@pytest.mark.parametrize(
    ("said", "platform"),
    [
        ({"extractor": "vk:wallpost"}, "vk"), ({"extractor": "Odnoklassniki"}, "ok"),
        ({"extractor": "rutube"}, "rutube"),
        ({"extractor": "twitter"}, "x"), ({"extractor": "generic"}, "youtube"), ({"extractor": None}, "youtube"),
        ({"extractor": "generic", "webpage_url": "https://m.vk.com/video1"}, "vk"),
        ({"extractor": "generic", "webpage_url": "https://news.example/v"}, "web"),
        ({"extractor": None, "webpage_url": None}, "web"),
    ],
)  # fmt: skip
def test_the_platform_is_that_of_the_extractor_or_the_host(said: dict[str, Any], platform: str) -> None:
    assert one(**said).platform == platform


def test_a_day_alone_is_a_date_with_a_warning_and_none_is_none() -> None:
    day = one(timestamp=None, upload_date="20241210")
    assert (day.posted_at, len(day.warnings)) == (datetime(2024, 12, 10, tzinfo=UTC), 1)
    assert one(timestamp=None, upload_date="someday").posted_at is None


def test_the_media_address_is_a_file_with_sound_and_picture_or_missing() -> None:
    formats = [
        {"url": "https://c.example/picture", "protocol": "https", "vcodec": "vp9", "acodec": "none"},
        {"url": "https://c.example/both", "protocol": "https", "vcodec": "avc1", "acodec": "mp4a"},
        {"url": "https://c.example/list.m3u8", "protocol": "m3u8_native", "vcodec": "avc1", "acodec": "mp4a"},
        None,
    ]
    assert one(formats=formats).media[0].url == "https://c.example/both"
    assert one(formats=formats[:1]).media[0].url is None
    assert one(url="https://c.example/direct.mp4").media[0].url == "https://c.example/direct.mp4"


def test_a_video_that_needs_an_account_is_withheld() -> None:
    media = one(availability="needs_auth", url="https://c.example/x.mp4").media[0]
    assert (media.withheld, media.url) == (True, None)


def test_a_listing_is_its_entries_in_order_with_the_listings_channel() -> None:
    flat = {
        "_type": "url",
        "id": "v2",
        "url": "https://www.youtube.com/watch?v=v2",
        "title": "Two",
        "ie_key": "Youtube",
    }
    tab = {
        "_type": "playlist",
        "id": "tab",
        "channel": "North Road",
        "channel_id": "UC1",
        "entries": [info(), None, flat],
    }
    posts = list(read_info(json.dumps({"_type": "playlist", "id": "UC1", "entries": [tab]})))
    assert [post.native_id for post in posts] == ["v1", "v2"]
    assert (posts[1].url, posts[1].channel.id) == ("https://www.youtube.com/watch?v=v2", "UC1")
    assert posts[1].media[0].url is None


def test_an_empty_listing_has_no_posts() -> None:
    assert list(read_info(json.dumps({"_type": "playlist", "id": "x", "entries": []}))) == []


def test_one_video_a_line_is_read_too() -> None:
    lines = "\n".join(json.dumps(info(id=number)) for number in ("a", "b"))
    assert [post.native_id for post in read_info(lines)] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "null", "3", "{}", '{"id": 3}', "[" * 100_000, b"\xff\xfe"])
def test_anything_else_is_told(text: str | bytes) -> None:
    with pytest.raises(Unparseable):
        list(read_info(text))


@pytest.mark.parametrize("junk", [None, 3, "x", [], {}, True, -1, 1e400])
def test_no_field_of_another_type_breaks_the_reading(junk: object) -> None:
    for field in set(info()) - {"id"} | {"formats", "thumbnails", "url", "availability", "_type", "vcodec"}:
        [post] = read_info(json.dumps(info(**{field: junk})))
        post.as_contract()
        assert post.native_id == "v1"
