"""Is a listing of videos polled without a download, each new video asked for once, and a hanging one ended?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.context import Context
from collector.video import VideoSettings
from db import sources
from tests.e2e import small
from tests.integration.loopback import Handler, Site, serve

#: what yt-dlp asks of a file before it knows that it is a video
CLIP = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(200)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def ctx(site: Site, tmp_path: Path) -> Iterator[Context]:
    path = small.config(tmp_path, site.base, [], http__gap_s=0.0)
    with small.inside(path) as made:
        yield made


def listing(site: Site, numbers: list[int], clips: list[int]) -> str:
    items = "".join(
        f"<item><title>Report number {n}</title><enclosure url='{site.base}/clip{n}.mp4' type='video/mp4'/></item>"
        for n in numbers
    )
    for n in numbers:
        site.answers.pop(f"/clip{n}.mp4", None)
    for n in clips:
        site.page(f"/clip{n}.mp4", CLIP, Content_Type="video/mp4", Last_Modified="Tue, 03 Nov 2026 10:00:00 GMT")
    body = f"<rss version='2.0'><channel><title>Road clips</title>{items}</channel></rss>"
    return site.page("/listing.xml", body.encode(), Content_Type="application/rss+xml")


def test_a_listing_is_polled_without_a_download(site: Site, ctx: Context) -> None:
    url = listing(site, [2, 1], [1, 2])
    with ctx.store.write() as conn:
        sources.add(conn, "video", url, datetime.now(UTC))
    found = small.poll_now(ctx, url)
    assert (found.state, found.last_error) == ("ok", None)
    read = small.rows(ctx, "SELECT platform, native_id, url, capture_sha256 FROM posts ORDER BY native_id")
    assert [row[:3] for row in read] == [("video", *[f"{site.base}/clip{n}.mp4"] * 2) for n in (1, 2)]
    assert len({sha256 for *_, sha256 in read}) == 2
    assert all(ctx.captures.read(sha256).startswith(b"{") for *_, sha256 in read)
    states = small.rows(ctx, "SELECT kind, state FROM post_media")
    assert states == [("video", "pending")] * 2  # the download is a stage of its own

    # a second poll asks for what is new only; what is gone is kept as the listing tells of it
    listing(site, [4, 3, 2, 1], [1, 2, 3])
    site.asked.clear()
    assert small.poll_now(ctx, url).state == "ok"
    assert {path for path in site.paths() if "clip" in path} == {"/clip3.mp4", "/clip4.mp4"}
    kept = small.rows(ctx, "SELECT native_id, warnings FROM posts ORDER BY native_id")
    assert [name for name, _ in kept] == [f"{site.base}/clip{n}.mp4" for n in (1, 2, 3, 4)]
    assert "not to be had" in kept[3][1]


def test_a_listing_that_hangs_is_ended_and_tried_again(
    site: Site, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(handler: Handler) -> None:
        site.closing.wait(20)
        handler.close_connection = True

    url = site.on("/listing.xml", hang)
    impatient = VideoSettings(probe_timeout_s=2.5, allow_hosts=frozenset({site.host}))
    monkeypatch.setattr("collector.stages.asking.video_settings", lambda settings: impatient)
    with ctx.store.write() as conn:
        sources.add(conn, "video", url, datetime.now(UTC))
    found = small.poll_now(ctx, url)
    assert (found.state, found.last_error_kind, found.failures) == ("error", "retry", 1)
    assert "took longer" in found.last_error


def test_an_address_without_a_listing_says_what_to_do(site: Site, ctx: Context) -> None:
    url = site.page("/clip.mp4", CLIP, Content_Type="video/mp4")
    with ctx.store.write() as conn:
        sources.add(conn, "video", url, datetime.now(UTC))
    found = small.poll_now(ctx, url)
    assert found.state == "unreadable"
    assert "ingest" in found.last_error
