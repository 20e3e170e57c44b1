"""Which posts does a saved or fetched page hold?"""

from collections.abc import Iterator

from collector.errors import Unparseable, Unsupported
from collector.ingest_told import Arrived
from collector.sources.feed import read_feed
from collector.sources.telegram_page import parse_page
from collector.sources.web import parse_web
from collector.sources.web_embedded import embedded_in

_FEED = (b"<rss", b"<feed", b"<rdf:RDF")


def telegram_posts(body: bytes, url: str | None, sha256: str | None) -> Iterator[Arrived]:
    """The posts of a page of Telegram's; raises `Unparseable` with the page's state where there are none."""
    page = parse_page(body, url)
    if not page.posts:
        raise Unparseable(f"the page shows no posts: {page.state}: {page.message}")
    yield from ((post, sha256) for post in page.posts)


def page_posts(body: bytes, url: str | None, sha256: str | None) -> Iterator[Arrived]:
    """Telegram's markup if it is that, a feed if it is that, else what a web page tells of itself and quotes."""
    if b"tgme_" in body and parse_page(body, url).posts:
        yield from telegram_posts(body, url, sha256)
        return
    if any(mark in body[:4096] for mark in _FEED):
        yield from ((post, sha256) for post in read_feed(body))
        return
    if b'class="message default clearfix' in body and b'class="page_body' in body:
        raise Unsupported("an HTML export of Telegram Desktop: export again, as machine-readable JSON")
    page = parse_web(body, url)
    yield page, sha256
    yield from ((post, sha256) for post in embedded_in(body, page.url or url or "").posts)
