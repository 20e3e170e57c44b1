"""Shapes of payloads that servers give and that are easily lost: threads, quotes, searches, podcasts, permalinks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from collector.errors import Unparseable
from collector.sources.base import Post
from collector.sources.bluesky import read_posts
from collector.sources.feed import read_feed
from collector.sources.mastodon import read_statuses


def post(name: str, embed: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "uri": f"at://did:plc:{name}/app.bsky.feed.post/3kgbvl5x2ek2a",
        "author": {"did": f"did:plc:{name}", "handle": f"{name}.example"},
        "record": {"text": name, "createdAt": "2024-12-10T06:15:00Z"},
        "embed": embed or {},
    }


def status(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number), "uri": f"https://m.example/{number}", "url": f"https://m.example/@a/{number}",
        "content": "<p>convoy</p>", "created_at": "2024-12-10T06:15:00Z", "visibility": "public",
        "account": {"id": "9", "acct": "a", "display_name": "A"}, **more,
    }  # fmt: skip


def statuses(answer: Any) -> tuple[list[Post], list[str]]:
    told: list[str] = []
    return list(read_statuses(json.dumps(answer), told.append)), told


def feed(entry: str, head: str = "") -> Iterator[Post]:
    return read_feed(
        f"""<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
        xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>c</title>{head}
        <item><title>t</title>{entry}</item></channel></rss>""".encode()
    )


def test_a_bluesky_thread_is_all_its_posts() -> None:
    thread = {
        "post": post("asked"),
        "parent": {"post": post("parent"), "parent": {"post": post("root")}},
        "replies": [{"post": post("one"), "replies": [{"post": post("deep")}]}, {"post": post("two")}],
    }
    found = [said.text for said in read_posts(json.dumps({"thread": thread}))]
    assert found == ["root", "parent", "asked", "one", "deep", "two"]


@pytest.mark.parametrize("nested", [False, True])
def test_a_quoted_bluesky_post_is_a_link(nested: bool) -> None:
    quoted = post("quoted")
    record = {"record": quoted} if nested else quoted
    [said] = read_posts(json.dumps({"posts": [post("a", {"$type": "app.bsky.embed.record#view", "record": record})]}))
    assert said.links == ("https://bsky.app/profile/quoted.example/post/3kgbvl5x2ek2a",)


def test_a_mastodon_search_and_a_thread_are_their_statuses() -> None:
    assert len(statuses({"accounts": [], "statuses": [status(1), status(2)], "hashtags": []})[0]) == 2
    found, told = statuses({"ancestors": [status(1)], "descendants": [status(3)]})
    assert ([said.native_id[-1] for said in found], told) == (["1", "3"], [])


def test_one_broken_status_does_not_cost_the_others() -> None:
    found, told = statuses([status(1), {"id": "2"}, status(3, visibility="private"), status(4)])
    assert [said.native_id[-1] for said in found] == ["1", "4"]
    assert len(told) == 2
    with pytest.raises(Unparseable):
        statuses([{"id": "2"}])


def test_a_podcast_has_its_length_and_a_permalink_is_the_address() -> None:
    [said] = feed(
        '<guid isPermaLink="true">https://n.example/2</guid><itunes:duration>1:02:03</itunes:duration>'
        '<enclosure url="https://n.example/p.mp3"/>'
        '<media:content url="https://n.example/v" medium="video" duration="9"/>'
    )
    assert said.url == said.native_id == "https://n.example/2"
    assert [(m.kind, m.duration_s) for m in said.media] == [("audio", 3723.0), ("video", 9.0)]


@pytest.mark.parametrize("guid", ['<guid isPermaLink="false">https://n.example/2</guid>', "<guid>2</guid>"])
def test_an_id_that_is_no_address_is_none(guid: str) -> None:
    [said] = feed(guid)
    assert said.url is None


def test_relative_addresses_of_an_entry_are_those_of_its_base() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://n.example/news/"><title>a</title><entry>
    <id>urn:1</id><title>t</title><link href="1.html"/><updated>2024-12-10T06:15:00Z</updated></entry></feed>"""
    [said] = read_feed(body)
    assert said.url == "https://n.example/news/1.html"


def test_a_json_feed_shows_its_picture_and_the_length_of_what_is_attached() -> None:
    item = {"id": 5, "content_text": "w", "image": "https://n.example/i.jpg", "attachments": [
        {"url": "https://n.example/a.mp4", "duration_in_seconds": 9}]}  # fmt: skip
    [said] = read_feed(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [item]}).encode())
    assert [(m.kind, m.duration_s) for m in said.media] == [("photo", None), ("video", 9.0)]
