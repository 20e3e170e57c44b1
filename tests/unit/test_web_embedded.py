"""Posts that a web page embeds are found, and those it quotes are posts with the moment that their number tells."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sources.web_embedded import embedded_in

BASE = "https://news.example/a"
TWEET = """<blockquote class="twitter-tweet"><p lang="ar" dir="rtl">رتل<br>عسكري <a href="https://t.co/x">t.co/x</a></p>
&mdash; Someone (@someone) <a
href="https://twitter.com/someone/status/1541815603606036480?ref_src=x">June 28</a></blockquote>"""


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<script async data-telegram-post="channel/123" data-width="100%"></script>', "https://t.me/channel/123"),
        ('<iframe src="https://t.me/channel/123?embed=1"></iframe>', "https://t.me/channel/123"),
        ('<iframe data-src="https://www.youtube-nocookie.com/embed/abcdefghijk?rel=0"></iframe>',
         "https://www.youtube.com/watch?v=abcdefghijk"),
        ('<iframe src="//rutube.ru/play/embed/0123456789abcdef"></iframe>', "https://rutube.ru/video/0123456789abcdef/"),
        ('<iframe src="//ok.ru/videoembed/1234567"></iframe>', "https://ok.ru/video/1234567"),
        ('<iframe src="https://vk.com/video_ext.php?oid=-12&id=34&hash=a"></iframe>', "https://vk.com/video-12_34"),
    ],
)  # fmt: skip
def test_players_and_posts_are_addresses(markup: str, address: str) -> None:
    assert embedded_in(f"<html><p>x</p>{markup}{markup}</html>".encode(), BASE).addresses == (address,)


def test_a_quoted_post_of_x_has_its_words_and_the_moment_of_its_number() -> None:
    [post] = embedded_in(TWEET.encode(), BASE).posts
    assert (post.platform, post.native_id, post.channel.name) == ("x", "1541815603606036480", "someone")
    assert post.url == "https://x.com/someone/status/1541815603606036480"
    assert post.text.splitlines()[0] == "رتل"
    assert post.posted_at is not None
    assert post.posted_at.replace(microsecond=0) == datetime(2022, 6, 28, 16, 7, 40, tzinfo=UTC)
    assert post.lang == "ar"
    assert f"as quoted by {BASE}" in post.warnings


def test_a_quoted_post_of_bluesky_is_known_by_its_own_address() -> None:
    uri = "at://did:plc:abc/app.bsky.feed.post/3kgbvl5x2ek2a"
    body = f'<blockquote class="bluesky-embed" data-bluesky-uri="{uri}"><p lang="en">a column</p></blockquote>'
    [post] = embedded_in(body.encode(), BASE).posts
    assert (post.native_id, post.text, post.lang) == (uri, "a column", "en")
    assert post.posted_at is not None
    assert post.posted_at.year in (2023, 2024)


def test_a_page_without_any_embeds_nothing() -> None:
    assert embedded_in(b'<p>plain <a href="https://t.me/channel/1">link</a></p>', BASE).addresses == ()


@given(st.text(max_size=200))
def test_any_quote_is_survived(text: str) -> None:
    body = f'<blockquote class="twitter-tweet"><p>{text}</p><a href="https://x.com/a/status/{text}">y</a></blockquote>'
    found = embedded_in(body.encode("utf-8", "replace"), BASE)
    assert len(found.posts) <= 1
