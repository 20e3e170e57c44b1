"""What ids the entries of feeds go by, and what of a feed is drift."""

from collector.sources.base import Answer, Page, Wanted
from collector.sources.registry import SOURCES
from tests.unit.test_video_source import Shelf

URL = "https://news.example/rss.xml"


class Paper(Shelf):
    """A server that gives one body."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.body = body

    def get(self, url: str, *, newest: bool = False) -> Answer:
        return Answer(url, self.body.encode(), sha256="feed")


def read(body: str, url: str = URL) -> Page:
    page = SOURCES["feed"].read(Wanted(url, None, ""), Paper(body))
    assert page
    return page


def rss(*items: str) -> str:
    return f"<rss><channel><title>News</title>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"


def test_a_number_is_an_id_in_its_own_feed_only() -> None:
    body = rss("<guid>17</guid><title>one</title>")
    here, there = read(body), read(body, "https://other.example/rss.xml")
    assert here.posts[0].native_id == f"{URL}#17"
    assert here.posts[0].native_id != there.posts[0].native_id


def test_an_address_as_an_id_stays_as_it_is() -> None:
    assert read(rss("<guid>https://news.example/17</guid><title>one</title>")).posts[0].native_id.endswith("/17")


def test_entries_that_share_one_id_are_told_apart_and_that_is_told() -> None:
    page = read(rss("<guid>x</guid><title>one</title>", "<guid>x</guid><title>two</title>"))
    assert len({post.native_id for post in page.posts}) == 2
    assert page.issues == ("entries that share one id",)


def test_addresses_are_relative_to_the_feed_where_it_names_no_home() -> None:
    page = read(rss("<guid>1</guid><link>/17</link><title>one</title>"))
    assert page.posts[0].url == "https://news.example/17"
    assert page.channel.name == "news.example"


def test_entries_that_hold_nothing_are_drift() -> None:
    page = read('{"items": [{"id": "1", "content_text": "one"}, {}, 7]}')
    assert [post.text for post in page.posts] == ["one"]
    assert page.drift == "entries that hold nothing"


def test_what_is_no_feed_is_unreadable() -> None:
    page = read("<!doctype html><title>Sorry</title>")
    assert (page.state, page.posts) == ("unreadable", ())
    assert page.issues
