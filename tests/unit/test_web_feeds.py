"""Feeds, Mastodon and Bluesky answers as posts, whole, broken and made by an enemy."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import Unparseable
from collector.sources.base import Location, Media, Origin
from collector.sources.bluesky import read_posts
from collector.sources.feed import read_feed
from collector.sources.mastodon import read_statuses

THEN = datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:georss="http://www.georss.org/georss"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Road news</title><link>https://news.example/</link>
<item><guid>n1</guid><title>Convoy</title><link>https://news.example/1</link><dc:creator>Ann</dc:creator>
<pubDate>Tue, 10 Dec 2024 09:15:00 +0300</pubDate><georss:point>34.7 36.7</georss:point>
<description>&lt;p&gt;Forty &lt;b&gt;trucks&lt;/b&gt;&lt;br&gt;
&lt;a href="/map"&gt;map&lt;/a&gt;&lt;/p&gt;</description>
<enclosure url="https://news.example/1.jpg" type="image/jpeg"/></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Road news</title><link href="https://news.example/"/>
<entry><id>n1</id><title>Convoy</title><link rel="self" href="https://x.example/"/><link href="https://news.example/1"/>
<published>2024-12-10T06:15:00Z</published><author><name>Ann</name></author><content type="xhtml"><div
 xmlns="http://www.w3.org/1999/xhtml">Forty <b>trucks</b></div></content></entry></feed>"""


def test_rss_is_read() -> None:
    [post] = read_feed(RSS.encode())
    assert (post.native_id, post.url, post.posted_at, post.author) == ("n1", "https://news.example/1", THEN, "Ann")
    assert post.text == "Convoy\n\nForty trucks\nmap"
    assert (post.channel.name, post.channel.title) == ("news.example", "Road news")
    assert post.links == ("https://news.example/map",)
    assert post.media == (Media("photo", "https://news.example/1.jpg"),)
    assert post.location == Location(34.7, 36.7)


def test_atom_is_read() -> None:
    [post] = read_feed(ATOM.encode())
    assert (post.native_id, post.url, post.posted_at, post.author) == ("n1", "https://news.example/1", THEN, "Ann")
    assert post.text == "Convoy\n\nForty trucks"


def test_json_feed_is_read() -> None:
    item = {
        "id": 7,
        "url": "https://news.example/1",
        "content_html": "<p>a</p>",
        "date_published": "2024-12-10T06:15:00Z",
    }
    [post] = read_feed(json.dumps({"title": "R", "items": [item]}).encode())
    assert (post.native_id, post.text, post.posted_at) == ("7", "a", THEN)


def test_a_feed_with_unquoted_values_and_undeclared_names_is_read_nevertheless() -> None:
    entry = b"<r:item><r:title>T</r:title></r:item>"
    body = (
        b"<!-- a <?xml twice --><?xml?xml version='1.0' ??><rss r:version=2.0><r:channel>"
        + entry
        + b"</r:channel></rss>"
    )
    assert [post.text for post in read_feed(body)] == ["T"]


def test_a_feed_that_lies_about_its_encoding_is_read() -> None:
    body = RSS.replace('version="1.0"', 'version="1.0" encoding="UTF-16"', 1)
    assert len(list(read_feed(body.encode()))) == 1


def test_no_file_is_read_and_no_entity_grows() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    body = f"<?xml version='1.0'?>{bomb}<rss><channel><item><title>&f;&b;</title></item></channel></rss>"
    [post] = read_feed(body.encode())
    assert "root:" not in post.text
    assert len(post.text) < 100


@pytest.mark.parametrize("body", [b"", b"words", b"<html><body>x</body></html>", b"{}", b"{", b'{"items": 3}'])
def test_what_is_no_feed_is_told(body: bytes) -> None:
    with pytest.raises(Unparseable):
        list(read_feed(body))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(RSS)))
def test_any_bytes_are_posts_or_unparseable(junk: bytes, at: int) -> None:
    try:
        posts = list(read_feed(RSS.encode()[:at] + junk + RSS.encode()[at:]))
    except Unparseable:
        return
    assert all(post.native_id for post in posts)


def status(**more: Any) -> dict[str, Any]:
    account = {"id": "9", "acct": "ann@s.example", "display_name": "Ann", "url": "https://s.example/@ann"}
    return {
        "id": "57", "uri": "https://s.example/users/ann/statuses/57", "url": "https://s.example/@ann/57",
        "created_at": "2024-12-10T06:15:00.000Z", "content": '<p>Forty</p><p><a href="https://e.org/m">map</a></p>',
        "account": account, "visibility": "public", "language": "en", **more,
    }  # fmt: skip


def statuses(answer: Any) -> tuple[list[Any], list[str]]:
    notes: list[str] = []
    return list(read_statuses(json.dumps(answer), notes.append)), notes


def test_a_mastodon_status_is_a_post() -> None:
    clip = {
        "type": "gifv",
        "url": "https://s.example/v.mp4",
        "preview_url": None,
        "meta": {"original": {"duration": 7.5}},
    }
    more = {"media_attachments": [clip], "edited_at": "2024-12-10T07:00:00Z", "poll": {"options": [{"title": "M5"}]}}
    [[post], _] = statuses([status(in_reply_to_id="50", in_reply_to_account_id="9", **more)])
    assert (post.native_id, post.text, post.posted_at) == (status()["uri"], "Forty\nmap", THEN)
    assert (post.links, post.edited, post.reply_to) == (("https://e.org/m",), True, "https://s.example/@ann/50")
    assert post.media == (Media("animation", "https://s.example/v.mp4", None, 7.5),)
    assert post.poll.options == ("M5",)


def test_a_boost_is_forwarded_from_the_boosted() -> None:
    [[post], _] = statuses({"body": status(content="", reblog=status(url="https://o.example/@bob/1"))})
    assert post.forwarded_from == Origin("ann@s.example", "https://o.example/@bob/1")
    assert post.text == "Forty\nmap"


def test_what_is_for_followers_only_is_not_read() -> None:
    posts, notes = statuses([status(visibility="private"), status()])
    assert (len(posts), len(notes)) == (1, 1)


@pytest.mark.parametrize("answer", [{"id": "9", "username": "ann"}, None, 3, ["x"], {"error": "not found"}])
def test_what_is_no_status_is_told(answer: object) -> None:
    with pytest.raises(Unparseable):
        statuses(answer)


def test_a_bluesky_feed_is_read() -> None:
    view = {
        "uri": "at://did:plc:a1/app.bsky.feed.post/3k57", "author": {"did": "did:plc:a1", "handle": "ann.example"},
        "record": {
            "text": "Forty trucks", "createdAt": "2024-12-10T06:15:00.000Z", "langs": ["en"],
            "facets": [{"features": [{"uri": "https://e.org/m"}]}],
            "reply": {"parent": {"uri": "at://did:plc:b2/app.bsky.feed.post/3k50"}},
        },
        "embed": {"$type": "app.bsky.embed.images#view", "images": [{"fullsize": "https://c.example/1", "thumb": "https://c.example/t"}]},
    }  # fmt: skip
    repost = {"post": view, "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"handle": "bob.example"}}}
    first, second = read_posts(json.dumps({"feed": [{"post": view}, repost]}))
    assert (first.url, first.posted_at, first.lang) == ("https://bsky.app/profile/ann.example/post/3k57", THEN, "en")
    assert first.media == (Media("photo", "https://c.example/1", "https://c.example/t"),)
    assert (first.links, first.reply_to) == (("https://e.org/m",), "https://bsky.app/profile/did:plc:b2/post/3k50")
    assert (second.native_id, second.warnings) == (first.native_id, ("a repost by bob.example",))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"follows": []}', '{"feed": [3, {"post": 4}]}'])
def test_what_holds_no_bluesky_post_is_told(text: str) -> None:
    with pytest.raises(Unparseable):
        list(read_posts(text))
