"""What does a source's state become when its server does its worst, and what is kept as evidence of it?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.ingest import Told, ingest, read_any
from tests.e2e import small
from tests.integration import hostile
from tests.integration.hostile import page
from tests.integration.loopback import Handler, Site, serve

NAME = "market_test"
HEALTHY = page(NAME, 6)
Start = Callable[..., Context]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def start(site: Site, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(answer: Callable[[Handler], None] | bytes, **settings: Any) -> Context:
            if isinstance(answer, bytes):
                site.page(f"/s/{NAME}", answer, Content_Type="text/html; charset=utf-8")
            else:
                site.on(f"/s/{NAME}", answer)
            quick: dict[str, Any] = {"http__timeout_s": 1.0, "http__respect_robots": False}
            path = small.config(tmp_path, site.base, [NAME], **quick | settings)
            return stack.enter_context(small.inside(path))

        yield begin


def health(ctx: Context) -> tuple[str, str | None, str, int, int]:
    """(state, last_error_kind, last_error, failures, posts) as analysts see them."""
    columns = "state, last_error_kind, coalesce(last_error, ''), failures, posts"
    (found,) = small.rows(ctx, f"SELECT {columns} FROM v_source_health WHERE name = ?", NAME)
    state, kind, words, failures, posts = found
    return state, kind, words, failures, posts


def in_seconds(ctx: Context) -> float:
    due = small.source(ctx, NAME).next_check_at
    assert isinstance(due, datetime)
    return (due - datetime.now(UTC)).total_seconds()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (hostile.status(429, Retry_After="120"), "rate-limited", "asks us to wait 120 s"),
        (hostile.status(429), "rate-limited", "asks us to wait 60 s"),
        (hostile.status(500), "retry", "answered 500"),
        (hostile.status(503), "retry", "answered 503"),
        (hostile.reset, "retry", "127.0.0.1"),
        (hostile.drip, "retry", "took too long"),
        (hostile.endless, "unparseable", "larger than the limit"),
        (hostile.bomb, "unparseable", "limit"),
        (hostile.too_long(HEALTHY), "retry", "127.0.0.1"),
        (hostile.nested(20_000_000), "unparseable", "the limit is"),
        (hostile.nested(7_000_000), "unparseable", "thicket"),
    ],
    ids=[
        "429 with Retry-After", "429 without", "500", "503", "reset", "drip", "endless", "gzip bomb", "length too long",
        "20 MB of nested tags", "7 MB of nested tags",
    ],
)  # fmt: skip
def test_a_source_says_what_its_server_did_and_recovers(
    site: Site, start: Start, answer: Callable[[Handler], None], kind: str, words: str
) -> None:
    ctx = start(answer)
    small.poll_now(ctx, NAME)
    state, found, told, failures, posts = health(ctx)
    assert (state, found, failures, posts) == ("error", kind, 1, 0)
    assert words in told
    least = {"asks us to wait 120 s": 115, "asks us to wait 60 s": 55}.get(words, 0.1)
    assert in_seconds(ctx) > least
    if kind == "rate-limited":
        return  # recovers when the host's pause is over: tests of the client
    site.page(f"/s/{NAME}", HEALTHY)
    small.poll_now(ctx, NAME)
    assert health(ctx) == ("ok", None, "", 0, 6)


def test_a_length_that_is_too_short_gives_the_whole_posts_and_says_that_it_is_not_all(site: Site, start: Start) -> None:
    ctx = start(hostile.too_short(HEALTHY))
    small.poll_now(ctx, NAME)
    state, kind, told, failures, posts = health(ctx)
    assert (state, kind, failures) == ("error", "retry", 1)
    assert "cut off" in told
    assert 0 < posts < 6
    site.page(f"/s/{NAME}", HEALTHY)
    small.poll_now(ctx, NAME)
    assert health(ctx) == ("ok", None, "", 0, 6)
    assert small.rows(ctx, "SELECT max(revision) FROM posts") == [(1,)]  # no half of a post was ever stored


def test_a_redirect_loop_is_unparseable(site: Site, start: Start) -> None:
    ctx = start(hostile.status(302, Location=f"/s/{NAME}"))
    small.poll_now(ctx, NAME)
    state, kind, told, _, _ = health(ctx)
    assert (state, kind) == ("error", "unparseable")
    assert "redirects" in told
    assert len(site.asked) == 6


@pytest.mark.parametrize("spelling", ["127.0.0.1", "2130706433", "[::ffff:7f00:1]"])
def test_a_redirect_to_a_private_address_is_refused_by_name(site: Site, start: Start, spelling: str) -> None:
    with serve() as inside:
        inside.page("/secret", b"secret")
        ctx = start(hostile.status(302, Location=f"http://{spelling}:{inside.port}/secret"))
        small.poll_now(ctx, NAME)
        state, kind, told, _, _ = health(ctx)
        assert inside.asked == []
    assert state == "error"
    assert kind in ("misconfigured", "retry", "unparseable")
    assert "not a public address" in told or kind != "misconfigured"


@pytest.mark.parametrize("charset", ["windows-1251", "no-such-charset"])
def test_a_wrong_charset_in_the_header_changes_no_letter(site: Site, start: Start, charset: str) -> None:
    text = "Колонна грузовиков у Хомса {}"
    body = page(NAME, 3, text)
    ctx = start(lambda handler: handler.reply(200, body, Content_Type=f"text/html; charset={charset}"))
    small.poll_now(ctx, NAME)
    assert health(ctx)[:2] == ("ok", None)
    assert small.rows(ctx, "SELECT text FROM posts ORDER BY native_id LIMIT 1") == [(text.format(1),)]


def test_bytes_of_another_charset_lose_letters_and_no_post(site: Site, start: Start) -> None:
    ctx = start(page(NAME, 3, "Колонна грузовиков {}").decode().encode("cp1251"))
    small.poll_now(ctx, NAME)
    assert health(ctx) == ("ok", None, "", 0, 3)


def test_a_page_whose_every_class_is_renamed_is_told_as_drift(site: Site, start: Start) -> None:
    ctx = start(HEALTHY.replace(b"tgme_", b"xyz_").replace(b"js-", b"k-"))
    small.poll_now(ctx, NAME)
    state, kind, told, failures, posts = health(ctx)
    assert (state, posts) == ("unreadable", 0)
    assert failures == 1
    assert kind
    assert told


def test_messages_whose_classes_are_renamed_are_not_taken_for_an_empty_channel(site: Site, start: Start) -> None:
    ctx = start(HEALTHY.replace(b"tgme_widget_message", b"xyz_widget"))
    small.poll_now(ctx, NAME)
    state, kind, told, _, posts = health(ctx)
    assert (state, kind, posts) == ("drift", "drift", 0)
    assert "layout may have changed" in told


def test_how_a_server_refused_is_kept_as_evidence(site: Site, start: Start) -> None:
    ctx = start(hostile.status(503, X_Cache="miss"))
    small.poll_now(ctx, NAME)
    ((sha256, status, tool, sent, headers, pages),) = small.rows(
        ctx,
        "SELECT c.sha256, c.status, c.tool, c.request_headers, c.headers, f.pages FROM fetch_captures c "
        "JOIN fetches f ON f.id = c.fetch_id",
    )
    assert ctx.captures.read(sha256) == b"<html>error 503</html>"
    assert (status, pages) == (503, 0)
    assert tool.startswith("convoywatch/")
    assert "user-agent" in sent
    assert "x-cache" in headers


def test_the_way_to_a_page_is_kept_with_it(site: Site, start: Start) -> None:
    site.page(f"/moved/{NAME}", HEALTHY)
    ctx = start(hostile.status(301, Location=f"/moved/{NAME}"))
    small.poll_now(ctx, NAME)
    ((url, hops),) = small.rows(ctx, "SELECT url, hops FROM fetch_captures")
    assert url == f"{site.base}/moved/{NAME}"
    assert f'"url": "{site.base}/s/{NAME}"' in hops
    assert '"status": 301' in hops


def test_a_link_that_a_person_takes_in_keeps_how_it_came(site: Site, start: Start) -> None:
    body = b"<html><head><title>A convoy near Homs</title></head><body><article>Thirty trucks.</article></body></html>"
    site.page("/new", body, X_Cache="hit")
    url = site.page("/old", b"", 301, Location="/new")
    ctx = start(HEALTHY)
    read = read_any(ctx, url, Told(), lambda what, wrong: pytest.fail(f"{what}: {wrong}"))
    ingest(ctx, read, lambda saved: None)
    ((sha256, found, status, headers, sent, hops, tool),) = small.rows(
        ctx, "SELECT sha256, url, status, headers, request_headers, hops, tool FROM handed_in"
    )
    assert ctx.captures.read(sha256) == body
    assert (found, status) == (f"{site.base}/new", 200)
    assert url in hops
    assert "x-cache" in headers
    assert "user-agent" in sent
    assert tool.startswith("convoywatch/")
    assert small.rows(ctx, "SELECT capture_sha256 FROM posts") == [(sha256,)]
    small.poll_now(ctx, NAME)
    told = small.rows(ctx, "SELECT came_by, url, status, source_id IS NULL FROM v_custody ORDER BY fetched_at")
    assert told == [("hand", found, 200, 1), ("poll", f"{site.base}/s/{NAME}", 200, 0)]
