"""Do edits and deletions come out as revisions and removals, and does nothing else?"""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.stages.reread import reread
from db import look_back, sources
from demo.world import Attachment, DemoPost, Revision, World, world_of
from tests.e2e import small
from tests.e2e.small import Moody, poll_now, source

NAME, CANARY = "quiet_test", "alive_test"
Start = Callable[..., tuple[Moody, Context]]


def world(posts: list[DemoPost]) -> World:
    return world_of([small.channel(NAME, 1001, posts), small.channel(CANARY, 7, small.chatter(CANARY, 3))])


def without(posts: list[DemoPost], gone: Collection[int]) -> World:
    return world([p for p in posts if p.native_id not in gone])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A server with a channel and a canary, both polled once; readings again count however close they are."""
    with ExitStack() as stack:

        def begin(
            posts: list[DemoPost], *, canary: bool = True, page_size: int = 10, **keys: Any
        ) -> tuple[Moody, Context]:
            server = stack.enter_context(small.served(world(posts), tmp_path / "world", page_size=page_size))
            # intervals of a minute: the canary stays fresh for the length of a test
            wanted = {
                "schedule__min_interval_s": 60, "schedule__max_interval_s": 60, "telegram__first_pages": 9,
                "reread__every_h": 1e-9, "reread__pages": 3,
            } | keys  # fmt: skip
            ctx = stack.enter_context(small.inside(small.config(tmp_path, server.base_url, [NAME, CANARY], **wanted)))
            if canary:
                mark_canary(ctx, CANARY)
            poll_now(ctx, CANARY)
            poll_now(ctx)
            return server, ctx

        yield begin


def mark_canary(ctx: Context, name: str) -> None:
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"UPDATE sources SET canary = 1 WHERE name = '{name}'")


def again(ctx: Context) -> Any:
    reread(ctx, source(ctx))
    return source(ctx)


def absent(ctx: Context) -> list[tuple[Any, ...]]:
    """(number, times missed, whether removed, whether back) of every post that was missed."""
    return small.rows(
        ctx,
        "SELECT CAST(substr(native_id, instr(native_id, '/') + 1) AS INTEGER), reads, removed_at IS NOT NULL, "
        "returned_at IS NOT NULL FROM post_absences ORDER BY 1",
    )


def stored(ctx: Context) -> list[int]:
    return [int(r[0]) for r in small.rows(
        ctx, "SELECT substr(native_id, 6) FROM posts WHERE is_current AND channel_id = '1001' ORDER BY posted_at"
    )]  # fmt: skip


def removed(ctx: Context) -> list[int]:
    return [number for number, _, gone, back in absent(ctx) if gone and not back]


# --- edits


def test_an_edit_far_behind_the_newest_post_comes_out_as_a_revision(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    later = posts[-1].at + timedelta(hours=1)
    edited = [replace(p, edited=Revision("corrected", later)) if p.native_id == 4 else p for p in posts]
    server.world = world(edited)
    poll_now(ctx)
    assert small.rows(ctx, "SELECT max(revision) FROM posts") == [(1,)]  # a poll does not look that far
    again(ctx)
    again(ctx)
    told = small.rows(ctx, "SELECT revision, text FROM posts WHERE native_id = '1001/4' ORDER BY 1")
    assert told == [(1, posts[3].text), (2, "corrected")]
    assert absent(ctx) == []


# --- removals


def test_a_post_is_removed_when_two_healthy_readings_miss_it(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {12})
    again(ctx)
    assert absent(ctx) == [(12, 1, 0, 0)]
    again(ctx)
    assert absent(ctx) == [(12, 2, 1, 0)]
    assert stored(ctx) == list(range(1, 26))  # it stays, with all its revisions


def test_two_readings_close_together_are_one(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts, reread__every_h=12)
    server.world = without(posts, {12})
    again(ctx)
    again(ctx)
    assert absent(ctx) == [(12, 1, 0, 0)]


def test_a_removal_on_the_seam_of_two_pages_is_seen(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {15})  # pages are now 16-25 and 5-14: at the end of either
    again(ctx)
    again(ctx)
    assert removed(ctx) == [15]


def test_what_is_missing_at_the_ends_of_what_was_read_is_no_removal(start: Start) -> None:
    posts = small.chatter(NAME, 40)
    server, ctx = start(posts, reread__pages=2)
    server.world = without(posts, {1, 2, 39, 40})  # behind the last page, and the newest of all
    again(ctx)
    again(ctx)
    assert absent(ctx) == []


def test_a_page_that_is_healthy_but_shorter_takes_nothing_for_removed(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.page_size = 3
    again(ctx)
    server.page_size = 1
    again(ctx)
    assert absent(ctx) == []


def test_holes_in_the_numbers_are_no_removals(start: Start) -> None:
    posts = [p for p in small.chatter(NAME, 60) if p.native_id % 7 not in (2, 3)]
    _, ctx = start(posts)
    again(ctx)
    again(ctx)
    assert absent(ctx) == []


def test_an_album_that_loses_its_first_item_is_still_there_and_a_whole_one_is_removed(start: Start) -> None:
    plain = small.chatter(NAME, 30)
    pictures = tuple(Attachment(clip) for clip in ("a-teltamr", "b-homs", "a-teltamr"))
    albums = {10: pictures, 20: pictures}
    posts = [
        replace(p, media=albums.get(p.native_id, ()))
        for p in plain
        if p.native_id not in (11, 12, 21, 22)
    ]  # fmt: skip
    server, ctx = start(posts)
    shorter = [replace(p, native_id=11, media=pictures[1:]) if p.native_id == 10 else p for p in posts]
    server.world = without(shorter, {20})
    again(ctx)
    again(ctx)
    assert removed(ctx) == [20]


def test_a_post_that_comes_back_says_so_and_can_go_again(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {12, 14})
    again(ctx)
    server.world = without(posts, {12})
    again(ctx)
    assert absent(ctx) == [(12, 2, 1, 0)]  # the other was missed once, and is there: nothing happened
    server.world = world(posts)
    again(ctx)
    assert absent(ctx) == [(12, 2, 1, 1)]
    server.world = without(posts, {12})
    again(ctx)
    assert absent(ctx) == [(12, 1, 0, 0)]


def test_what_was_only_imported_is_not_missed(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start([p for p in posts if p.native_id != 12])
    with ctx.store.write() as conn:  # as from an export, which holds what the preview never shows
        conn.exec_driver_sql(
            "INSERT INTO posts (source_id, platform, native_id, revision, is_current, content_hash, collected_at,"
            " channel_id, posted_at, edited, text, links, warnings) SELECT source_id, platform, 'quiet_test/12', 1, 1,"
            " 'x', collected_at, channel_id, posted_at, 0, 'x', '[]', '[]' FROM posts WHERE native_id = '1001/13'"
        )
    again(ctx)
    again(ctx)
    assert absent(ctx) == []
    assert server.requests("/s/quiet_test") != []


# --- when nothing may be learned


def test_a_soft_ban_in_the_middle_makes_neither_revisions_nor_removals(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {22})
    server.fail_after(1, 200)
    banned = again(ctx)
    assert (banned.state, banned.failures, banned.last_error_kind) == ("soft_ban", 1, "soft_ban")
    assert absent(ctx) == []
    assert small.rows(ctx, "SELECT max(revision), count(*) FROM posts") == [(1, 28)]
    poll_now(ctx, CANARY)
    again(ctx)  # goes on where it broke off
    again(ctx)
    again(ctx)
    assert removed(ctx) == [22]


def test_every_page_of_a_ban_is_neither_an_edit_nor_a_removal(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.soft_ban_next(50)
    for _ in range(3):
        again(ctx)
        poll_now(ctx)
    assert absent(ctx) == []
    assert stored(ctx) == list(range(1, 26))
    assert small.rows(ctx, "SELECT max(revision) FROM posts") == [(1,)]


def test_nothing_is_removed_while_the_canary_fails(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {12})
    again(ctx)
    server.fail_next(1)
    poll_now(ctx, CANARY)
    again(ctx)
    assert absent(ctx) == [(12, 1, 0, 0)]
    poll_now(ctx, CANARY)
    again(ctx)
    assert removed(ctx) == [12]


def test_a_canary_that_was_not_read_for_long_vouches_for_nothing(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {12})
    old = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"UPDATE sources SET last_ok_at = '{old}' WHERE canary")
    again(ctx)
    assert absent(ctx) == []


def test_without_a_canary_nothing_is_removed_and_that_is_said(start: Start) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts, canary=False)
    told: list[str] = []
    ctx.report = lambda _kind, line: told.append(line)
    server.world = without(posts, {12})
    again(ctx)
    assert absent(ctx) == []
    assert "has no canary" in told[-1]


def test_pages_with_what_is_not_understood_take_nothing_for_removed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = small.chatter(NAME, 25)
    server, ctx = start(posts)
    server.world = without(posts, {12})
    monkeypatch.setattr(
        "demo.render.render_message",
        lambda site, channel, post: f'<div class="tgme_widget_message tgme_new" data-post="{post.key}">?</div>',
    )
    again(ctx)
    again(ctx)
    assert absent(ctx) == []


def test_a_name_that_another_channel_took_over_removes_nothing(start: Start) -> None:
    server, ctx = start(small.chatter(NAME, 25))
    server.world = world_of([
        small.channel(NAME, 2002, [p for p in small.chatter(NAME, 25) if p.native_id != 12]),
        small.channel(CANARY, 7, small.chatter(CANARY, 3)),
    ])  # fmt: skip
    again(ctx)
    again(ctx)
    assert absent(ctx) == []


# --- its turn


def test_a_reading_that_breaks_off_goes_on_where_it_was(start: Start) -> None:
    server, ctx = start(small.chatter(NAME, 40))
    server.forget()
    server.fail_after(2)
    broken = again(ctx)
    assert broken.reread_cursor is not None
    whole = again(ctx)
    assert whole.reread_cursor is None
    asked = [a.path.partition("before=")[2] for a in server.requests("/s/") if a.status == 200]
    assert len(asked) == 3
    assert len(set(asked)) == 3  # no page was read twice


def test_a_source_is_claimed_when_its_turn_comes_and_only_while_its_polls_succeed(start: Start) -> None:
    server, ctx = start(small.chatter(NAME, 12), reread__every_h=12)
    now = datetime.now(UTC)
    with ctx.store.write() as conn:
        assert not look_back.reread_due(conn, ["telegram"], now)
        later = now + look_back.FIRST_REREAD
        assert look_back.reread_due(conn, ["telegram"], later)
        claimed = look_back.claim_rereads(conn, ["telegram"], later, 5, timedelta(minutes=30))
        assert {row.name for row in claimed} == {NAME, CANARY}
        assert look_back.claim_rereads(conn, ["telegram"], later, 5, timedelta(minutes=30)) == []
        assert sources.claim_due(conn, later, 5, timedelta(minutes=30)) == []  # nor polled meanwhile
        for row in claimed:
            look_back.release_reread(conn, row)
        assert len(look_back.claim_rereads(conn, ["telegram"], later, 5, timedelta(minutes=30))) == 2
    assert in_hours(again(ctx).reread_at) == pytest.approx(12, abs=0.1)
    server.fail_next(1)
    failing = poll_now(ctx)
    assert failing.failures == 1
    with ctx.store.read() as conn:
        assert not look_back.reread_due(conn, ["telegram"], now + timedelta(days=2)) or failing.name not in {
            row.name for row in sources.listing(conn) if row.failures == 0
        }


def in_hours(at: datetime) -> float:
    return (at - datetime.now(UTC)).total_seconds() / 3600
