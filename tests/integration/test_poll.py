"""Does polling bring every post exactly once, whatever the server does, and as politely as it should?"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from collector.context import Context
from collector.dispatch.jobs import POLL
from collector.ingest import Told, ingest, read_any
from collector.stages.cursor import load
from collector.stages.poll import poll
from collector.worker import do_job
from db import sources
from demo.world import Revision, World, world_of
from tests.e2e import small
from tests.e2e.small import Moody, numbers, poll_now, source

NAME = "quiet_test"
Start = Callable[..., tuple[Moody, Context]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server on a world of one channel, and the program's parts on it."""
    with ExitStack() as stack:

        def begin(
            world: World, *, page_size: int = 5, shown: int | None = None, etag: bool = False, **keys: Any
        ) -> tuple[Moody, Context]:
            server = stack.enter_context(
                small.served(world, tmp_path / "world", page_size=page_size, shown=shown, etag=etag)
            )
            path = small.config(tmp_path, server.base_url, list(world.channels), **keys)
            return server, stack.enter_context(small.inside(path))

        yield begin


def pages(server: Moody) -> list[str]:
    return [asked.path.partition("?")[2] for asked in server.requests("/s/")]


def in_seconds(ctx: Context, name: str = NAME) -> float:
    """Seconds from the last poll of the source to the next."""
    found = source(ctx, name)
    assert isinstance(found.next_check_at, datetime)
    assert isinstance(found.last_fetch_at, datetime)
    return (found.next_check_at - found.last_fetch_at).total_seconds()


# --- how far a poll reads


def test_a_first_poll_reads_as_many_pages_as_it_may_and_later_ones_do_not_go_deeper(start: Start) -> None:
    server, ctx = start(small.one_channel(40), telegram__first_pages=2)
    poll_now(ctx)
    assert numbers(ctx) == list(range(31, 41))
    poll_now(ctx)
    assert numbers(ctx) == list(range(31, 41))
    assert pages(server) == ["", "before=36", ""]


def test_a_poll_pages_back_until_it_meets_what_it_knows(start: Start) -> None:
    server, ctx = start(small.one_channel(60), shown=7, telegram__first_pages=9)
    poll_now(ctx)
    server.reveal(33)
    server.forget()
    poll_now(ctx)
    assert numbers(ctx) == list(range(1, 41))
    assert len(pages(server)) == 7  # 40..8 in fives, and the page that overlaps
    assert load(source(ctx).cursor).gaps == []


def test_more_new_posts_than_one_poll_may_read_are_read_by_the_next_ones(start: Start) -> None:
    server, ctx = start(small.one_channel(90), shown=5, telegram__max_pages=3)
    poll_now(ctx)
    server.reveal(60)
    found = poll_now(ctx)
    assert numbers(ctx) == [*range(1, 6), *range(51, 66)]
    assert load(found.cursor).gaps != []
    assert in_seconds(ctx) <= 0.21  # the shortest interval: there is more to page through
    server.reveal(25)
    for _ in range(20):
        poll_now(ctx)
    assert numbers(ctx) == list(range(1, 91))
    assert load(source(ctx).cursor).gaps == []


def test_a_post_that_was_taken_in_by_hand_does_not_hide_those_before_it(start: Start) -> None:
    server, ctx = start(small.one_channel(60), shown=10, telegram__first_pages=5)
    poll_now(ctx)
    server.reveal(40)
    link = f"https://t.me/{NAME}/49"
    ingest(ctx, read_any(ctx, link, Told(), lambda what, wrong: pytest.fail(f"{what}: {wrong}")), lambda saved: None)
    assert 49 in numbers(ctx)
    poll_now(ctx)
    assert numbers(ctx) == list(range(1, 51))


def test_deleted_posts_do_not_stop_the_paging(start: Start) -> None:
    whole = small.chatter(NAME, 60)
    server, ctx = start(small.one_channel(60), shown=20, telegram__first_pages=9)
    poll_now(ctx)
    # the newest that we know and a stretch of what is new are deleted before the next poll
    server.world = world_of([small.channel(NAME, 1001, [p for p in whole if p.native_id not in range(15, 32)])])
    server.reveal_all()
    poll_now(ctx)
    assert numbers(ctx) == [*range(1, 21), *range(32, 61)]


def test_a_name_that_another_channel_took_over_is_read_anew(start: Start) -> None:
    server, ctx = start(small.one_channel(40), telegram__first_pages=9)
    poll_now(ctx)
    server.world = world_of([small.channel(NAME, 2002, small.chatter(NAME, 12))])
    poll_now(ctx)
    stored = small.rows(ctx, "SELECT channel_id, count(*) FROM posts GROUP BY 1 ORDER BY 1")
    assert stored == [("1001", 40), ("2002", 12)]


# --- the dread: a lost post


@pytest.mark.parametrize("status", [500, 503, 404])
def test_a_failure_in_the_middle_of_paging_leaves_a_gap_that_the_next_poll_fills(start: Start, status: int) -> None:
    server, ctx = start(small.one_channel(60), shown=10, telegram__first_pages=5)
    poll_now(ctx)
    server.reveal(40)
    server.fail_after(2, status)
    broken = poll_now(ctx)
    assert broken.last_error
    assert broken.failures == 1
    assert numbers(ctx) == [*range(1, 11), *range(41, 51)]  # what was read before the failure is kept
    server.reveal(10)  # and more comes before the next poll
    mended = poll_now(ctx)
    assert numbers(ctx) == list(range(1, 61))
    assert (mended.failures, mended.last_error, load(mended.cursor).gaps) == (0, None, [])


def test_a_first_poll_that_fails_on_the_way_loses_nothing_that_comes_after(start: Start) -> None:
    server, ctx = start(small.one_channel(120), shown=40, telegram__first_pages=3, telegram__max_pages=4)
    server.fail_after(1, 503)
    poll_now(ctx)
    assert numbers(ctx) == list(range(36, 41))
    server.reveal(60)
    for _ in range(10):
        poll_now(ctx)
    found = numbers(ctx)
    assert found == list(range(found[0], 101))
    assert found[0] > 1  # and it is still no reading of the whole history


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_whatever_fails_and_whenever_posts_come_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("lost")
    page_size, most = data.draw(st.integers(2, 6)), data.draw(st.integers(1, 4))
    with small.served(small.one_channel(80), folder / "world", page_size=page_size, shown=3) as server:
        keys = {"telegram__first_pages": most + 1, "telegram__max_pages": most, "http__gap_s": 0.0}
        path = small.config(folder, server.base_url, [NAME], **keys)
        with small.inside(path) as ctx:
            poll_now(ctx)
            first = numbers(ctx)[0]
            for _ in range(data.draw(st.integers(2, 8))):
                server.reveal(data.draw(st.integers(0, 20)))
                if data.draw(st.booleans()):
                    server.fail_after(data.draw(st.integers(0, 5)), data.draw(st.sampled_from([500, 404, 200])))
                poll_now(ctx)
            server.plan = ()
            for _ in range(80):
                if not load(poll_now(ctx).cursor).gaps:
                    break
            assert numbers(ctx) == list(range(first, server.posts(NAME)[-1].native_id + 1))
            assert small.rows(ctx, "SELECT count(*) FROM posts")[0][0] == len(numbers(ctx))


# --- what the server says


def test_what_is_asked_is_spaced_out_whoever_asks(start: Start) -> None:
    world = world_of([small.channel(f"busy{n}_test", n, small.chatter(f"busy{n}_test", 12)) for n in range(3)])
    server, ctx = start(world, http__gap_s=0.15)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda name: poll(ctx, source(ctx, name)), world.channels))
    times = [asked.at for asked in server.requests()]
    assert len(times) >= 7
    # the server notes a request when it has answered: a few milliseconds of grace
    assert min(b - a for a, b in pairwise(times)) >= 0.15 - 0.02


def test_a_server_that_asks_for_time_gets_it(start: Start) -> None:
    server, ctx = start(small.one_channel(12))
    server.fail_after(0, 429, retry_after=120)
    found = poll_now(ctx)
    assert (found.state, found.last_error_kind) == ("error", "rate-limited")
    assert 115 < in_seconds(ctx) <= 120
    server.forget()
    again = poll_now(ctx)  # somebody insists: the host is not asked at all
    assert again.last_error_kind == "rate-limited"
    assert server.requests() == []


def test_failures_back_off_ever_further_and_one_success_ends_that(start: Start) -> None:
    server, ctx = start(small.one_channel(12), schedule__min_interval_s=10, schedule__max_interval_s=20)
    waits = []
    for _ in range(4):
        server.fail_after(0, 500)
        poll_now(ctx)
        waits.append(in_seconds(ctx))
    assert [round(wait, -1) for wait in waits] == [20, 40, 80, 160]
    found = poll_now(ctx)
    assert (found.state, found.failures, found.last_error) == ("ok", 0, None)
    assert in_seconds(ctx) <= 20


def test_a_soft_ban_is_a_state_of_its_own_and_takes_nothing_for_deleted(start: Start) -> None:
    server, ctx = start(small.one_channel(12), telegram__first_pages=9)
    poll_now(ctx)
    server.soft_ban_next(1)
    banned = poll_now(ctx)
    assert (banned.state, banned.failures, banned.last_error_kind) == ("soft_ban", 1, "soft_ban")
    assert "stopped serving" in banned.last_error
    assert numbers(ctx) == list(range(1, 13))
    assert poll_now(ctx).state == "ok"


def test_a_soft_ban_in_the_middle_of_paging_leaves_a_gap(start: Start) -> None:
    server, ctx = start(small.one_channel(40), shown=5)
    poll_now(ctx)
    server.reveal_all()
    server.fail_after(2, 200)
    assert poll_now(ctx).last_error is not None
    poll_now(ctx)
    assert numbers(ctx) == list(range(1, 41))


def test_a_page_that_did_not_change_is_not_sent_again(start: Start) -> None:
    server, ctx = start(small.one_channel(12), etag=True)
    poll_now(ctx)
    server.reveal(0)
    found = poll_now(ctx)
    assert [asked.status for asked in server.requests("/s/")][-1] == 304
    assert (found.state, found.failures, found.last_error) == ("ok", 0, None)
    assert small.rows(ctx, "SELECT state FROM fetches ORDER BY id") == [("history",), ("unchanged",)]


def test_an_unchanged_newest_page_does_not_stop_the_filling_of_gaps(start: Start) -> None:
    server, ctx = start(small.one_channel(60), etag=True, shown=5, telegram__max_pages=3)
    poll_now(ctx)
    server.reveal_all()
    for _ in range(20):
        poll_now(ctx)
    assert 304 in [asked.status for asked in server.requests("/s/")]
    assert numbers(ctx) == list(range(1, 61))


def test_a_failure_on_the_way_keeps_no_validator_of_the_newest_page(start: Start) -> None:
    server, ctx = start(small.one_channel(60), etag=True, shown=5)
    before = poll_now(ctx).etag
    server.reveal_all()
    server.fail_after(2, 500)
    assert poll_now(ctx).etag == before


@pytest.mark.parametrize(("name", "state"), [("nobody_test", "not_found"), ("closed_test", "no_preview")])
def test_a_channel_that_cannot_be_read_says_why(start: Start, name: str, state: str) -> None:
    world = world_of([small.channel("closed_test", 7, [], preview="off"), *small.one_channel(3).channels.values()])
    _, ctx = start(world)
    with ctx.store.write() as conn:
        sources.add(conn, "telegram", name, datetime.now(UTC))
    found = poll_now(ctx, name)
    assert (found.state, found.failures) == (state, 1)
    assert found.last_error
    assert (found.next_check_at - found.last_fetch_at).total_seconds() > 0.3


def test_a_fault_of_our_own_backs_off_too(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, ctx = start(small.one_channel(3))
    with monkeypatch.context() as patch:
        patch.setattr("collector.stages.poll.new_post", lambda *_: "".index("surprise"))
        do_job(ctx, POLL, source(ctx))
    found = source(ctx)
    assert (found.state, found.failures, found.last_error_kind) == ("error", 1, "bug")
    assert "ValueError" in found.last_error
    assert "surprise" in caplog.text
    assert in_seconds(ctx) > 0.2
    poll_now(ctx)
    assert numbers(ctx) == [1, 2, 3]


# --- what posts become


def test_an_edit_is_a_new_revision_and_the_old_one_stays(start: Start) -> None:
    posts = small.chatter(NAME, 3)
    edited = replace(posts[1], edited=Revision("something else entirely", posts[1].at + timedelta(hours=1)))
    server, ctx = start(world_of([small.channel(NAME, 1001, [posts[0], edited, posts[2]])]), shown=3)
    server.world = small.one_channel(3)
    poll_now(ctx)
    server.world = world_of([small.channel(NAME, 1001, [posts[0], edited, posts[2]])])
    server.reveal_all()
    poll_now(ctx)
    poll_now(ctx)
    stored = small.rows(
        ctx, "SELECT revision, is_current, edited, text FROM posts WHERE native_id LIKE '%/2' ORDER BY 1"
    )
    assert stored == [(1, 0, 0, posts[1].text), (2, 1, 1, "something else entirely")]


def test_every_answer_is_kept_raw(start: Start) -> None:
    _, ctx = start(small.one_channel(12))
    poll_now(ctx)
    kept = small.rows(ctx, "SELECT c.sha256, f.url FROM captures c JOIN fetch_captures f USING (sha256)")
    assert len(kept) == 3
    assert all(b"tgme_widget_message" in ctx.captures.read(sha256) for sha256, _ in kept)
    told = small.rows(ctx, "SELECT DISTINCT capture_sha256 FROM posts")
    assert {sha256 for (sha256,) in told} == {sha256 for sha256, _ in kept}
