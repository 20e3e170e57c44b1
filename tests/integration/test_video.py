import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.errors import Closed, Gone, Misconfigured, RateLimited, RetryLater, Unparseable, Unsupported
from collector.sandbox import run_isolated
from collector.video import VideoSettings, download, probe
from geolocate.frames.sampler import sample
from tests.integration import clips, sandboxed
from tests.integration.loopback import Handler, Site, serve


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return clips.write(path, clips.moving(clips.scene(1), 40)).read_bytes()


def allowing(site: Site, **changes: float) -> VideoSettings:
    return VideoSettings(allow_hosts=frozenset({site.host}), timeout_s=3.0, **changes)  # type: ignore[arg-type]


def test_a_video_is_described_and_downloaded(site: Site, clip: bytes, tmp_path: Path) -> None:
    url = site.page("/clips/column.mp4", clip, Content_Type="video/mp4")
    info = probe(url, allowing(site))
    assert (info["title"], info["extractor"]) == ("column", "generic")
    path = download(url, tmp_path, allowing(site))
    assert path.parent == tmp_path
    assert path.read_bytes() == clip
    assert sample(path).frames


def test_a_video_inside_a_page_is_found(site: Site, clip: bytes, tmp_path: Path) -> None:
    site.page("/column.mp4", clip, Content_Type="video/mp4")
    page = b"<html><head><title>News</title></head><body><video src='/column.mp4'></video></body></html>"
    url = site.page("/news", page, Content_Type="text/html")
    assert download(url, tmp_path, allowing(site)).read_bytes() == clip


def test_a_page_without_a_video_is_unsupported(site: Site) -> None:
    url = site.page("/news", b"<html><title>News</title>no video</html>", Content_Type="text/html")
    with pytest.raises(Unsupported):
        probe(url, allowing(site))


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, Gone), (410, Gone), (403, Closed), (451, Closed), (429, RateLimited), (500, RetryLater)],
)
def test_each_status_is_one_kind_of_failure(site: Site, status: int, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        probe(site.page("/clip.mp4", b"", status, Retry_After="90"), allowing(site))
    assert type(caught.value) is error
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 90


def test_a_video_that_is_too_large_is_refused(site: Site, clip: bytes, tmp_path: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n\r\n")
        handler.close_connection = True
        for _ in range(2000):
            handler.wfile.write(clip[:60_000].ljust(60_000))

    url = site.page("/clip.mp4", clip * 40, Content_Type="video/mp4")
    with pytest.raises(Unparseable, match="larger"):
        download(url, tmp_path, allowing(site, max_bytes=len(clip)))
    with pytest.raises(Unparseable, match="larger"):
        download(site.on("/endless.mp4", endless), tmp_path, allowing(site, max_bytes=1_000_000))


def test_a_video_that_is_too_long_is_not_wanted(site: Site, clip: bytes, tmp_path: Path) -> None:
    feed = f"""<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>x</title>
        <item><enclosure url="{site.base}/clip.mp4" type="video/mp4"/><itunes:duration>1:00:00</itunes:duration></item>
        </channel></rss>"""
    site.page("/clip.mp4", clip, Content_Type="video/mp4")
    url = site.page("/listing.xml", feed.encode(), Content_Type="application/rss+xml")
    with pytest.raises(Unsupported, match="60 minutes"):
        download(url, tmp_path, allowing(site, max_duration_s=600.0))


def test_an_address_in_the_own_network_is_refused(site: Site, clip: bytes, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="not a public address"):
        probe(site.page("/clip.mp4", clip), VideoSettings())
    assert site.asked == []


def test_a_hop_into_the_own_network_is_refused_inside_the_extractor(site: Site, clip: bytes, tmp_path: Path) -> None:
    with serve() as inside:
        secret = inside.page("/secret.mp4", clip, Content_Type="video/mp4")
        moved = site.page("/moved.mp4", b"", 302, Location=secret)
        embedded = site.page("/news", f"<html><video src='{secret}'></video></html>".encode(), Content_Type="text/html")
        for url in (moved, embedded):
            with pytest.raises(Misconfigured, match="not a public address"):
                download(url, tmp_path, allowing(site))
        assert inside.asked == []
    assert list(tmp_path.glob("*.mp4")) == []


def test_a_dead_host_is_tried_again_later(site: Site) -> None:
    with serve() as gone:
        url = gone.base + "/clip.mp4"
    settings = VideoSettings(allow_hosts=frozenset({gone.host}), timeout_s=2.0)
    with pytest.raises(RetryLater):
        probe(url, settings)


def test_a_slow_host_ends_at_the_deadline(site: Site) -> None:
    def slow(handler: Handler) -> None:
        site.closing.wait(10)
        handler.close_connection = True

    began = time.monotonic()
    with pytest.raises(RetryLater):
        probe(site.on("/clip.mp4", slow), VideoSettings(allow_hosts=frozenset({site.host}), probe_timeout_s=2.5))
    assert time.monotonic() - began < 6


def test_stopping_ends_a_probe(site: Site) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(RetryLater, match="stopping"):
        probe(site.base + "/clip.mp4", allowing(site), stop=stop)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "no address", "rtmp://x/y", "ytsearch:convoy", "http://"])
def test_only_web_addresses_are_asked(url: str) -> None:
    with pytest.raises(Unsupported):
        probe(url)


def test_extractors_start_no_program_that_could_connect() -> None:
    with pytest.raises(Unsupported, match="ffmpeg"):
        run_isolated(sandboxed.start_under_guard, ("ffmpeg",), 20)
