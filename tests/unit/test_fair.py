"""No server takes all the threads."""

from types import SimpleNamespace
from typing import Any

import pytest

from collector.dispatch.fair import Fair, server_of


def source(platform: str, name: str) -> Any:
    return SimpleNamespace(platform=platform, name=name)


@pytest.mark.parametrize(
    ("platform", "name", "server"),
    [
        ("telegram", "rybar", "telegram"),
        ("feed", "https://News.example.org:8080/feed.xml?x=1", "news.example.org:8080"),
        ("mastodon", "@desk@mastodon.example", "mastodon.example"),
        ("mastodon", "#convoy@Mastodon.example", "mastodon.example"),
        ("bluesky", "desk.bsky.example", "bluesky"),
        ("youtube", "@channel", "youtube"),
    ],
)
def test_a_source_is_asked_from_one_server(platform: str, name: str, server: str) -> None:
    assert server_of(source(platform, name)) == server


def test_a_server_gets_so_many_jobs_and_the_next_source_is_another_ones() -> None:
    due = [*(source("telegram", f"c{n}") for n in range(5)), source("feed", "http://a/f"), source("telegram", "c9")]
    fair = Fair(["telegram"], 2)
    assert [s.name for s in due if fair(s)] == ["c0", "http://a/f"]
