"""Is every state of a source's page told by its own name, with its own message and its own next step?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from collector.advice import NEXT, next_step
from collector.context import Context
from collector.sources.base import PageState
from collector.sources.telegram_state import message_for
from db import look_back, sources
from demo.handler import Reply
from demo.world import world_of
from tests.e2e import small
from tests.e2e.small import Moody, poll_now, source

NAMES = ("quiet_test", "other_test", "third_test")
Start = Callable[..., tuple[Moody, Context]]

CARD = '<html><head><title>Telegram: Contact @x</title></head><body><div class="tgme_page">{inside}</div></body></html>'
SECTION = '<html><body><section class="tgme_channel_history">{inside}</section></body></html>'
NOTHING = '<div class="tme_no_messages_found">No posts found</div>'
TITLE = '<div class="tgme_page_title"><span>Some name</span></div>'
EXTRA = '<div class="tgme_page_extra">{text}</div>'
REFUSED = '<div class="tgme_page_description">This channel can’t be displayed {why}</div>'

PAGES = {
    "empty": SECTION.format(inside=NOTHING),
    "soft_ban": CARD.format(inside=""),
    "restricted": CARD.format(inside=TITLE + REFUSED.format(why="because it violated local laws")),
    "adult": CARD.format(inside=TITLE + REFUSED.format(why="because it was used to spread pornographic content")),
    "group": CARD.format(inside=TITLE + EXTRA.format(text="1 204 members, 30 online")),
    "user": CARD.format(inside=TITLE + EXTRA.format(text="@some_person")),
    "bot": CARD.format(inside=TITLE + EXTRA.format(text="9 000 monthly users")),
    "no_preview": CARD.format(inside=TITLE + EXTRA.format(text="12 000 subscribers")),
    "not_found": '<html><head><meta property="og:title" content="Telegram – a new era"></head><body></body></html>',
    "unreadable": "<html><body><h1>It works!</h1></body></html>",
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(**keys: Any) -> tuple[Moody, Context]:
            channels = [small.channel(name, n, small.chatter(name, 4)) for n, name in enumerate(NAMES, 1)]
            server = stack.enter_context(small.served(world_of(channels), tmp_path / "world"))
            path = small.config(tmp_path, server.base_url, NAMES, **keys)
            return server, stack.enter_context(small.inside(path))

        yield begin


@pytest.mark.parametrize("state", PAGES)
def test_a_page_of_each_kind_is_a_state_with_a_message_and_a_next_step(
    start: Start, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ctx = start()
    page = Reply(200, PAGES[state].encode(), {"Content-Type": "text/html; charset=utf-8"})
    monkeypatch.setattr("demo.handler._history", lambda *_: page)
    found = poll_now(ctx)
    assert found.state == state
    assert next_step(found)
    if state != "empty":
        assert (found.last_error_kind, found.failures) == (state, 1)
        assert found.last_error


def test_every_state_has_a_message_and_a_next_step_of_its_own() -> None:
    states = [state for state in get_args(PageState) if state != "history"]
    assert len({message_for(state) for state in states}) == len(states)
    assert len({NEXT[state] for state in states}) == len(states)
    assert all(NEXT[state] and message_for(state) for state in states)


def test_the_list_says_what_to_do(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ctx = start()
    page = Reply(200, PAGES["adult"].encode(), {"Content-Type": "text/html; charset=utf-8"})
    monkeypatch.setattr("demo.handler._history", lambda *_: page)
    poll_now(ctx)
    assert ctx.settings.file is not None
    told = small.run(ctx.settings.file, "sources", "list").stdout.decode()
    assert "adult" in told
    assert NEXT["adult"] in " ".join(told.split())


# --- a soft ban


def due_in(ctx: Context, name: str) -> float:
    at = source(ctx, name).next_check_at
    assert isinstance(at, datetime)
    return (at - datetime.now(UTC)).total_seconds()


def slow(**more: Any) -> dict[str, Any]:
    return {"schedule__min_interval_s": 100, "schedule__max_interval_s": 200} | more


def test_a_soft_ban_rests_the_whole_platform_and_one_source_probes(start: Start) -> None:
    server, ctx = start(**slow())
    for name in NAMES:
        poll_now(ctx, name)
        with ctx.store.write() as conn:
            sources.check_now(conn, source(ctx, name).id, datetime.now(UTC))
    server.soft_ban_next(9)
    poll_now(ctx)
    first = [due_in(ctx, name) for name in NAMES]
    assert first[0] == pytest.approx(200, abs=5)
    assert first[1:] == pytest.approx([260, 260], abs=5)  # after the probe
    poll_now(ctx)
    assert due_in(ctx, NAMES[0]) == pytest.approx(400, abs=5)
    assert due_in(ctx, NAMES[1]) == pytest.approx(460, abs=5)
    with ctx.store.write() as conn:
        assert sources.claim_due(conn, datetime.now(UTC) + timedelta(seconds=350), 9, timedelta(minutes=1)) == []


def test_several_that_are_refused_at_once_count_as_one(start: Start) -> None:
    server, ctx = start(**slow())
    for name in NAMES:
        poll_now(ctx, name)
    server.soft_ban_next(9)
    for name in NAMES:
        poll_now(ctx, name)
    assert max(due_in(ctx, name) for name in NAMES) == pytest.approx(260, abs=10)


def test_a_canary_probes_first(start: Start) -> None:
    server, ctx = start(**slow())
    with ctx.store.write() as conn:
        conn.exec_driver_sql(f"UPDATE sources SET canary = 1 WHERE name = '{NAMES[2]}'")
    for name in NAMES:
        poll_now(ctx, name)
    server.soft_ban_next(1)
    poll_now(ctx)
    assert due_in(ctx, NAMES[2]) < due_in(ctx, NAMES[0])
    assert due_in(ctx, NAMES[2]) < due_in(ctx, NAMES[1])


def test_a_channel_that_alone_is_refused_does_not_stop_the_others(start: Start) -> None:
    server, ctx = start(**slow())
    for name in NAMES:
        poll_now(ctx, name)
    server.soft_ban_next(1)
    poll_now(ctx)
    poll_now(ctx, NAMES[1])  # it is served
    before = due_in(ctx, NAMES[1])
    server.soft_ban_next(1)
    banned = poll_now(ctx)
    assert (banned.state, banned.failures) == ("soft_ban", 2)
    assert due_in(ctx, NAMES[0]) == pytest.approx(400, abs=5)
    assert due_in(ctx, NAMES[1]) == pytest.approx(before, abs=5)


def test_nothing_is_looked_back_at_while_a_platform_rests(start: Start) -> None:
    from collector.stages.backfill import backfill
    from collector.stages.reread import reread

    server, ctx = start(**slow())
    for name in NAMES:
        poll_now(ctx, name)
    with ctx.store.write() as conn:
        look_back.begin_backfill(conn, source(ctx, NAMES[1]).id, datetime(2020, 1, 1, tzinfo=UTC))
    server.soft_ban_next(1)
    poll_now(ctx)
    server.forget()
    reread(ctx, source(ctx, NAMES[1]))
    backfill(ctx, source(ctx, NAMES[1]))
    assert server.requests("/s/") == []
    poll_now(ctx, NAMES[2])
    backfill(ctx, source(ctx, NAMES[1]))
    assert len(server.requests("/s/")) == 2


def test_a_soft_ban_in_the_middle_of_a_poll_rests_the_platform_too(start: Start) -> None:
    server, ctx = start(**slow(telegram__first_pages=3))
    server.page_size = 2
    poll_now(ctx, NAMES[1])
    server.fail_after(1, 200)
    found = poll_now(ctx)
    assert (found.state, found.last_error_kind) == ("soft_ban", "soft_ban")
    assert due_in(ctx, NAMES[1]) == pytest.approx(260, abs=5)
