"""What holds for every kind of source: each post comes once, with its capture, and what goes wrong is told."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from collector.context import Context
from collector.prepare import prepare
from collector.settings import load as load_settings
from collector.stages.cursor import load
from db import sources
from db.models import Base
from db.session import Store
from db.types import AnyRow
from tests.contract.speakers import SPEAKERS, Speaker, World
from tests.e2e import small
from tests.integration.loopback import Site, serve

PAGED = [speaker for speaker in SPEAKERS if speaker.paged]
JSON = [speaker for speaker in SPEAKERS if speaker.is_json]
#: what a server may send in place of what it should
WRONG = {
    "nothing": b"", "bytes": b"\x00\xff\xfe\x01", "a page": b"<!doctype html><title>Sorry</title><p>We moved</p>",
    "null": b"null", "a number": b"17", "an object": b'{"error": "x"}', "cut": b'{"feed": [{"post": {"uri": "at://',
    "odd lists": b'[17, null, {"id": 3}, []]', "odd items": b'{"items": [1, {}], "feed": [1, {}], "posts": [1, {}]}',
    "deep": b"[" * 200_000, "cut xml": b"<rss><channel><title>x</title><item><guid",
}  # fmt: skip


class Station:
    """One kind's server, the program on it, and the source."""

    def __init__(self, speaker: Speaker, world: World, site: Site, ctx: Context) -> None:
        self.speaker, self.world, self.site, self.ctx = speaker, world, site, ctx
        self.name = speaker.name(site)
        with ctx.store.write() as conn:
            self.id, _ = sources.add(conn, speaker.platform, self.name, datetime.now(UTC))

    def poll(self) -> AnyRow:
        return small.poll_now(self.ctx, self.name)

    def source(self) -> AnyRow:
        return small.source(self.ctx, self.name)

    def numbers(self) -> list[int]:
        told = small.rows(self.ctx, "SELECT text FROM posts WHERE is_current AND text LIKE '%number %'")
        return sorted(int(text.partition("number ")[2].split()[0]) for (text,) in told)

    def issues(self) -> list[str]:
        return [detail for (detail,) in small.rows(self.ctx, "SELECT detail FROM source_issues")]

    def expect(self, **hopes: Any) -> None:
        with self.ctx.store.write() as conn:
            sources.expect(conn, self.id, **hopes)


Open = Callable[..., Station]


def keys(speaker: Speaker, site: Site, **more: Any) -> dict[str, Any]:
    pages = {f"{speaker.platform}__{key}": more.pop(key) for key in ("first_pages", "max_pages") if key in more}
    return {"http__gap_s": 0.0, "schedule__min_interval_s": 10, "schedule__max_interval_s": 4000,
            **speaker.settings(site), **pages, **more}  # fmt: skip


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Callable[[], Store]]:
    """Gives one store, emptied: a new engine would compile all statements anew for each of these many tests."""
    folder = tmp_path_factory.mktemp("stations") / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "convoywatch.sqlite")
    with Store(f"sqlite:///{folder / 'convoywatch.sqlite'}") as store:

        def empty() -> Store:
            with store.write() as conn:
                for table in reversed(Base.metadata.sorted_tables):
                    conn.execute(table.delete())
            return store

        yield empty


@pytest.fixture
def station(emptied: Callable[[], Store]) -> Iterator[Open]:
    with ExitStack() as stack:

        def begin(speaker: Speaker, world: World, **more: Any) -> Station:
            site = stack.enter_context(serve())
            speaker.serve(site, world)
            store = emptied()
            folder = Path(store.url.database or "").parents[1]
            path = small.config(folder, site.base, [], **keys(speaker, site, **more))
            ctx = Context(load_settings(path, {}), store)
            stack.callback(ctx.close)
            prepare(ctx)
            return Station(speaker, world, site, ctx)

        yield begin


every_kind = pytest.mark.parametrize("speaker", SPEAKERS, ids=str)
every_paged_kind = pytest.mark.parametrize("speaker", PAGED, ids=str)


@every_kind
def test_every_post_comes_once_with_its_time_and_its_capture(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=5))
    found = here.poll()
    assert here.numbers() == [1, 2, 3, 4, 5]
    assert (found.state, found.failures, found.last_error) == ("ok", 0, None)
    assert here.issues() == []
    assert found.last_post_at == here.world.at(5)
    read = small.rows(here.ctx, "SELECT platform, posted_at, capture_sha256, text FROM posts")
    assert {platform for platform, _, _, _ in read} == {speaker.platform}
    assert all(at for _, at, _, _ in read)
    assert all(text.encode()[:24] in here.ctx.captures.read(sha256) for _, _, sha256, text in read)


@every_kind
@pytest.mark.parametrize("etag", [False, True])
def test_a_second_poll_brings_nothing_new(station: Open, speaker: Speaker, etag: bool) -> None:
    here = station(speaker, World(newest=4, etag=etag))
    here.poll()
    here.site.asked.clear()
    found = here.poll()
    assert here.numbers() == [1, 2, 3, 4]
    assert (found.state, found.last_error) == ("ok", None)
    assert len(here.site.asked) == 1
    assert [state for (state,) in small.rows(here.ctx, "SELECT state FROM fetches ORDER BY id")] == [
        "history", "unchanged" if etag else "history"
    ]  # fmt: skip


@every_kind
def test_an_edit_is_a_revision(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3))
    here.poll()
    here.world.texts[2] = "Report number 2 is corrected: it was another road"
    here.poll()
    kept = small.rows(here.ctx, "SELECT revision, is_current FROM posts WHERE text LIKE '%number 2%' ORDER BY revision")
    assert kept == [(1, 0), (2, 1)]
    assert here.numbers() == [1, 2, 3]


@every_paged_kind
def test_a_first_poll_goes_back_as_many_pages_as_it_may(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=40), first_pages=2)
    here.poll()
    assert here.numbers() == list(range(31, 41))
    assert load(here.source().cursor).gaps == []


@every_paged_kind
def test_a_poll_pages_back_until_it_overlaps_and_no_further(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=12), first_pages=9)
    here.poll()
    assert here.numbers() == list(range(1, 13))
    here.world.newest = 26
    here.site.asked.clear()
    found = here.poll()
    assert here.numbers() == list(range(1, 27))
    assert load(found.cursor).gaps == []
    assert len(here.site.asked) <= 4  # 26..22, 21..17, 16..12, and one more where a single post is no sure overlap


@every_paged_kind
def test_what_one_poll_may_not_read_is_read_by_the_next_ones(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=5), first_pages=2, max_pages=2)
    here.poll()
    here.world.newest = 25
    found = here.poll()
    assert len(load(found.cursor).gaps) == 1
    assert found.next_check_at - datetime.now(UTC) < timedelta(seconds=11)  # the shortest interval: there is more
    here.world.newest = 38
    for _ in range(12):
        if not load(here.poll().cursor).gaps:
            break
    assert here.numbers() == list(range(1, 39))
    assert load(here.source().cursor).gaps == []


@every_paged_kind
@pytest.mark.parametrize("status", [500, 404])
def test_a_failure_on_the_way_leaves_a_gap_that_is_filled(station: Open, speaker: Speaker, status: int) -> None:
    here = station(speaker, World(newest=5), first_pages=3)
    here.poll()
    here.world.newest = 30
    here.world.plan = [None, None, (status, {})]
    broken = here.poll()
    assert (broken.state, broken.failures) == ("error", 1)
    assert here.numbers() == [*range(1, 6), *range(21, 31)]  # what was read before the failure is kept
    here.world.newest = 33
    mended = here.poll()
    assert here.numbers() == list(range(1, 34))
    assert (mended.failures, mended.last_error, load(mended.cursor).gaps) == (0, None, [])


@every_paged_kind
def test_deleted_posts_do_not_stop_the_paging(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=20), first_pages=9)
    here.poll()
    here.world.deleted = {16, 17, 18, 19, 20, 22}
    here.world.newest = 34
    here.poll()
    assert here.numbers() == [n for n in range(1, 35) if n != 22]


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_whatever_fails_and_whenever_posts_come_none_is_lost(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    speaker = data.draw(st.sampled_from([s for s in PAGED if s.platform in ("mastodon", "bluesky", "feed")]))
    most = data.draw(st.integers(1, 3))
    with serve() as site:
        world = World(newest=4, page=data.draw(st.integers(3, 6)))
        speaker.serve(site, world)
        more = keys(speaker, site, first_pages=most, max_pages=most)
        path = small.config(tmp_path_factory.mktemp("lost"), site.base, [], **more)
        with small.inside(path) as ctx:
            here = Station(speaker, world, site, ctx)
            here.poll()
            first = here.numbers()[0]
            for _ in range(data.draw(st.integers(2, 5))):
                world.newest += data.draw(st.integers(0, 17))
                if data.draw(st.booleans()):
                    world.plan = [None] * data.draw(st.integers(0, 3)) + [(data.draw(st.sampled_from([500, 404])), {})]
                here.poll()
            world.plan = []
            for _ in range(60):
                if not load(here.poll().cursor).gaps:
                    break
            found = here.numbers()  # a page more may have been read where one or two posts were no sure overlap
            assert found[0] <= first
            assert found == list(range(found[0], world.newest + 1))


@every_kind
def test_a_server_that_asks_for_time_gets_it(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3, plan=[(429, {"Retry_After": "120"})]))
    found = here.poll()
    assert (found.state, found.last_error_kind, found.failures) == ("error", "rate-limited", 1)
    assert timedelta(seconds=110) < found.next_check_at - datetime.now(UTC) <= timedelta(seconds=120)
    here.site.asked.clear()
    here.poll()
    assert here.site.asked == []


def test_an_allowance_that_is_used_up_ends_the_paging_until_it_is_renewed(station: Open) -> None:
    mastodon = next(speaker for speaker in SPEAKERS if speaker.platform == "mastodon")
    reset = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    used_up = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": reset}
    here = station(mastodon, World(newest=20, headers=used_up), first_pages=3)
    found = here.poll()
    assert (found.state, found.last_error_kind) == ("error", "rate-limited")
    assert timedelta(minutes=3) < found.next_check_at - datetime.now(UTC) < timedelta(minutes=5)
    assert here.numbers() == [16, 17, 18, 19, 20]  # and the rest is a gap
    assert len(load(found.cursor).gaps) == 1


@every_kind
def test_a_page_that_is_called_fresh_is_not_asked_for_sooner(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=0, headers={"Cache_Control": "max-age=1800"}), schedule__max_interval_s=3000)
    with here.ctx.store.write() as conn:
        conn.exec_driver_sql("UPDATE sources SET interval_s = 20")
    found = here.poll()
    assert timedelta(seconds=1790) < found.next_check_at - datetime.now(UTC) <= timedelta(seconds=1800)


@every_kind
def test_a_source_that_is_not_there_says_so(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3, plan=[(404, {})] * 3))
    found = here.poll()
    assert (found.state, found.last_error_kind) == ("error", "gone")
    assert "404" in found.last_error
    here.world.plan = []
    assert here.poll().state == "ok"
    assert here.numbers() == [1, 2, 3]


@every_kind
def test_a_wrong_payload_is_a_state_and_an_issue_and_loses_nothing(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3), http__max_page_bytes=100_000)
    here.poll()
    for what, body in WRONG.items():
        here.world.spoilt = body
        found = here.poll()
        assert found.state in ("unreadable", "drift", "error", "not_found"), what
        assert found.last_error, what
        assert found.last_error_kind != "bug", what
    assert here.issues()
    here.world.spoilt, here.world.newest = None, 5
    found = here.poll()
    assert (found.state, found.last_error) == ("ok", None)
    assert here.numbers() == [1, 2, 3, 4, 5]


@every_kind
def test_a_source_that_never_had_a_post_is_empty_and_one_that_lost_all_drifts(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=0))
    assert here.poll().state in ("empty", "drift" if speaker.platform == "telegram" else "empty")
    here.world.newest = 3
    assert here.poll().state == "ok"
    here.world.deleted = {1, 2, 3}
    found = here.poll()
    assert (found.state, found.last_error_kind, found.failures) == ("drift", "drift", 0)
    assert any("at least 1" in issue or "layout" in issue for issue in here.issues())
    assert here.numbers() == [1, 2, 3]


@every_kind
def test_a_page_with_fewer_posts_than_the_operator_expects_is_drift(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3))
    here.expect(min_posts=4)
    found = here.poll()
    assert (found.state, found.last_ok_at) == ("drift", None)
    assert "shows 3" in found.last_error
    assert here.numbers() == [1, 2, 3]  # what came is kept all the same
    here.world.newest = 4
    assert here.poll().state == "ok"


@every_kind
def test_a_source_without_posts_for_too_long_is_silent(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3, etag=True))
    here.expect(max_silence_s=3600.0)
    for _ in range(2):  # the second time the page is unchanged
        found = here.poll()
        assert (found.state, found.last_error_kind, found.failures) == ("silent", "silent", 0)
    assert any("no new post" in issue for issue in here.issues())
    here.expect(max_silence_s=1e8)
    assert here.poll().state == "ok"


@pytest.mark.parametrize("speaker", JSON, ids=str)
def test_a_new_field_is_an_issue_and_a_changed_one_is_drift(station: Open, speaker: Speaker) -> None:
    here = station(speaker, World(newest=3, more={"brandNew": 1}))
    assert here.poll().state == "ok"
    assert here.issues() == ["fields that are not known: brandNew"]
    changed: dict[str, dict[str, Any]] = {
        "feed": {"url": 7},
        "mastodon": {"media_attachments": {}},
        "bluesky": {"indexedAt": 17},
    }
    here.world.more = changed[speaker.platform]
    here.world.newest = 4
    found = here.poll()
    assert found.state == "drift"
    assert next(iter(changed[speaker.platform])) in found.last_error
    assert here.numbers() == [1, 2, 3, 4]


def test_a_class_that_telegram_never_had_is_drift(station: Open) -> None:
    here = station(SPEAKERS[0], World(newest=3, more={"class": 1}))
    found = here.poll()
    assert found.state == "drift"
    assert "tgme_widget_message_hologram" in found.last_error
    assert here.numbers() == [1, 2, 3]
