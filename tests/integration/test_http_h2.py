"""Does all that holds for HTTP/1.1 hold for HTTP/2: the pinned address, the certificate's name, caps and deadlines?"""

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.errors import Misconfigured, RetryLater, Unparseable
from collector.http import HttpSettings, PoliteClient
from tests.integration.loopback_h2 import H2Site, Stream, serve_h2


@pytest.fixture
def site(tmp_path: Path) -> Iterator[H2Site]:
    with serve_h2(tmp_path) as running:
        yield running


def client(site: H2Site, asked: list[str] | None = None, **changes: Any) -> PoliteClient:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        if asked is not None:
            asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    wanted: dict[str, Any] = {
        "gap_s": 0.0, "timeout_s": 3.0, "respect_robots": False, "ca_file": site.ca_file,
        "allow_hosts": frozenset({site.host}),
    }  # fmt: skip
    return PoliteClient(HttpSettings(**wanted | changes), resolve=resolve)


def hello(stream: Stream) -> None:
    stream.head(200, etag='"v1"', content_type="text/plain")
    stream.body(b"hello by frames")


def endless(stream: Stream) -> None:
    stream.head(200)
    for _ in range(100):
        stream.body(b"x" * 65536, end=False)


def test_a_page_comes_over_http2_from_the_checked_address(site: H2Site) -> None:
    site.answers["/page"] = hello
    names: list[str] = []
    with client(site, names) as ours:
        answer = ours.get(site.url("/page"))
        ours.get(site.url("/page"))
    assert (answer.body, answer.etag, answer.url) == (b"hello by frames", '"v1"', site.url("/page"))
    assert site.asked[0][":authority"] == f"news.example:{site.port}"
    assert site.asked[0]["user-agent"].startswith("convoywatch/")
    assert (names, site.connections) == (["news.example"], 1)


def test_an_address_of_the_own_network_is_refused_before_it_is_reached(site: H2Site) -> None:
    with client(site, allow_hosts=frozenset()) as ours, pytest.raises(Misconfigured, match="not a public address"):
        ours.get(site.url("/page"))
    assert site.connections == 0


def test_a_certificate_for_another_name_or_of_an_unknown_authority_is_no_answer(site: H2Site) -> None:
    with client(site, allow_hosts=frozenset({"other.example"})) as ours, pytest.raises(RetryLater, match="certificate"):
        ours.get(f"https://other.example:{site.port}/page")
    with client(site, ca_file=None) as ours, pytest.raises(RetryLater, match="certificate"):
        ours.get(site.url("/page"))
    assert site.asked == []


def test_a_file_that_holds_no_certificates_is_a_mistake_of_the_operator(site: H2Site, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(Misconfigured, match="ca_file"):
            client(site, ca_file=str(tmp_path / name))


def test_an_endless_body_is_cut_and_what_was_left_harms_no_later_answer(site: H2Site) -> None:
    site.answers["/endless"], site.answers["/page"] = endless, hello
    with client(site) as ours:
        for _ in range(3):
            with pytest.raises(Unparseable, match="limit of 100000"):
                ours.get(site.url("/endless"), max_bytes=100_000)
            assert ours.get(site.url("/page")).body == b"hello by frames"


def test_a_drip_ends_at_the_deadline(site: H2Site) -> None:
    def drip(stream: Stream) -> None:
        stream.head(200)
        for _ in range(100):
            stream.body(b"a", end=False)
            stream.sock.settimeout(0.1)
            try:
                if not stream.sock.recv(65536):
                    return
            except TimeoutError:
                continue

    site.answers["/drip"] = drip
    with client(site, timeout_s=0.5) as ours, pytest.raises(RetryLater, match="too long"):
        ours.get(site.url("/drip"))


@pytest.mark.parametrize("announced", ["3", "5000"])
def test_a_length_that_lies_is_found_out(site: H2Site, announced: str) -> None:
    def lie(stream: Stream) -> None:
        stream.head(200, content_length=announced)
        stream.body(b"ten bytes!")

    site.answers["/lie"], site.answers["/page"] = lie, hello
    with client(site) as ours:
        with pytest.raises(RetryLater):
            ours.get(site.url("/lie"))
        assert ours.get(site.url("/page")).status == 200


def test_a_stream_that_is_reset_is_tried_again_later(site: H2Site) -> None:
    def reset(stream: Stream) -> None:
        stream.head(200)
        stream.body(b"some", end=False)
        stream.conn.reset_stream(stream.number)
        stream.flush()

    def cut(stream: Stream) -> None:
        stream.head(200)
        stream.body(b"some", end=False)
        stream.sock.shutdown(socket.SHUT_RDWR)

    site.answers["/reset"], site.answers["/cut"], site.answers["/page"] = reset, cut, hello
    with client(site) as ours:
        for path in ("/reset", "/cut"):
            with pytest.raises(RetryLater):
                ours.get(site.url(path))
        assert ours.get(site.url("/page")).status == 200


def test_a_status_that_is_no_number_is_no_answer(site: H2Site) -> None:
    def nonsense(stream: Stream) -> None:
        stream.conn.config.validate_outbound_headers = False
        stream.conn.send_headers(stream.number, [(":status", "fine")], end_stream=True)
        stream.flush()

    site.answers["/page"] = nonsense
    with client(site) as ours, pytest.raises(Unparseable, match="nonsense"):
        ours.get(site.url("/page"))


def test_a_redirect_and_an_unchanged_page(site: H2Site) -> None:
    site.answers["/old"] = lambda stream: stream.head(301, end=True, location="/new")
    site.answers["/new"] = lambda stream: stream.head(304 if "if-none-match" in stream.asked else 200, end=True)
    with client(site) as ours:
        answer = ours.get(site.url("/old"))
        assert ([(hop.url, hop.status) for hop in answer.hops], answer.body) == ([(site.url("/old"), 301)], b"")
        assert ours.get(site.url("/new"), etag='"v1"').not_modified


def test_a_file_comes_over_http2(site: H2Site) -> None:
    clip = bytes(range(256)) * 2000

    def send(stream: Stream) -> None:
        stream.head(200)
        stream.body(clip)

    site.answers["/clip"] = send
    into = io.BytesIO()
    with client(site) as ours:
        assert ours.download(site.url("/clip"), into).size == len(clip)
    assert into.getvalue() == clip
