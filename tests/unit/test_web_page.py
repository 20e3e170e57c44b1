"""Any web page as one post: linked data, OpenGraph, plain markup, and what is no page."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import Unparseable
from collector.sources.base import Location, Media
from collector.sources.web import parse_web
from collector.sources.web_linked_data import length_s

ARTICLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "name": "Wrapper"},
        {
            "@type": ["NewsArticle"],
            "headline": "Convoy leaves the depot",
            "articleBody": "Forty trucks were seen.",
            "datePublished": "2024-12-10T09:15:00+03:00",
            "dateModified": "2024-12-10T10:00:00+03:00",
            "author": [{"@type": "Person", "name": "Ann Example"}, {"name": "Bob Example"}],
            "publisher": {"name": "Example News"},
            "inLanguage": "en-GB",
            "image": {"url": "/pictures/1.jpg"},
            "contentLocation": {"name": "Depot", "geo": {"latitude": "34.7", "longitude": 36.7}},
            "video": {
                "@type": "VideoObject",
                "contentUrl": "https://cdn.example/v.mp4",
                "thumbnailUrl": ["https://cdn.example/v.jpg"],
                "duration": "PT1M16S",
            },
        },
    ],
}


def html(body: str = "", head: str = "", lang: str = "ar") -> bytes:
    return f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'.encode()


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_linked_data_tell_the_article() -> None:
    post = parse_web(html("<p>Cookies?</p>", linked(ARTICLE)), "https://news.example/a?x=1#top")
    assert post.text == "Convoy leaves the depot\n\nForty trucks were seen."
    assert post.posted_at == datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
    assert (post.author, post.edited, post.lang) == ("Ann Example, Bob Example", True, "en")
    assert (post.channel.name, post.channel.title) == ("news.example", "Example News")
    assert (post.native_id, post.platform) == ("https://news.example/a?x=1", "web")
    assert post.location == Location(34.7, 36.7, "Depot")
    assert post.media == (
        Media("video", "https://cdn.example/v.mp4", "https://cdn.example/v.jpg", 76.0),
        Media("photo", "https://news.example/pictures/1.jpg", "https://news.example/pictures/1.jpg"),
    )
    assert post.warnings == ()


def test_opengraph_serves_where_linked_data_are_missing() -> None:
    head = """<link rel="canonical" href="https://news.example/b"><meta property="og:title" content="رتل على الطريق">
<meta property="og:description" content="وصف"><meta property="article:published_time" content="2024-12-10T06:15:00Z">
<meta property="og:site_name" content="News"><meta name="author" content="A">
<meta property="og:image" content="/i.png">"""
    post = parse_web(html("", head))
    assert (post.text, post.url) == ("رتل على الطريق\n\nوصف", "https://news.example/b")
    assert post.posted_at == datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
    assert (post.author, post.lang, post.media[0].url) == ("A", "ar", "https://news.example/i.png")


def test_plain_markup_gives_the_articles_paragraphs_pictures_and_links_without_the_menu() -> None:
    body = """<nav><p>Menu</p><a href="/menu">m</a></nav><article><h1>Title</h1><p>First  line.</p>
<blockquote><p>Quoted.</p></blockquote><img src="p.jpg"><video poster="/v.jpg"><source src="/v.mp4"></video>
<p><a href="/next">next</a> <a href="#note">note</a> <a href="mailto:a@b.c">mail</a></p>
<time datetime="2024-12-10 06:15">then</time></article><footer><p>Foot</p></footer>"""
    post = parse_web(html(body, "<title>Title</title>"), "https://news.example/d/c")
    assert post.text == "Title\nFirst line.\nQuoted.\nnext note mail"
    assert post.links == ("https://news.example/next",)
    assert [m.url for m in post.media] == ["https://news.example/v.mp4", "https://news.example/d/p.jpg"]
    assert post.posted_at == datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
    assert post.warnings == ("the date tells no zone: taken as UTC",)


def test_a_page_of_unknown_address_is_keyed_by_its_bytes() -> None:
    post = parse_web(html("<p>words</p>"))
    assert post.native_id.startswith("sha256:")
    assert post.url is None
    assert "no date is shown" in post.warnings


def test_broken_linked_data_are_a_warning() -> None:
    post = parse_web(html("<p>words</p>", '<script type="application/ld+json">{"@type": </script>'))
    assert (post.text, "a JSON-LD block is broken" in post.warnings) == ("words", True)


@pytest.mark.parametrize("body", [b"", b"   ", b"plain words", b"\x00\x01", b"<html></html>", b"%PDF-1.7 <<>>"])
def test_what_is_no_page_is_told(body: bytes) -> None:
    with pytest.raises(Unparseable):
        parse_web(body)


@pytest.mark.parametrize(
    ("written", "seconds"), [("PT1M30S", 90), ("P1DT1H", 90_000), ("PT", None), ("1:30", None), (None, None)]
)
def test_iso_durations_are_seconds(written: str | None, seconds: float | None) -> None:
    assert length_s(written) == seconds


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=80).map(lambda text: html(text, linked({"@type": text})))))
def test_any_bytes_are_a_post_or_unparseable(body: bytes) -> None:
    try:
        post = parse_web(body, "https://news.example/")
    except Unparseable:
        return
    assert post.text
    post.as_contract()


def test_deep_nesting_is_survived() -> None:
    assert parse_web(html("<div>" * 20_000 + "<p>deep</p>", "<title>Top</title>")).text.startswith("Top")
