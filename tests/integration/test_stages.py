"""Does each stage do its work once, follow edits, bear bad files, and give way to a new version as a whole?"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.cli import convoywatch
from collector.drain import drain
from collector.prepare import prepare
from collector.stages import BY_NAME
from collector.stages.poll import poll
from collector.worker import run_once
from db import reviews
from demo.world import Attachment, Revision, World, world_of
from tests.e2e import small
from tests.e2e.small import Moody

NAME = "quiet_test"
WHEN = small.at(1, "10:00")
SEEN = "Russian military convoy of 30 trucks in {} now"


def world(*posts: tuple[str, tuple[Attachment, ...]]) -> World:
    told = [
        small.post(NAME, n, WHEN + timedelta(minutes=5 * n), text, media=media)
        for n, (text, media) in enumerate(posts, 1)
    ]
    return world_of([small.channel(NAME, 1001, told)])


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def serve(stack: ExitStack, tmp_path: Path, what: World, **settings: object) -> tuple[Moody, Path]:
    server = stack.enter_context(small.served(what, tmp_path / "world"))
    return server, small.config(tmp_path, server.base_url, [NAME], **settings)


def test_a_sighting_follows_the_edit_of_its_post(stack: ExitStack, tmp_path: Path) -> None:
    before = world((SEEN.format("Palmyra"), ()))
    first = before.timeline[0]
    edited = replace(first, edited=Revision(SEEN.format("Jableh"), first.at + timedelta(seconds=10)))
    server, path = serve(stack, tmp_path, before)
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    sighting = "SELECT id, key, lat, lon FROM v_sightings"
    ((_, key, lat, lon),) = small.rows(ctx, sighting)
    assert (lat, lon) == (pytest.approx(34.56, abs=0.1), pytest.approx(38.27, abs=0.1))
    server.world = world_of([small.channel(NAME, 1001, [edited])])
    small.collect(ctx, NAME)
    ((_, again, lat, lon),) = small.rows(ctx, sighting)
    assert (lat, lon) == (pytest.approx(35.36, abs=0.1), pytest.approx(35.93, abs=0.1))
    assert again == key
    members = small.rows(ctx, "SELECT p.revision FROM sighting_members m JOIN posts p ON p.id = m.post_id")
    assert members == [(2,)]  # the first revision is no copy of the second
    denied = replace(first, edited=Revision("A false report, nothing was there", first.at + timedelta(seconds=20)))
    server.world = world_of([small.channel(NAME, 1001, [denied])])
    small.collect(ctx, NAME)
    assert small.rows(ctx, sighting) == []


def test_a_withheld_video_waits_for_a_person(stack: ExitStack, tmp_path: Path) -> None:
    server, path = serve(stack, tmp_path, world((SEEN.format("Homs"), (Attachment("b-homs", withheld=True),))))
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    assert small.rows(ctx, "SELECT state, withheld, duration_s > 0 FROM post_media") == [("withheld", 1, 1)]
    assert len(server.requests("/file/")) == 1  # the poster


def test_one_content_is_kept_and_sampled_once_and_makes_copies(stack: ExitStack, tmp_path: Path) -> None:
    clip = (Attachment("b-homs"),)
    told = world((SEEN.format("Homs"), clip), ("The same film, in other words: a big column near Homs today", clip))
    _, path = serve(stack, tmp_path, told)
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    assert small.rows(ctx, "SELECT count(*) FROM media") == [(1,)]
    assert small.rows(ctx, "SELECT state FROM post_media") == [("done",), ("done",)]
    runs = "SELECT count(*) FROM work w JOIN analyzers a ON a.id = w.analyzer_id WHERE a.stage = 'sample'"
    assert small.rows(ctx, runs) == [(1,)]
    assert small.rows(ctx, "SELECT independent_sources, copies FROM v_sightings") == [(1, 1)]
    assert small.rows(ctx, "SELECT copy_reason FROM sighting_members WHERE copy_reason IS NOT NULL") == [("media",)]


def test_a_poll_that_brings_nothing_new_asks_for_no_file_again(stack: ExitStack, tmp_path: Path) -> None:
    server, path = serve(stack, tmp_path, world((SEEN.format("Homs"), (Attachment("b-homs"), Attachment("a-homs")))))
    ctx = stack.enter_context(small.inside(path))
    for _ in range(3):
        small.collect(ctx, NAME)
    assert len(server.requests("/file/")) == 2
    assert small.rows(ctx, "SELECT count(*) FROM media") == [(2,)]


def test_a_truncated_film_is_an_error_of_that_film_alone(stack: ExitStack, tmp_path: Path) -> None:
    told = world((SEEN.format("Homs"), (Attachment("b-homs"),)), (SEEN.format("Palmyra"), (Attachment("a-teltamr"),)))
    _, path = serve(stack, tmp_path, told)
    film = tmp_path / "world" / "b-homs.mp4"
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 3])
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    sampled = small.rows(
        ctx,
        "SELECT w.state, w.error_kind FROM work w JOIN analyzers a ON a.id = w.analyzer_id "
        "WHERE a.stage = 'sample' ORDER BY 1",
    )
    assert sampled == [("done", None), ("failed", "unparseable")]
    assert small.rows(ctx, "SELECT count(DISTINCT media_id) FROM frames") == [(1,)]
    assert small.rows(ctx, "SELECT count(*) FROM v_sightings") == [(2,)]


def test_a_file_that_is_gone_fails_for_good_and_one_that_may_come_is_asked_again(
    stack: ExitStack, tmp_path: Path
) -> None:
    clip, other = (Attachment("b-homs"),), (Attachment("a-teltamr"),)
    server, path = serve(stack, tmp_path, world((SEEN.format("Homs"), clip), (SEEN.format("Palmyra"), other)))
    ctx = stack.enter_context(small.inside(path))
    poll(ctx, small.source(ctx, NAME))
    server.fail_next(1, 404)
    server.fail_next(1, 500)
    drain(ctx)
    assert small.rows(ctx, "SELECT state FROM post_media ORDER BY id") == [("failed",), ("pending",)]
    states = small.rows(
        ctx, "SELECT state, error_kind, retry_at IS NOT NULL FROM work WHERE error IS NOT NULL ORDER BY 1"
    )
    assert states == [("failed", "gone", 0), ("pending", "retry", 1)]


def test_a_new_version_shows_when_it_is_complete_and_reviews_still_hold(stack: ExitStack, tmp_path: Path) -> None:
    told = world((SEEN.format("Palmyra"), ()), (SEEN.format("Homs"), ()), (SEEN.format("Jableh"), ()))
    server, path = serve(stack, tmp_path, told)
    with small.inside(path) as ctx:
        small.collect(ctx, NAME)
        before = small.rows(ctx, "SELECT key FROM v_sightings ORDER BY key")
        (first,) = small.rows(ctx, "SELECT min(id) FROM v_sightings")[0]
        with ctx.store.write() as conn:
            reviews.add(conn, "sighting", first, "confirm", "seen on film", "editor", WHEN)
        old = small.rows(ctx, "SELECT id FROM v_sightings ORDER BY id")
    assert len(before) == 3
    small.config(tmp_path, server.base_url, [NAME], locate__region=["SY", "TR"])
    ctx = stack.enter_context(small.inside(path))
    assert small.rows(ctx, "SELECT stage, count(*) FROM analyzers GROUP BY 1 ORDER BY 1") == [
        ("cluster", 2), ("compare", 1), ("detect", 1), ("download", 1), ("landmark", 1), ("locate", 2), ("match", 1),
        ("poster", 1), ("read", 1), ("sample", 1), ("survey", 1), ("track", 2),
    ]  # fmt: skip
    assert run_once(ctx, BY_NAME["locate"]) == 3  # located, and neither clustered nor linked yet
    assert small.rows(ctx, "SELECT id FROM v_sightings ORDER BY id") == old
    drain(ctx)
    shown = small.rows(ctx, "SELECT key FROM v_sightings ORDER BY key")
    assert shown == before
    assert not set(small.rows(ctx, "SELECT id FROM v_sightings")) & set(old)
    assert small.rows(ctx, "SELECT review FROM v_sightings WHERE review IS NOT NULL") == [("confirm",)]
    assert small.rows(ctx, "SELECT count(*) FROM analyzers WHERE is_current") == [(12,)]


def test_what_a_person_moves_or_rejects_is_linked_so_and_undone_as_before(stack: ExitStack, tmp_path: Path) -> None:
    _, path = serve(stack, tmp_path, world((SEEN.format("Homs"), ()), (SEEN.format("Palmyra"), ())))
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    shown = "SELECT key, lat, lon, radius_km, place FROM v_sightings ORDER BY key"
    before = small.rows(ctx, shown)
    homs = small.rows(ctx, "SELECT id FROM v_sightings ORDER BY key")[0][0]

    def decide(decision: str, to: reviews.Moved | None = None) -> None:
        with ctx.store.write() as conn:
            reviews.add(conn, "sighting", homs, decision, None, "editor", WHEN, to)
        drain(ctx)

    decide("move", (35.13, 36.75, 1.5))
    moved = small.rows(ctx, shown)
    assert moved == [(before[0][0], 35.13, 36.75, 1.5, None), before[1]]
    coarse = "SELECT public_lat, public_radius_km > 1.5 FROM sightings WHERE id = " + str(homs)
    assert small.rows(ctx, coarse) == [(35.15, 1)]
    decide("reject")
    assert small.rows(ctx, f"SELECT count(*) FROM v_track_points WHERE sighting_id = {homs}") == [(0,)]
    decide("undo")
    assert small.rows(ctx, shown) == before


def test_what_a_person_splits_and_merges_holds_for_good_and_is_undone_as_before(
    stack: ExitStack, tmp_path: Path
) -> None:
    clip = (Attachment("b-homs"),)
    told = world(
        (SEEN.format("Homs"), clip), ("Big column of 30 trucks near Homs today", clip), (SEEN.format("Jableh"), ())
    )
    _, path = serve(stack, tmp_path, told)
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    shown = "SELECT key, independent_sources, copies, round(lat, 1) FROM v_sightings ORDER BY key"
    before = small.rows(ctx, shown)
    (homs, first), (jableh, _) = small.rows(ctx, "SELECT id, key FROM v_sightings ORDER BY key")
    second, third = (first[:-1] + n for n in "23")
    assert [row[1:3] for row in before] == [(1, 1), (1, 0)]

    def decide(decision: str, these: str = "", others: str = "", row: int = homs) -> list[tuple[object, ...]]:
        said = reviews.Decision(decision, None, "editor", WHEN, None, (these,) * bool(these), (others,) * bool(others))
        with ctx.store.write() as conn:
            reviews.decide(conn, "sighting", row, said)
        drain(ctx)
        found = small.rows(ctx, shown)
        with ctx.store.write() as conn:  # all buckets again
            conn.exec_driver_sql("UPDATE work SET state = 'pending' WHERE state IN ('done', 'empty')")
        drain(ctx)
        assert small.rows(ctx, shown) == found
        return found

    assert [row[:3] for row in decide("split", second, first)] == [(first, 1, 0), (second, 1, 0), (third, 1, 0)]
    assert decide("undo") == before
    assert [row[:3] for row in decide("merge", first, third)] == [(first, 2, 1)]
    assert small.rows(ctx, "SELECT count(*) FROM v_tracks") == [(0,)]
    assert decide("undo") == before
    told_off = CliRunner().invoke(convoywatch, ["--config", str(path), "review", f"S{homs}", "split", f"{NAME}/9"])
    assert "is no post of this sighting" in str(told_off.exception)
    parted = ["review", f"S{homs}", "split", second, "--note", "another bridge", "--who", "Ann"]
    assert CliRunner().invoke(convoywatch, ["--config", str(path), *parted]).exit_code == 0
    shown_so = CliRunner().invoke(convoywatch, ["--config", str(path), "show", f"S{homs}"]).output
    assert "split by Ann" in shown_so
    assert f"{second} are not one event with {first}" in " ".join(shown_so.split())
    merged = CliRunner().invoke(convoywatch, ["--config", str(path), "review", f"S{jableh}", "merge", f"S{homs}"])
    assert merged.output == f"merge: sighting S{jableh} ({third})\n"


def test_a_new_version_of_a_late_stage_is_made_of_what_the_early_ones_found(stack: ExitStack, tmp_path: Path) -> None:
    server, path = serve(stack, tmp_path, world((SEEN.format("Palmyra"), ()), (SEEN.format("Jableh"), ())))
    with small.inside(path) as ctx:
        small.collect(ctx, NAME)
        assert small.rows(ctx, "SELECT count(*) FROM v_sightings") == [(2,)]
    small.config(tmp_path, server.base_url, [NAME], publish__grid_deg=0.5)
    ctx = stack.enter_context(small.inside(path))
    drain(ctx)
    assert small.rows(ctx, "SELECT count(*) FROM v_sightings") == [(2,)]
    coarse = small.rows(ctx, "SELECT public_lat FROM sightings WHERE id IN (SELECT id FROM v_sightings) ORDER BY 1")
    assert coarse == [(34.75,), (35.25,)]


def test_preparing_twice_changes_nothing(stack: ExitStack, tmp_path: Path) -> None:
    _, path = serve(stack, tmp_path, world((SEEN.format("Palmyra"), ())))
    ctx = stack.enter_context(small.inside(path))
    small.collect(ctx, NAME)
    work = small.rows(ctx, "SELECT * FROM work ORDER BY id")
    prepare(ctx)
    assert small.rows(ctx, "SELECT * FROM work ORDER BY id") == work
    drain(ctx)
    assert small.rows(ctx, "SELECT * FROM work ORDER BY id") == work
