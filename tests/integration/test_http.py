import gzip
import io
import itertools
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpcore
import pytest

from collector.errors import Gone, Misconfigured, RateLimited, RetryLater, Unparseable, Unsupported
from collector.http import HttpSettings, PoliteClient
from tests.integration.loopback import Handler, Site, serve

Make = Callable[..., PoliteClient]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def make(site: Site) -> Iterator[Make]:
    made: list[PoliteClient] = []

    def build(stop: threading.Event | None = None, resolve: Any = socket.getaddrinfo, **changes: Any) -> PoliteClient:
        settings: dict[str, Any] = {"gap_s": 0.0, "timeout_s": 3.0, "allow_hosts": frozenset({site.host})} | changes
        made.append(PoliteClient(HttpSettings(**settings), stop=stop, resolve=resolve))
        return made[-1]

    yield build
    for client in made:
        client.close()


def test_a_page_comes_with_its_headers_and_time(site: Site, make: Make) -> None:
    url = site.page("/s/channel", b"posts", ETag='"v1"', Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT")
    answer = make(contact="https://example.org/about").get(url + "#top")
    assert (answer.url, answer.status, answer.body, answer.not_modified) == (url, 200, b"posts", False)
    assert (answer.etag, answer.last_modified) == ('"v1"', "Mon, 02 Nov 2026 10:00:00 GMT")
    assert abs((datetime.now(UTC) - answer.fetched_at).total_seconds()) < 5
    agent = site.asked[-1].headers["user-agent"]
    assert agent.startswith("convoywatch/")
    assert "(+https://example.org/about)" in agent


def test_an_answer_says_how_long_it_is_fresh_what_was_sent_and_by_which_way_it_came(site: Site, make: Make) -> None:
    site.page("/new", b"x", Cache_Control="max-age=900")
    answer = make(respect_robots=False).get(site.page("/old", b"", 301, Location="/new"))
    assert answer.fresh_for_s == 900
    assert [(hop.url, hop.status) for hop in answer.hops] == [(site.base + "/old", 301)]
    assert answer.sent["user-agent"] == site.asked[-1].headers["user-agent"]
    assert "authorization" not in answer.sent


def test_the_error_for_a_status_carries_the_answer(site: Site, make: Make) -> None:
    with pytest.raises(Gone) as caught:
        make(respect_robots=False).get(site.page("/page", b"gone for " + b"good" * 200_000, 410, X_Why="law"))
    told = caught.value.answer
    assert told is not None
    assert (told.status, told.headers["x-why"], len(told.body)) == (410, "law", 256 * 1024)


def test_an_unchanged_page_is_told_by_304(site: Site, make: Make) -> None:
    def answer(handler: Handler) -> None:
        handler.reply(304 if handler.headers.get("If-None-Match") == '"v1"' else 200, b"x", ETag='"v1"')

    url = site.on("/page", answer)
    client = make()
    assert client.get(url).status == 200
    second = client.get(url, etag='"v1"', last_modified="Mon, 02 Nov 2026 10:00:00 GMT")
    assert second.not_modified
    assert second.body == b""
    assert site.asked[-1].headers["if-modified-since"] == "Mon, 02 Nov 2026 10:00:00 GMT"


def test_a_304_that_was_not_asked_for_is_unparseable(site: Site, make: Make) -> None:
    with pytest.raises(Unparseable, match="304"):
        make().get(site.page("/page", b"", 304))


def test_a_redirect_shows_in_the_final_url_and_drops_the_validators(site: Site, make: Make) -> None:
    site.page("/channel", b"no preview")
    url = site.page("/s/channel", b"", 302, Location="/channel")
    answer = make().get(url, etag='"v1"')
    assert answer.url == site.base + "/channel"
    assert "if-none-match" not in site.asked[-1].headers


def test_requests_to_one_host_keep_the_gap_and_take_turns(site: Site, make: Make) -> None:
    url = site.page("/page", b"x")
    client = make(gap_s=0.15, respect_robots=False)
    threads = [threading.Thread(target=client.get, args=(url,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts = [asked.at for asked in site.asked]
    assert len(starts) == 4
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) > 0.14


def test_another_host_does_not_wait_for_a_slow_one(site: Site, make: Make) -> None:
    with serve() as other:
        url, elsewhere = site.page("/page", b"x"), other.page("/page", b"x")
        client = make(gap_s=30.0, respect_robots=False, allow_hosts=frozenset({"127.0.0.1"}))
        began = time.monotonic()
        assert client.get(url).status == client.get(elsewhere).status == 200
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_closes_the_host_for_everyone(site: Site, make: Make, status: int) -> None:
    url = site.page("/page", b"", status, Retry_After="120")
    client = make(respect_robots=False)
    with pytest.raises(RateLimited) as first:
        client.get(url)
    assert first.value.retry_after_s == 120
    with pytest.raises(RateLimited) as second:
        client.get(site.page("/other", b"x"))
    assert second.value.retry_after_s == pytest.approx(120, abs=5)
    assert site.paths() == ["/page"]


def test_retry_after_as_a_date_counts_by_the_servers_clock(site: Site, make: Make) -> None:
    # http.server sends Date itself, from this machine's clock
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    with pytest.raises(RateLimited) as caught:
        make(respect_robots=False).get(site.page("/page", b"", 429, Retry_After=later))
    assert caught.value.retry_after_s == pytest.approx(600, abs=5)


def test_429_without_retry_after_pauses_by_itself(site: Site, make: Make) -> None:
    with pytest.raises(RateLimited) as caught:
        make(respect_robots=False).get(site.page("/page", b"", 429))
    assert caught.value.retry_after_s == 60


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, Gone), (410, Gone), (401, Gone), (403, Gone), (451, Gone), (400, Gone),
        (500, RetryLater), (502, RetryLater), (503, RetryLater), (408, RetryLater),
        (204, Unparseable), (300, Unparseable),
    ],
)  # fmt: skip
def test_each_status_is_one_kind_of_failure(site: Site, make: Make, status: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=str(status)) as caught:
        make(respect_robots=False).get(site.page("/page", b"", status))
    assert type(caught.value) is error


def test_a_dead_port_and_an_unknown_name_are_tried_again_later(make: Make, site: Site) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(RetryLater):
        make(allow_hosts=frozenset({"127.0.0.1"})).get(f"http://127.0.0.1:{port}/")

    def unknown(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(RetryLater, match="does not resolve"):
        make(resolve=unknown).get("http://no-such-host.example/")


def test_a_body_that_stops_early_is_tried_again_later(site: Site, make: Make) -> None:
    def cut(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"only this")
        handler.close_connection = True

    with pytest.raises(RetryLater):
        make().get(site.on("/page", cut))


def test_a_reset_in_the_body_is_tried_again_later(site: Site, make: Make) -> None:
    def reset(handler: Handler) -> None:
        handler.reply(200, b"some", Content_Length="100000")
        handler.wfile.flush()
        linger_off = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_off)
        handler.close_connection = True

    with pytest.raises(RetryLater):
        make().get(site.on("/page", reset))


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_slow_drip_ends_at_the_deadline(site: Site, make: Make, where: str) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 100000\r\n\r\n" if where == "body" else b""))
        for _ in range(100):
            handler.wfile.write(b"a" if where == "body" else b"X-A: 1\r\n")
            handler.wfile.flush()
            if site.closing.wait(0.1):
                break
        handler.close_connection = True

    began = time.monotonic()
    with pytest.raises(RetryLater, match="too long"):
        make(timeout_s=0.6, respect_robots=False).get(site.on("/page", drip))
    assert time.monotonic() - began < 2


def _endless(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    handler.close_connection = True
    for _ in range(4000):
        handler.wfile.write(b"x" * 65536)


def test_an_endless_body_is_cut_at_the_limit(site: Site, make: Make) -> None:
    with pytest.raises(Unparseable, match="limit of 1000000"):
        make().get(site.on("/page", _endless), max_bytes=1_000_000)


def test_an_announced_oversize_is_refused_before_reading(site: Site, make: Make) -> None:
    with pytest.raises(Unparseable, match="announces 5000 bytes"):
        make().get(site.page("/page", b"x" * 5000), max_bytes=4999)
    assert len(make().get(site.page("/page", b"x" * 5000), max_bytes=5000).body) == 5000


def test_a_content_length_that_is_too_small_gives_only_that_much(site: Site, make: Make) -> None:
    client = make()
    url = site.page("/page", b"0123456789", Content_Length="4", Connection="close")
    assert client.get(url).body == b"0123"
    assert client.get(site.page("/next", b"next")).body == b"next"


def test_compressed_answers_are_read_and_bombs_are_not(site: Site, make: Make) -> None:
    client = make()
    assert client.get(site.page("/gz", gzip.compress(b"text" * 999), Content_Encoding="gzip")).body == b"text" * 999
    assert client.get(site.page("/zl", zlib.compress(b"text"), Content_Encoding="deflate")).body == b"text"
    bomb = gzip.compress(b"\0" * 64_000_000)
    with pytest.raises(Unparseable, match="limit"):
        client.get(site.page("/bomb", bomb, Content_Encoding="gzip"), max_bytes=1_000_000)
    with pytest.raises(Unparseable, match="bomb"):
        client.get(site.page("/bomb", bomb, Content_Encoding="gzip"), max_bytes=1_000_000_000)
    with pytest.raises(RetryLater, match="cut off"):
        client.get(site.page("/cut", gzip.compress(b"text" * 999)[:-20], Content_Encoding="gzip"))
    with pytest.raises(Unparseable, match="broken"):
        client.get(site.page("/bad", b"not gzip at all", Content_Encoding="gzip"))
    with pytest.raises(Unparseable, match="br"):
        client.get(site.page("/br", b"x", Content_Encoding="br"))


def test_redirect_loops_end(site: Site, make: Make) -> None:
    with pytest.raises(Unparseable, match="redirects"):
        make().get(site.page("/loop", b"", 302, Location="/loop"))
    assert site.paths().count("/loop") == 6


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://x/", "http://x:port/", "", "http://"])
def test_redirects_to_what_is_no_web_address_are_unparseable(site: Site, make: Make, to: str) -> None:
    with pytest.raises(Unparseable):
        make().get(site.page("/away", b"", 302, Location=to))


@pytest.mark.parametrize("url", ["ftp://example.org/x", "file:///etc/passwd", "no address", "http://", "http://[::1"])
def test_only_web_addresses_are_asked(make: Make, url: str) -> None:
    with pytest.raises(Unsupported):
        make().get(url)


def test_a_redirect_into_the_own_network_is_refused(site: Site, make: Make) -> None:
    with serve() as inside:
        url = site.page("/away", b"", 302, Location=inside.page("/secret", b"secret"))
        with pytest.raises(Misconfigured, match="not a public address"):
            make().get(url)
        assert inside.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_loopback_by_any_spelling_is_refused(site: Site, make: Make, host: str) -> None:
    with pytest.raises((Misconfigured, RetryLater, Unsupported)):
        make(allow_hosts=frozenset()).get(f"http://{host}:{site.port}/page")
    assert site.asked == []


def test_a_name_that_answers_with_a_private_address_is_refused(site: Site, make: Make) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.215.14", port)), (0, 0, 0, "", ("10.0.0.7", port))]

    with pytest.raises(Misconfigured, match=r"10\.0\.0\.7"):
        make(resolve=resolve, respect_robots=False).get("http://news.example/")


@pytest.mark.parametrize(
    "answers",
    [
        ["93.184.215.14", "127.0.0.1"], ["2606:2800:220:1::1", "::ffff:127.0.0.1"], ["0.0.0.0"], ["169.254.169.254"],
        ["64:ff9b::7f00:1"], ["fd00::1"], ["::"], ["2002:7f00:1::"], ["100.64.0.1"], ["::127.0.0.1"],
    ],
)  # fmt: skip
def test_one_bad_answer_of_the_resolver_spoils_the_name(site: Site, make: Make, answers: list[str]) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, site.port)) for address in answers]

    site.page("/page", b"inside")
    with pytest.raises(Misconfigured, match="not a public address"):
        make(resolve=resolve, allow_hosts=frozenset(), respect_robots=False).get(
            f"http://news.example:{site.port}/page"
        )
    assert site.asked == []


def test_a_name_that_is_bound_anew_between_two_requests_is_checked_anew(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    reached: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        told.append(host)
        return [(0, 0, 0, "", ("93.184.215.14" if len(told) == 1 else "127.0.0.1", port))]

    def nobody(_self: object, host: str, *_: Any) -> None:
        reached.append(host)
        raise httpcore.ConnectError("refused")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", nobody)  # nothing leaves this machine
    client = make(resolve=resolve, allow_hosts=frozenset(), respect_robots=False)
    with pytest.raises(RetryLater):
        client.get("http://news.example/page")
    with pytest.raises(Misconfigured, match="not a public address"):
        client.get("http://news.example/page")
    assert (len(told), reached) == (2, ["93.184.215.14"])


@pytest.mark.parametrize(
    "to", ["http://2130706433:{port}/", "http://0177.0.0.1:{port}/", "//0:{port}/x", "http://[::]/"]
)
def test_a_redirect_by_an_odd_spelling_of_loopback_is_refused(site: Site, make: Make, to: str) -> None:
    with serve() as inside:
        url = site.page("/away", b"", 302, Location=to.format(port=inside.port))
        with pytest.raises((Misconfigured, RetryLater, Unparseable)):
            make(respect_robots=False).get(url)
        assert inside.asked == []


def test_a_download_is_held_to_the_same_rules_at_every_hop(site: Site, make: Make) -> None:
    with serve() as inside:
        url = site.page("/clip", b"", 302, Location=inside.page("/secret", b"secret"))
        into = io.BytesIO()
        with pytest.raises(Misconfigured, match="not a public address"):
            make().download(url, into)
        assert (inside.asked, into.getvalue()) == ([], b"")


def test_the_connection_goes_to_the_checked_address(site: Site, make: Make) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    site.page("/page", b"pinned")
    client = make(resolve=resolve, respect_robots=False, allow_hosts=frozenset({"news.example"}))
    answer = client.get(f"http://news.example:{site.port}/page")
    assert answer.body == b"pinned"
    assert asked == ["news.example"]
    assert site.asked[-1].headers["host"] == f"news.example:{site.port}"


def test_robots_rules_are_kept_and_fetched_once(site: Site, make: Make) -> None:
    site.page("/robots.txt", b"User-agent: convoywatch\nDisallow: /private/\nCrawl-delay: 0.1\n")
    client = make()
    assert client.get(site.page("/open", b"x")).body == b"x"
    with pytest.raises(Gone, match=r"robots\.txt disallows"):
        client.get(site.page("/private/page", b"x"))
    assert site.paths() == ["/robots.txt", "/open"]
    assert site.asked[1].at - site.asked[0].at >= 0.0
    assert make(respect_robots=False).get(site.base + "/private/page").body == b"x"


def test_a_crawl_delay_widens_the_gap(site: Site, make: Make) -> None:
    site.page("/robots.txt", b"User-agent: *\nCrawl-delay: 0.3\n")
    client, url = make(), site.page("/page", b"x")
    client.get(url)
    client.get(url)
    assert site.asked[2].at - site.asked[1].at > 0.28


@pytest.mark.parametrize("status", [401, 403, 404])
def test_no_robots_file_means_no_rules(site: Site, make: Make, status: int) -> None:
    site.page("/robots.txt", b"", status)
    assert make().get(site.page("/page", b"x")).body == b"x"


def test_a_failing_robots_file_means_not_now(site: Site, make: Make) -> None:
    site.page("/robots.txt", b"", 500)
    with pytest.raises(RetryLater):
        make().get(site.page("/page", b"x"))
    assert "/page" not in site.paths()


def test_an_endless_robots_file_is_read_in_part(site: Site, make: Make) -> None:
    site.on("/robots.txt", _endless)
    assert make().get(site.page("/page", b"x")).body == b"x"


def test_a_redirect_is_held_to_the_robots_rules_of_its_target(site: Site, make: Make) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /hidden\n")
    with pytest.raises(Gone, match="disallows"):
        make().get(site.page("/open", b"", 301, Location="/hidden"))


def test_stopping_ends_a_wait_for_the_gap(site: Site, make: Make) -> None:
    stop = threading.Event()
    client, url = make(stop, gap_s=60.0, respect_robots=False), site.page("/page", b"x")
    client.get(url)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with pytest.raises(RetryLater, match="stopping"):
        client.get(url)
    assert time.monotonic() - began < 5


def test_stopping_ends_a_long_download(site: Site, make: Make) -> None:
    stop = threading.Event()
    client = make(stop, respect_robots=False)
    stop.set()
    with pytest.raises(RetryLater, match="stopping"):
        client.download(site.on("/page", _endless), io.BytesIO())


def test_a_download_is_streamed_and_capped(site: Site, make: Make) -> None:
    client, into = make(), io.BytesIO()
    done = client.download(site.page("/clip.mp4", b"video" * 50_000), into)
    assert (done.size, into.getvalue()) == (250_000, b"video" * 50_000)
    assert site.asked[-1].headers["accept-encoding"] == "identity"
    with pytest.raises(Unparseable, match="limit of 3000000"):
        client.download(site.on("/endless", _endless), io.BytesIO(), max_bytes=3_000_000)


def test_cookies_and_passwords_are_not_carried(site: Site, make: Make) -> None:
    client = make(respect_robots=False)
    url = site.page("/page", b"x", Set_Cookie="id=1; Path=/")
    client.get(url.replace("http://", "http://user:secret@"))
    client.get(url)
    assert all("cookie" not in asked.headers and "authorization" not in asked.headers for asked in site.asked)


def test_tokens_in_queries_stay_out_of_logs_and_messages(
    site: Site, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.page("/clip", b"", 404)
    with pytest.raises(Gone) as caught:
        make(respect_robots=False).get(site.base + "/clip?token=SECRET")
    assert "SECRET" not in str(caught.value)
    assert "/clip" in str(caught.value)
    assert not [
        r for r in caplog.records if r.name in ("collector.http", "httpcore", "httpx") and "SECRET" in r.getMessage()
    ]


def test_a_proxy_is_used_and_its_password_never_shown(site: Site, make: Make) -> None:
    seen: list[str] = []

    def through(handler: Handler) -> None:
        seen.append(handler.headers.get("Proxy-Authorization", ""))
        handler.reply(200, b"through the proxy")

    site.on("/page", through)
    client = make(proxy=f"http://me:SECRET@127.0.0.1:{site.port}", respect_robots=False, allow_hosts=frozenset())
    assert client.get("http://news.example/page").body == b"through the proxy"
    assert seen[0].startswith("Basic ")
    with pytest.raises(Misconfigured, match="not a public address"):
        client.get("http://127.0.0.1/page")
    with pytest.raises(Misconfigured) as caught:
        make(proxy="htp://me:SECRET@host")
    assert "SECRET" not in str(caught.value)


def test_without_a_network_the_proxy_failure_names_no_password(site: Site, make: Make) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(RetryLater) as caught:
        make(proxy=f"socks5://me:SECRET@127.0.0.1:{port}").get("http://news.example/")
    assert "SECRET" not in str(caught.value)
