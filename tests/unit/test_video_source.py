"""How listings of videos are read: what is new is asked for once, what fails leaves the rest for the next poll."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.errors import Closed, ConvoywatchError, Gone, RateLimited
from collector.sources.base import Answer, Page, Wanted
from collector.sources.registry import SOURCES

YOUTUBE, VK = SOURCES["youtube"], SOURCES["vk"]
CHANNEL = "UCabcdefghijklmnopqrstuv"
BASE = "https://www.youtube.com"


@dataclass
class Shelf:
    """A site of videos 1 to `newest` as yt-dlp tells of it; `wrong` are the videos whose details fail."""

    newest: int = 0
    feed: str | ConvoywatchError = ""
    wrong: dict[int, ConvoywatchError] = field(default_factory=dict)
    have: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, newest: bool = False) -> Answer:
        self.asked.append(url)
        if isinstance(self.feed, ConvoywatchError):
            raise self.feed
        return Answer(url, self.feed.encode(), sha256="feed")

    def video(self, url: str, first: int, last: int, *, flat: bool = False) -> Answer:
        self.asked.append(url)
        return Answer(url, json.dumps(self.listing(first, last) if flat else self.details(url)).encode(), sha256=url)

    def listing(self, first: int, last: int) -> dict[str, Any]:
        numbers = list(range(self.newest, 0, -1))[first - 1 : last]
        entries = [
            {"_type": "url", "id": f"clip{n}", "url": f"{BASE}/watch?v=clip{n}", "title": f"Clip {n}"} for n in numbers
        ]
        return {"_type": "playlist", "id": "x", "channel_id": CHANNEL, "channel": "Road", "entries": entries}

    def details(self, url: str) -> dict[str, Any]:
        n = int(url.rpartition("clip")[2])
        if n in self.wrong:
            raise self.wrong[n]
        return {"id": f"clip{n}", "webpage_url": url, "title": f"Clip {n}", "description": f"All of clip {n}",
                "timestamp": 1_760_000_000 + n, "extractor": "youtube", "duration": 30}  # fmt: skip

    def stored(self, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        return {key for key in keys if key[1] in self.have}


def read(shelf: Shelf, name: str = "@road", before: str | None = None, channel_id: str | None = None) -> Page:
    page = YOUTUBE.read(Wanted(name, before, BASE, channel_id), shelf)
    assert page
    return page


def entry(n: int) -> str:
    return (
        f"<entry><id>yt:video:clip{n}</id><title>Clip {n}</title><link href='{BASE}/watch?v=clip{n}'/>"
        f"<published>2026-11-0{n}T10:00:00+00:00</published></entry>"
    )


def test_a_handle_is_listed_and_each_new_video_asked_for() -> None:
    shelf = Shelf(newest=3, have={"clip1"})
    page = read(shelf)
    assert [post.native_id for post in page.posts] == ["clip2", "clip3"]
    assert [key for _, key in page.keys] == ["clip1", "clip2", "clip3"]
    assert page.channel.id == CHANNEL
    assert page.evidence == {n: f"{BASE}/watch?v={n}" for n in ("clip2", "clip3")}
    assert page.posts[0].text.endswith("All of clip 2")
    assert shelf.asked == [f"{BASE}/@road/videos", f"{BASE}/watch?v=clip2", f"{BASE}/watch?v=clip3"]


def test_once_the_channel_is_known_its_feed_is_asked() -> None:
    shelf = Shelf(feed=f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Road</title>{entry(2)}{entry(1)}</feed>")
    page = read(shelf, channel_id=CHANNEL)
    assert shelf.asked == [f"{BASE}/feeds/videos.xml?channel_id={CHANNEL}"]
    assert [(post.platform, post.native_id) for post in page.posts] == [("youtube", "clip1"), ("youtube", "clip2")]
    assert (page.state, page.drift, page.next_cursor, page.channel.id) == ("history", "", None, CHANNEL)
    assert [media.kind for media in page.posts[0].media] == ["video"]


def test_a_feed_that_fails_for_a_channel_that_is_there_is_no_end() -> None:
    shelf = Shelf(newest=1, feed=Gone("404"))
    assert [post.native_id for post in read(shelf, CHANNEL).posts] == ["clip1"]


def test_a_feed_with_something_else_in_it_is_drift() -> None:
    shelf = Shelf(feed=f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry(1)}<entry><id>x:y</id></entry></feed>")
    page = read(shelf, CHANNEL)
    assert len(page.posts) == 1
    assert "no videos" in page.drift


def test_a_limit_in_the_middle_keeps_what_came_before_it() -> None:
    shelf = Shelf(newest=4, wrong={3: RateLimited("slow down", 60)})
    page = read(shelf)
    assert [post.native_id for post in page.posts] == ["clip1", "clip2"]
    assert page.keys == (("youtube", "clip1"), ("youtube", "clip2"))
    assert isinstance(page.failed, RateLimited)


def test_a_video_that_is_closed_is_kept_as_the_listing_tells_of_it() -> None:
    page = read(Shelf(newest=2, wrong={1: Closed("members only")}))
    assert [post.text.splitlines()[0] for post in page.posts] == ["Clip 1", "Clip 2"]
    assert "members only" in " ".join(page.posts[0].warnings)
    assert page.failed is None


def test_long_listings_are_paged_with_an_overlap() -> None:
    shelf = Shelf(newest=40)
    first = read(shelf)
    second = read(shelf, before=first.next_cursor)
    assert first.keys[0] in second.keys  # the listing may move on between the two
    numbers, page = {key for _, key in (*first.keys, *second.keys)}, second
    while page.next_cursor:
        page = read(shelf, before=page.next_cursor)
        numbers |= {key for _, key in page.keys}
    assert numbers == {f"clip{n}" for n in range(1, 41)}


def test_a_listing_of_nothing_is_empty_and_no_listing_is_unreadable() -> None:
    assert read(Shelf()).state == "empty"
    assert VK.read(Wanted("@road", None, ""), _One()) is not None


class _One(Shelf):
    def listing(self, first: int, last: int) -> dict[str, Any]:
        return {"id": "one", "title": "One video"}
