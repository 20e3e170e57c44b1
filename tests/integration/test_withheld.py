"""Are withheld files found where they turn up, never where they do not, and is every match undone as easily?"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.drain import drain
from collector.errors import ConvoywatchError
from collector.ingest import Told, ingest, read_any
from collector.stages.give_file import give_file, post_of, take_back
from demo.clips import CLIPS, draw_all
from demo.world import Attachment, DemoPost, Revision, World, world_of
from tests.e2e import small
from tests.e2e.small import Moody, at

BIG, RELAY = "big_test", "relay_test"
TEXT = "A long column of Russian military vehicles is passing through Homs at this moment, heading west"
CLIP = "a-raqqa"  # of 4 s
URL = f"https://t.me/{BIG}/5"
Start = Callable[..., tuple[Moody, Context]]


def kept(number: int = 5, text: str = TEXT, **more: Any) -> DemoPost:
    return small.post(BIG, number, at(1, "10:00"), text, media=(Attachment(CLIP, withheld=True),), **more)


def world(big: list[DemoPost], relay: list[DemoPost]) -> World:
    return world_of([small.channel(BIG, 1001, big), small.channel(RELAY, 2002, relay)])


def shown(text: str = TEXT, clip: str = CLIP, **more: Any) -> DemoPost:
    return small.post(RELAY, 3, at(1, "10:30"), text, media=(Attachment(clip),), **more)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(big: list[DemoPost], relay: list[DemoPost]) -> tuple[Moody, Context]:
            server = stack.enter_context(small.served(world(big, relay), tmp_path / "world"))
            draw_all(tmp_path / "world", names=[CLIP])  # which the page does not give, but others have
            path = small.config(tmp_path, server.base_url, [BIG, RELAY])
            return server, stack.enter_context(small.inside(path))

        yield begin


def found(ctx: Context) -> list[tuple[Any, ...]]:
    """(state, found_by, whether there is a file) of every withheld attachment of current posts."""
    return small.rows(ctx, "SELECT state, found_by, sha256 IS NOT NULL FROM v_withheld ORDER BY post_id, ordinal")


def film(ctx: Context) -> Path:
    """The film, as a person has it."""
    assert ctx.settings.file is not None
    return ctx.settings.file.parent / "world" / CLIPS[CLIP].filename


# --- the queue


def test_the_poster_of_a_withheld_film_is_fetched_and_sampled(start: Start) -> None:
    server, ctx = start([kept()], [])
    small.collect(ctx, BIG)
    told = small.rows(ctx, "SELECT url, state, kind, duration_s > 0, poster_sha256 IS NOT NULL FROM v_withheld")
    assert told == [(URL, "withheld", "video", 1, 1)]
    assert small.rows(ctx, "SELECT count(*) FROM frames") == [(1,)]
    assert len(server.requests("/file/")) == 1


# --- copies clear it


def test_a_forward_that_shows_the_film_clears_it_whichever_comes_first(start: Start) -> None:
    _, ctx = start([kept()], [shown("Look", forwarded_from=f"{BIG}/5")])
    small.collect(ctx, RELAY, BIG)
    assert found(ctx) == [("found", "origin", 1)]


def test_the_same_words_and_length_clear_it(start: Start) -> None:
    _, ctx = start([kept()], [shown(TEXT.replace("long", "very long"))])
    small.collect(ctx, BIG, RELAY)
    assert found(ctx) == [("found", "text", 1)]
    hashes = small.rows(ctx, "SELECT DISTINCT m.sha256 FROM post_media a JOIN media m ON m.id = a.media_id")
    assert len(hashes) == 1


@pytest.mark.parametrize(
    "relay",
    [
        pytest.param(shown("Bread is dearer again in Tartus, and the port had fewer ships than last week"), id="words"),
        pytest.param(shown(clip="n-archive"), id="length"),
    ],
)
def test_what_is_no_copy_clears_nothing(start: Start, relay: DemoPost) -> None:
    _, ctx = start([kept()], [relay])
    small.collect(ctx, BIG, RELAY)
    assert found(ctx) == [("withheld", None, 0)]


def test_what_was_found_survives_an_edit_and_can_be_undone_for_good(start: Start) -> None:
    server, ctx = start([kept()], [shown()])
    small.collect(ctx, BIG, RELAY)
    later = replace(kept(), edited=Revision(TEXT + ". Corrected", at(1, "11:00")))
    server.world = world([later], [shown()])
    server.reveal_all()
    small.collect(ctx, BIG)
    assert found(ctx) == [("found", "text", 1)]
    with ctx.store.write() as conn:
        assert len(take_back(ctx, conn, post_of(conn, URL), None)) == 1
    assert found(ctx) == [("withheld", None, 0)]
    again = replace(later, edited=Revision(TEXT + ". Corrected twice", at(1, "12:00")))
    server.world = world([again], [shown()])
    small.collect(ctx, BIG, RELAY)
    drain(ctx)
    assert small.rows(ctx, "SELECT max(revision) FROM posts") == [(3,)]
    assert found(ctx) == [("withheld", None, 0)]
    assert small.rows(ctx, "SELECT count(*) FROM copy_keys k JOIN posts p ON p.id = k.post_id WHERE k.kind = 'media' "
                           "AND p.is_current AND p.channel_id = '1001'") == [(0,)]  # fmt: skip


# --- a person clears it


def test_a_person_gives_the_file_and_it_is_sampled(start: Start) -> None:
    _, ctx = start([kept()], [])
    small.collect(ctx, BIG)
    file = film(ctx)
    assert "is" in give_file(ctx, file, URL, None)
    drain(ctx)
    assert found(ctx) == [("found", "person", 1)]
    assert small.rows(ctx, "SELECT count(*) > 1 FROM frames") == [(1,)]
    with pytest.raises(ConvoywatchError, match="withholds no file"):
        give_file(ctx, file, URL, None)


def test_a_post_that_is_not_stored_and_a_file_of_another_kind_are_told(start: Start, tmp_path: Path) -> None:
    _, ctx = start([kept()], [])
    small.collect(ctx, BIG)
    with pytest.raises(
        ConvoywatchError, match=f"take the post in first with `convoywatch ingest https://t.me/{BIG}/6`"
    ):
        give_file(ctx, film(ctx), f"https://t.me/{BIG}/6", None)
    text = tmp_path / "notes.txt"
    text.write_text("no film")
    with pytest.raises(ConvoywatchError, match="withholds a video"):
        give_file(ctx, text, URL, None)
    assert found(ctx) == [("withheld", None, 0)]


def test_of_an_album_the_file_is_named_by_its_number_or_index(start: Start) -> None:
    pair = (Attachment("a-homs"), Attachment("b-t4"))
    _, ctx = start([replace(kept(), media=pair)], [])
    small.collect(ctx, BIG)
    with ctx.store.write() as conn:
        conn.exec_driver_sql("UPDATE post_media SET kind = 'video', withheld = 1, state = 'withheld', media_id = NULL")
    file = film(ctx)
    with pytest.raises(ConvoywatchError, match="several files"):
        give_file(ctx, file, URL, None)
    give_file(ctx, file, f"https://t.me/{BIG}/6?single", None)
    assert [row[0] for row in found(ctx)] == ["withheld", "found"]
    give_file(ctx, file, URL, 1)
    assert [row[0] for row in found(ctx)] == ["found", "found"]


# --- an import clears it


def test_an_export_that_has_the_file_clears_the_web_post(start: Start, tmp_path: Path) -> None:
    _, ctx = start([kept()], [])
    small.collect(ctx, BIG)
    folder = tmp_path / "export"
    (folder / "video_files").mkdir(parents=True)
    shutil.copy(film(ctx), folder / "video_files" / "film.mp4")
    message = {
        "id": 5, "type": "message", "date": "2025-03-04T12:00:00", "from": "big", "from_id": "channel1001",
        "date_unixtime": str(int(at(1, "10:00").timestamp())), "file": "video_files/film.mp4",
        "media_type": "video_file", "mime_type": "video/mp4", "duration_seconds": 4, "text": TEXT,
        "text_entities": [{"type": "plain", "text": TEXT}],
    }  # fmt: skip
    told = {"name": "big", "type": "public_channel", "id": 1001, "messages": [message]}
    (folder / "result.json").write_text(json.dumps(told), encoding="utf-8")
    posts = read_any(ctx, str(folder), Told(), lambda what, wrong: pytest.fail(f"{what}: {wrong}"))
    ingest(ctx, posts, lambda saved: None)
    drain(ctx)
    assert found(ctx) == [("done", "import", 1)]
    assert small.rows(ctx, "SELECT count(*), max(revision) FROM posts") == [(1, 1)]


# --- the commands


def test_the_queue_and_its_clearing_from_the_command_line(start: Start) -> None:
    _, ctx = start([kept()], [])
    small.collect(ctx, BIG)
    assert ctx.settings.file is not None
    path = ctx.settings.file
    (told,) = [json.loads(line) for line in small.run(path, "media", "withheld", "--json").stdout.splitlines()]
    assert (told["url"], told["state"], told["kind"]) == (URL, "withheld", "video")
    given = small.run(path, "ingest", str(film(ctx)), "--for", URL)
    assert given.returncode == 0, given.stderr
    assert b"person" in small.run(path, "media", "withheld", "--found").stdout
    assert small.run(path, "media", "undo", URL).returncode == 0
    assert found(ctx) == [("withheld", None, 0)]
    assert small.run(path, "media", "undo", URL).returncode == 1
