"""How a Telegram channel is named and addressed."""

import pytest

from collector.errors import Misconfigured, Unsupported
from collector.sources.registry import SOURCES, source_for
from collector.sources.telegram import TelegramSource

SOURCE = TelegramSource()


@pytest.mark.parametrize(
    "text",
    [
        "north_road",
        "@north_road",
        " t.me/north_road ",
        "https://t.me/s/north_road",
        "http://telegram.me/north_road/57?x=1",
    ],
)
def test_a_channel_may_be_written_in_every_usual_way(text: str) -> None:
    assert SOURCE.name_of(text) == "north_road"


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "abc", "a" * 33, "1abcd", "x'; DROP TABLE posts;--", "../../etc/passwd", "north road", "север_дорога",
        "https://example.org/north_road", "https://t.me/+AbCdEf123", "https://t.me/joinchat/AbCdEf", "t.me/", "ftp://t.me/north",
        "https://t.me@evil.example/north_road", "https://[x", "north_road%00",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(Misconfigured, match="write a public channel as"):
        SOURCE.name_of(text)


def test_pages_are_addressed_newest_first_and_then_before_a_post() -> None:
    assert SOURCE.page_url("https://t.me/", "north_road", None) == "https://t.me/s/north_road"
    assert (
        SOURCE.page_url("http://127.0.0.1:8000", "north_road", "57") == "http://127.0.0.1:8000/s/north_road?before=57"
    )


@pytest.mark.parametrize(
    ("name", "before"), [("a/b", None), ("north_road", "57&x=1"), ("north_road", "-1"), ("", None)]
)
def test_an_address_is_never_made_of_something_else(name: str, before: str | None) -> None:
    with pytest.raises(Misconfigured):
        SOURCE.page_url("https://t.me", name, before)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://t.me/north_road/57", ("north_road", 57)),
        ("https://t.me/s/north_road/57?single", ("north_road", 57)),
        ("t.me/c/1002003004/57", ("c/1002003004", 57)),
        ("https://t.me/north_road", None),
        ("https://example.org/north_road/57", None),
        ("https://t.me/north_road/0", None),
    ],
)
def test_the_address_of_a_post_is_taken_apart(url: str, parts: tuple[str, int] | None) -> None:
    assert SOURCE.post_url_parts(url) == parts


def test_sources_are_found_by_platform() -> None:
    assert isinstance(source_for("telegram"), TelegramSource)
    assert {"telegram", "mastodon", "bluesky", "feed", "youtube", "vk", "rutube", "video"} == set(SOURCES)
    with pytest.raises(Unsupported, match="telegram"):
        source_for("gopher")
