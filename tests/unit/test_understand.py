"""What an operator pastes is understood as the source that they mean, and everything else says what to write."""

import pytest

from collector.errors import Misconfigured, Unsupported
from collector.sources.registry import SOURCES, understand


@pytest.mark.parametrize(
    ("text", "platform", "name"),
    [
        ("north_road", "telegram", "north_road"),
        ("@north_road", "telegram", "north_road"),
        ("https://t.me/s/north_road", "telegram", "north_road"),
        ("t.me/north_road/57", "telegram", "north_road"),
        ("https://mastodon.social/@Watch", "mastodon", "@Watch@mastodon.social"),
        ("https://mastodon.social/@watch@Road.Example", "mastodon", "@watch@road.example"),
        ("https://mastodon.social/users/watch", "mastodon", "@watch@mastodon.social"),
        ("https://mastodon.social/@watch/112233445566", "mastodon", "@watch@mastodon.social"),
        ("@watch@road.example", "mastodon", "@watch@road.example"),
        ("#convoy@road.example", "mastodon", "#convoy@road.example"),
        ("https://road.example/tags/convoy", "mastodon", "#convoy@road.example"),
        ("https://bsky.app/profile/Watch.bsky.social", "bluesky", "watch.bsky.social"),
        ("https://bsky.app/profile/did:plc:abcdefghijklmnop/post/3k", "bluesky", "did:plc:abcdefghijklmnop"),
        ("@watch.bsky.social", "bluesky", "watch.bsky.social"),
        ("https://bsky.app/search?q=convoy+north", "bluesky", "search:convoy north"),
        ("https://bsky.app/hashtag/convoy", "bluesky", "search:#convoy"),
        ("https://www.youtube.com/@roadwatch", "youtube", "@roadwatch"),
        ("https://m.youtube.com/@roadwatch/videos", "youtube", "@roadwatch"),
        ("youtube.com/channel/UCabcdefghijklmnopqrstuv", "youtube", "UCabcdefghijklmnopqrstuv"),
        ("https://www.youtube.com/playlist?list=PLabcdefghijklmnop", "youtube", "PLabcdefghijklmnop"),
        (
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv", "youtube",
            "UCabcdefghijklmnopqrstuv",
        ),
        ("https://www.youtube.com/user/roadwatch", "youtube", "user/roadwatch"),
        ("https://vk.com/video/@road_watch", "vk", "@road_watch"),
        ("https://vkvideo.ru/@road_watch/all", "vk", "@road_watch"),
        ("https://vkvideo.ru/playlist/-123_4", "vk", "playlist/-123_4"),
        ("https://rutube.ru/channel/23456/videos/", "rutube", "23456"),
        ("https://rutube.ru/plst/77/", "rutube", "plst/77"),
        ("https://News.example/world/rss.xml", "feed", "https://news.example/world/rss.xml"),
        ("https://news.example/feed/", "feed", "https://news.example/feed/"),
        ("https://news.example/?feed=rss2", "feed", "https://news.example/?feed=rss2"),
        ("https://news.example/feed.json#top", "feed", "https://news.example/feed.json"),
    ],
)  # fmt: skip
def test_what_people_paste_is_understood(text: str, platform: str, name: str) -> None:
    assert understand(text) == (platform, name)
    assert understand(f"  {text} ") == (platform, name)
    assert understand(name, platform) == (platform, name)  # a name names itself


@pytest.mark.parametrize(
    "text",
    [
        "https://news.example/article/17", "https://x.com/someone", "https://ok.ru/group/1", "https://t.me/+AbCdEf123",
        "https://youtube.com/watch?v=abcdefghijk", "https://vk.com/someone", "https://[x", "ftp://news.example/feed",
        "#tag", "", "@", "https://medium.com/@someone", "https://rutube.ru/video/1", "https://bsky.app/", "a b",
    ],
)  # fmt: skip
def test_what_may_be_anything_says_what_to_write(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"write|take single posts in"):
        understand(text)


@pytest.mark.parametrize("platform", sorted(SOURCES))
@pytest.mark.parametrize("text", ["", " ", "\x00", "https://", "../../etc/passwd", "x'; DROP TABLE posts;--", "a\nb"])
def test_no_kind_takes_a_name_that_is_none(platform: str, text: str) -> None:
    with pytest.raises(Misconfigured, match="write"):
        understand(text, platform)


def test_the_platform_that_is_named_wins() -> None:
    assert understand("https://news.example/latest", "feed") == ("feed", "https://news.example/latest")
    assert understand("https://news.example/videos", "video") == ("video", "https://news.example/videos")
    assert understand("watch@road.example", "mastodon") == ("mastodon", "@watch@road.example")
    with pytest.raises(Unsupported, match="mastodon"):
        understand("x", "gopher")
