"""Does the demo's server behave as t.me does, and misbehave when it is told to?"""

import hashlib
import re
from collections.abc import Iterator

import httpx
import pytest

from collector.sources.base import Post
from collector.sources.telegram_page import parse_page
from demo import truth
from demo.markup import plain
from demo.server import DemoServer


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


@pytest.fixture
def web(server: DemoServer) -> Iterator[httpx.Client]:
    server.forget()
    with httpx.Client(base_url=server.base_url) as client:
        yield client


def numbers(markup: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-post="\w+/(\d+)"', markup)]


def walk(web: httpx.Client, path: str, rel: str) -> list[list[int]]:
    """The post numbers of each page, following the links of that relation from `path`."""
    pages = []
    while path:
        page = web.get(path).text
        pages.append(numbers(page))
        link = re.search(rf'<link rel="{rel}" href="([^"]+)"', page)
        path = link[1] if link else ""
    return pages


def test_paging_covers_every_post_once_in_both_directions(server: DemoServer, web: httpx.Client) -> None:
    for channel in server.world.channels.values():
        if channel.preview == "off":
            continue
        expected = [post.native_id for post in channel.posts]
        backwards = walk(web, f"/s/{channel.name}", "prev")
        assert [number for page in reversed(backwards) for number in page] == expected
        assert [number for page in walk(web, f"/s/{channel.name}/1", "next") for number in page] == expected


def test_a_busy_channel_needs_more_than_one_page(web: httpx.Client) -> None:
    assert [len(page) for page in walk(web, "/s/novosti_mix_demo", "prev")] == [16, 7]


def test_our_own_parser_reads_every_post_back(server: DemoServer, web: httpx.Client) -> None:
    found: dict[str, Post] = {}
    for channel in server.world.channels.values():
        path: str | None = f"/s/{channel.name}"
        while path:
            answer = web.get(path, follow_redirects=True)
            page = parse_page(answer.content, str(answer.url))
            assert page.issues == ()
            found |= {f"{channel.name}/{post.native_id.partition('/')[2]}": post for post in page.posts}
            path = f"/s/{channel.name}?before={page.next_cursor}" if page.next_cursor else None
    now = server.site().now
    assert found.keys() == {post.key for post in server.world.timeline}
    for post in server.world.timeline:
        read = found[post.key]
        assert read.warnings == ()
        assert (read.text, read.posted_at, read.edited) == (plain(post.text_at(now)), post.at, post.is_edited_at(now))
        assert [item.withheld for item in read.media] == [item.withheld for item in post.media]
        assert bool(read.forwarded_from) == bool(post.forwarded_from or post.forwarded_name)
        assert read.channel.id == str(server.world.channels[post.channel].id)


def test_a_copied_clip_is_the_same_bytes_under_another_address(server: DemoServer, web: httpx.Client) -> None:
    def first_video(key: str) -> tuple[str, str]:
        page = web.get(f"/{key}?embed=1").text
        address = re.search(r'<video src="([^"]+)"', page)
        assert address is not None
        answer = web.get(address[1])
        assert answer.headers["content-type"] == "video/mp4"
        return address[1], hashlib.sha256(answer.content).hexdigest()

    original, copy, encoded_again = (
        first_video(key) for key in ("sever_vektor_demo/3314", "shamroads_demo/415", "svodka_relay_demo/9007")
    )
    assert original[0] != copy[0]
    assert original[1] == copy[1]
    assert original[1] != encoded_again[1]
    assert set(truth.FOOTAGE_COPIES) == {"shamroads_demo/415", "svodka_relay_demo/9007"}


def test_a_withheld_video_cannot_be_fetched_and_its_poster_can(web: httpx.Client) -> None:
    page = web.get("/levant_monitor_demo/10?embed=1&mode=tme").text
    assert "<video" not in page
    poster = re.search(r"url\('([^']+/file/[^']+)'\)", page)
    assert poster is not None
    assert web.get(poster[1]).content[:2] == b"\xff\xd8"


def test_a_file_may_be_fetched_in_parts(web: httpx.Client) -> None:
    address = re.search(r'<video src="([^"]+)"', web.get("/kolonna_demo/543?embed=1").text)
    assert address is not None
    whole = web.get(address[1]).content
    rest = web.get(address[1], headers={"Range": "bytes=1000-"})
    assert (rest.status_code, rest.content) == (206, whole[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
    assert web.get(address[1], headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/s/kolonna_demo", "history"),
        ("/s/kolonna_demo?before=1", "empty"),
        ("/s/zakryto_demo", "no_preview"),
        ("/s/nobody_here_demo", "not_found"),
        ("/kolonna_demo", "card"),
        ("/kolonna_demo/543?embed=1", "history"),
        ("/kolonna_demo/99?embed=1", "not_found"),
    ],
)
def test_each_kind_of_page_has_its_state(web: httpx.Client, path: str, state: str) -> None:
    answer = web.get(path, follow_redirects=True)
    assert answer.status_code == 200
    assert parse_page(answer.content, str(answer.url)).state == state


def test_any_number_of_an_album_leads_to_the_album(web: httpx.Client) -> None:
    assert numbers(web.get("/sever_vektor_demo/3320?embed=1&single=1").text) == [3318]


def test_unknown_paths_lead_away_and_robots_may_come(web: httpx.Client) -> None:
    assert web.get("/s/bad-name/x/y").status_code == 302
    assert "Allow: /" in web.get("/robots.txt").text


def test_requests_are_counted_with_their_times(server: DemoServer, web: httpx.Client) -> None:
    web.get("/s/kolonna_demo", headers={"User-Agent": "probe/1"})
    web.get("/s/kolonna_demo?before=545")
    web.get("/kolonna_demo")
    asked = server.requests("/s/kolonna_demo")
    assert [one.path for one in asked] == ["/s/kolonna_demo", "/s/kolonna_demo?before=545"]
    assert asked[0].agent == "probe/1"
    assert asked[0].at <= asked[1].at
    assert len(server.requests()) == 3


def test_the_next_requests_fail_as_told_and_then_all_is_well(server: DemoServer, web: httpx.Client) -> None:
    server.fail_next(2, 429, retry_after=7)
    assert web.get("/robots.txt").status_code == 200
    first, second, third = (web.get("/s/kolonna_demo") for _ in range(3))
    assert (first.status_code, first.headers["retry-after"], second.status_code) == (429, "7", 429)
    assert third.status_code == 200
    server.fail_next(1)
    failed = web.get("/s/kolonna_demo")
    assert (failed.status_code, "retry-after" in failed.headers) == (503, False)


def test_a_soft_ban_is_a_page_like_any_other(server: DemoServer, web: httpx.Client) -> None:
    server.soft_ban_next(1)
    answer = web.get("/s/kolonna_demo")
    assert answer.status_code == 200
    assert parse_page(answer.content, str(answer.url)).state == "soft_ban"


def test_without_tags_no_tag_is_sent(web: httpx.Client) -> None:
    assert "etag" not in web.get("/s/kolonna_demo").headers


def test_a_matching_tag_gets_304_until_the_page_changes() -> None:
    with DemoServer(etag=True, shown=10) as server, httpx.Client(base_url=server.base_url) as web:
        first = web.get("/s/homs_now_demo")
        tag = {"If-None-Match": first.headers["etag"]}
        again = web.get("/s/homs_now_demo", headers=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        server.reveal_all()
        changed = web.get("/s/homs_now_demo", headers=tag)
        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]


def test_the_world_grows_post_by_post_and_edits_come_with_time() -> None:
    with DemoServer(shown=0) as server, httpx.Client(base_url=server.base_url) as web:
        assert parse_page(web.get("/s/homs_now_demo").content).state == "empty"
        server.reveal(1)
        assert sum(len(server.posts(name)) for name in server.world.channels) == 1
        order = [post.key for post in server.world.timeline]
        server.reveal(order.index("levant_monitor_demo/12"))
        assert "UPD" not in web.get("/levant_monitor_demo/12?embed=1").text
        server.reveal_all()
        edited = web.get("/levant_monitor_demo/12?embed=1").text
        assert "UPD" in edited
        assert "edited" in edited
