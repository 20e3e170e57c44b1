"""When the disk is full to the operator's limit: is it said, does text come on, and do the files come later?"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from collector.context import Context
from collector.stages import BY_NAME
from collector.worker import run_once
from demo.world import Attachment, World, world_of
from tests.e2e import small
from tests.e2e.small import Moody

NAME = "quiet_test"
WHEN = small.at(1, "10:00")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def films() -> World:
    told = [
        small.post(NAME, n, WHEN + timedelta(minutes=5 * n), f"Something on film {n}", media=(Attachment(clip),))
        for n, clip in enumerate(("a-homs", "b-homs", "a-teltamr"), 1)
    ]
    return world_of([small.channel(NAME, 1001, told)])


def collecting(stack: ExitStack, tmp_path: Path, **settings: object) -> tuple[Moody, Context]:
    server = stack.enter_context(small.served(films(), tmp_path / "world"))
    path = small.config(tmp_path, server.base_url, [NAME], **settings)
    ctx = stack.enter_context(small.inside(path))
    small.poll_now(ctx, NAME)
    download(ctx)
    return server, ctx


def download(ctx: Context) -> None:
    """Does the work of downloading that is due, and no other."""
    while run_once(ctx, BY_NAME["download"]):
        pass


WORK = """
    SELECT w.state, w.error_kind, w.retry_at IS NOT NULL FROM work w JOIN analyzers a ON a.id = w.analyzer_id
    WHERE a.stage = 'download' ORDER BY w.id"""


def test_files_wait_for_room_and_texts_do_not(stack: ExitStack, tmp_path: Path) -> None:
    server, ctx = collecting(stack, tmp_path, media__max_gb=0.0)
    assert small.rows(ctx, "SELECT count(*) FROM posts") == [(3,)]
    assert small.rows(ctx, "SELECT state FROM post_media") == [("quota",)] * 3
    assert small.rows(ctx, WORK) == [("pending", "quota", 1)] * 3
    ((told,),) = small.rows(ctx, "SELECT DISTINCT error FROM work WHERE error_kind = 'quota'")
    assert "max_gb" in told
    assert server.requests("/file/") == []
    assert small.rows(ctx, "SELECT items FROM v_backlog WHERE error_kind = 'quota'") == [(3,)]


def test_when_there_is_room_again_one_file_wakes_the_others(stack: ExitStack, tmp_path: Path) -> None:
    server, ctx = collecting(stack, tmp_path, media__max_gb=0.0)
    ctx.settings = ctx.settings.model_copy(update={"media": ctx.settings.media.model_copy(update={"max_gb": None})})
    with ctx.store.write() as conn:  # the time of the first has come
        conn.exec_driver_sql(
            "UPDATE work SET retry_at = NULL WHERE id = (SELECT min(id) FROM work WHERE error_kind = 'quota')"
        )
    download(ctx)
    assert small.rows(ctx, "SELECT state FROM post_media") == [("done",)] * 3
    assert small.rows(ctx, WORK) == [("done", None, 0)] * 3
    assert len(server.requests("/file/")) == 3


def test_a_disk_that_runs_full_stops_files_only(stack: ExitStack, tmp_path: Path) -> None:
    _, ctx = collecting(stack, tmp_path, media__min_free_gb=1e9)
    assert small.rows(ctx, "SELECT count(*) FROM posts") == [(3,)]
    assert small.rows(ctx, "SELECT DISTINCT state FROM post_media") == [("quota",)]


def test_how_each_file_came_is_written_down(stack: ExitStack, tmp_path: Path) -> None:
    _, ctx = collecting(stack, tmp_path)
    told = small.rows(
        ctx,
        "SELECT f.status, f.resumed_at, f.tool, f.request_headers, f.headers, m.sha256 = k.value, f.url = p.url "
        "FROM media_fetches f JOIN media m ON m.id = f.media_id JOIN post_media p ON p.id = f.post_media_id "
        "JOIN copy_keys k ON k.post_id = p.post_id AND k.kind = 'media'",
    )
    assert len(told) == 3
    for status, resumed_at, tool, sent, headers, same, url in told:
        assert (status, resumed_at, same, url) == (200, 0, 1, 1)
        assert tool.startswith("convoywatch/")
        assert "user-agent" in sent
        assert "content-length" in headers
    custody = small.rows(ctx, "SELECT sha256, post_media_id FROM v_custody WHERE came_by = 'download'")
    assert len({sha256 for sha256, _ in custody}) == 3
    assert sorted(number for _, number in custody) == [1, 2, 3]
