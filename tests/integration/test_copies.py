"""Copies, recycled footage and events through the store: found, told, and the same whatever came first."""

import io
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.copies import dedupe_lines
from collector.drain import drain
from collector.print_text import wrapped
from collector.stages.arrive import store_posts
from collector.stages.compare import remember
from db import reviews, sources
from db.migrate import upgrade
from db.rows import NewMedia, NewPost
from db.session import Store
from geolocate.frames.compact import compact_print
from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import sample
from geolocate.frames.watch import CLOSE
from geolocate.near_texts import CROWD, near_pairs
from geolocate.text_print import text_print
from tests.e2e import small
from tests.integration.clips import write
from tests.integration.footage import FPS, captioned, cropped, footage, mirrored

DAWN = small.at(3, "06:00")
STORY = (
    "A Russian military column of about forty trucks with armour on trailers went past the old bakery in Palmyra this "
    "morning at {clock}, heading for the coast; drivers looked tired, and the last two carried fuel drums."
)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def post(channel: str, hours: float, text: str, clip: Path | None = None, **more: Any) -> NewPost:
    files = () if clip is None else (NewMedia("video", None, None, str(clip), None, False, "pending"),)
    when = DAWN + timedelta(hours=hours)
    return NewPost(
        "telegram", f"{channel}/1", f"{channel} {text}", text, channel_id=channel, channel_name=channel,
        url=f"https://t.me/{channel}/1", posted_at=when, media=files, **more,
    )  # fmt: skip


def opened(stack: ExitStack, folder: Path) -> Context:
    return stack.enter_context(small.inside(small.config(folder, "http://127.0.0.1:9", [])))


def arrive(ctx: Context, posts: list[NewPost]) -> None:
    """Each post by itself, with all the work that follows before the next comes."""
    for one in posts:
        with ctx.store.write() as conn:
            source_id, _ = sources.add(conn, "telegram", "quiet_test", datetime.now().astimezone())
            store_posts(ctx, conn, source_id, [one], fresh=True)
        drain(ctx)


def told(ctx: Context) -> list[tuple[Any, ...]]:
    """Sightings with their members: what must not depend on the order of arrival."""
    return small.rows(
        ctx,
        "SELECT s.key, s.seen_from, s.seen_to, s.independent_sources, s.copies, s.recycled_of, s.recycled_since, "
        "p.native_id, o.native_id, m.copy_reason FROM v_sightings s JOIN sighting_members m ON m.sighting_id = s.id "
        "JOIN posts p ON p.id = m.post_id LEFT JOIN posts o ON o.id = m.copy_of_post_id ORDER BY s.key, p.native_id",
    )


def reasons(ctx: Context) -> dict[str, str | None]:
    return {row[7].partition("/")[0]: row[9] for row in told(ctx)}


def test_nearly_the_same_words_are_a_copy_and_a_formula_is_not(stack: ExitStack, tmp_path: Path) -> None:
    ctx = opened(stack, tmp_path)
    story = STORY.format(clock="06:40")
    formula = "Military convoy passing Jableh now"
    arrive(
        ctx,
        [
            post("first", 1, story), post("quote", 4, f"Our reader writes: {story}"), post("cut", 5, story[:150] + "…"),
            post("north", 6, formula), post("south", 6.2, formula + "!"),
        ],
    )  # fmt: skip
    assert reasons(ctx) == {"first": None, "quote": "similar", "cut": "similar", "north": None, "south": None}
    assert small.rows(ctx, "SELECT key, independent_sources, copies FROM v_sightings ORDER BY key") == [
        ("telegram:first/1", 1, 2), ("telegram:north/1", 2, 0),
    ]  # fmt: skip


def test_an_edit_sets_what_was_its_copy_free(stack: ExitStack, tmp_path: Path) -> None:
    ctx = opened(stack, tmp_path)
    story = STORY.format(clock="06:40")
    arrive(ctx, [post("first", 1, story), post("quote", 20, f"Our reader writes: {story}")])
    assert reasons(ctx) == {"first": None, "quote": "similar"}
    arrive(ctx, [post("first", 1, "Sorry, there was nothing in Palmyra, delete this")])
    assert reasons(ctx) == {"quote": None}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {
        "one": write(folder / "one.mp4", footage(40), fps=FPS),
        "mirrored": write(folder / "mirrored.mp4", [captioned(mirrored(f)) for f in footage(40)], fps=FPS),
        "cropped": write(folder / "cropped.avi", [cropped(f) for f in footage(40)[5:]], "MJPG", fps=FPS),
        "other": write(folder / "other.mp4", footage(41), fps=FPS),
    }


def test_footage_is_known_again_and_old_footage_is_no_fresh_sighting(
    stack: ExitStack, tmp_path: Path, clips: dict[str, Path]
) -> None:
    ctx = opened(stack, tmp_path)
    arrive(
        ctx,
        [
            post("a", 1, "Russian military convoy of 30 trucks in Palmyra now", clips["one"]),
            post("b", 3, "They sent us this film: a big military column near Palmyra", clips["mirrored"]),
            post("c", 4, "A military convoy drives through Jableh now, 12 trucks", clips["other"]),
            post("d", 240, "Huge Russian military convoy of 80 trucks in Homs right now!", clips["cropped"]),
        ],
    )  # fmt: skip
    assert reasons(ctx)["b"] == "footage"
    pairs = small.rows(ctx, "SELECT count(*), min(score) >= 0.9, min(overlap_s) > 2, sum(mirrored) FROM media_pairs")
    assert pairs == [(6, 1, 1, 4)]
    shown = " ".join(small.run(tmp_path / "convoywatch.toml", "show", "telegram:a/1").stdout.decode().split())
    assert "the footage of https://t.me/a/1: score " in shown
    assert "of this file, in a mirror" in shown
    fresh = small.rows(ctx, "SELECT key FROM v_sightings WHERE recycled_of IS NULL ORDER BY key")
    assert fresh == [("telegram:a/1",), ("telegram:c/1",)]


OLD = "This is what our road looks like when the harvest trucks are lined up near the mill at the river, so patient"


def test_recycled_footage_is_tagged_and_in_no_track_until_a_person_confirms_it(
    stack: ExitStack, tmp_path: Path, clips: dict[str, Path]
) -> None:
    ctx = opened(stack, tmp_path)
    arrive(
        ctx,
        [
            post("drill", -900, OLD, clips["one"]),
            post("east", 4, "Russian military convoy of 45 trucks passing Palmyra now"),
            post("fake", 7, "Russian military convoy of 45 trucks entering Homs now", clips["mirrored"]),
            post("coast", 9.5, "Russian military convoy, 45 trucks, in Tartus now, driving north"),
        ],
    )
    told_of = "SELECT key, recycled_of, substr(recycled_since, 1, 10), track_id IS NULL FROM v_sightings ORDER BY key"
    tagged = ("telegram:fake/1", "telegram:drill/1", (DAWN - timedelta(hours=900)).date().isoformat(), 1)
    assert small.rows(ctx, told_of) == [
        ("telegram:coast/1", None, None, 0), ("telegram:east/1", None, None, 0), tagged
    ]  # fmt: skip
    shown = small.run(tmp_path / "convoywatch.toml", "show", "telegram:fake/1").stdout.decode()
    assert "recycled" in shown
    assert "telegram:drill/1" in shown
    for decision, out_of_tracks in (("confirm", 0), ("reject", 1)):
        with ctx.store.write() as conn:
            (row,) = small.rows(ctx, "SELECT id FROM v_sightings WHERE recycled_of IS NOT NULL")
            reviews.add(conn, "sighting", row[0], decision, None, "editor", DAWN)
        drain(ctx)
        assert small.rows(ctx, told_of)[2][3] == out_of_tracks


def test_what_calls_its_own_footage_old_is_no_fresh_sighting(stack: ExitStack, tmp_path: Path) -> None:
    ctx = opened(stack, tmp_path)
    old = "Old video: Russian military convoy of 30 trucks in Homs"
    arrive(ctx, [post("a", 1, old), post("b", 1.5, "Russian military convoy of 30 trucks in Homs now")])
    tagged = "SELECT key, recycled_of, recycled_since FROM v_sightings ORDER BY key"
    assert small.rows(ctx, tagged) == [("telegram:a/1", "telegram:a/1", None), ("telegram:b/1", None, None)]


def test_the_order_of_arrival_changes_nothing(stack: ExitStack, tmp_path: Path, clips: dict[str, Path]) -> None:
    story, later = STORY.format(clock="06:40"), STORY.format(clock="17:15")
    posts = [
        post("a", 1, story), post("b", 2, f"Reader: {story}"), post("c", 3, story[:140] + "…"), post("d", 11.5, later),
        post("e", 4, "Russian military convoy of 45 trucks entering Homs now", clips["one"]),
        post("f", 4.3, "Russian military convoy of 45 trucks entering Homs now"),
        post("g", 90, "Military convoy of 45 trucks, Jableh, just now", clips["cropped"]),
        post("h", 4.5, "A convoy of some forty military trucks in Homs now"),
    ]  # fmt: skip
    mixed = list(posts)
    random.Random(1).shuffle(mixed)
    one_by_one = opened(stack, tmp_path / "one by one")
    arrive(one_by_one, mixed)
    at_once = opened(stack, tmp_path / "at once")
    with at_once.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "quiet_test", datetime.now().astimezone())
        store_posts(at_once, conn, source_id, posts, fresh=True)
    drain(at_once)
    answer = told(at_once)
    assert told(one_by_one) == answer
    assert {row[9] for row in answer} == {None, "text", "similar", "footage"}


def test_dedupe_knows_footage_by_the_fingerprint_that_inspect_gives(clips: dict[str, Path]) -> None:
    lines = []
    for hour, (name, path) in enumerate(clips.items()):
        packed = compact_print(sha256(path.read_bytes()).hexdigest(), sample(path, CLOSE))
        media = [{"fingerprint": {"sha256": name, "print": wrapped(packed)}}]
        lines.append(json.dumps({"id": name, "posted_at": f"2025-01-01T0{hour}:00:00Z", "media": media}))
    bad = json.dumps({"id": "bad", "media": [{"fingerprint": {"print": "no"}}]})
    out, err = io.StringIO(), io.StringIO()
    assert dedupe_lines([*lines[::-1], bad], out, err) == 3
    found = {row["id"]: (row["copy_of"], row["reason"]) for row in map(json.loads, out.getvalue().splitlines())}
    again = ("one", "footage")
    assert found == {"one": (None, None), "mirrored": again, "cropped": again, "other": (None, None)}
    assert err.getvalue() == "line 5: the fingerprint cannot be read\n"


def test_texts_come_in_any_order_and_a_formula_parts_what_it_had_joined(tmp_path: Path) -> None:
    words = [f"word{k}of" for k in range(40)]
    alike = [f"{' '.join(words[:22])} {'the ' * n}" for n in range(CROWD + 20)]  # a crowd that shares every anchor
    few = [" ".join([*words[18 + k :], "then", f"name{k}x"]) for k in range(3)]
    prints = {found.digest: found for t in [*alike, *few] if (found := text_print(t))}
    batch = list(prints.values())
    expected = {frozenset((batch[i].digest, batch[j].digest)) for i, j, _ in near_pairs(batch)}
    assert 0 < len(expected) < 10
    for seed in (1,):
        mixed = list(batch)
        random.Random(seed).shuffle(mixed)
        with Store(f"sqlite:///{tmp_path / f'{seed}.sqlite'}") as store:
            upgrade(store)
            with store.write() as conn:
                parted = [remember(conn, print_) for print_ in mixed]
            assert any(parted)
        stored = sqlite3.connect(tmp_path / f"{seed}.sqlite")
        pairs = (
            "SELECT a.digest, b.digest FROM text_pairs JOIN texts a ON a.id = text_id JOIN texts b ON b.id = near_id"
        )
        assert {frozenset(pair) for pair in stored.execute(pairs)} == expected
        stored.close()


BANNERED = (
    "Russian military convoy of 30 trucks in Palmyra now", "A military column is passing Jableh this morning",
    "Harvest reports from our village, the wheat is good", "Russian convoy with tanks entering Tartus now",
    "Ten military trucks and a tank on the road near Homs", "The football of yesterday evening was lost again",
)  # fmt: skip


def banner_posts(clip: Path, other: Path) -> list[NewPost]:
    """One channel's posts on different days, all with one picture or its re-encoding; and another channel's two."""
    return [
        replace(post("busy", 100 * n, text, other if n % 2 else clip), native_id=f"busy/{n}", url=f"https://t.me/busy/{n}")
        for n, text in enumerate(BANNERED)
    ]  # fmt: skip


def test_a_picture_under_all_posts_of_a_channel_makes_no_copies(stack: ExitStack, tmp_path: Path) -> None:
    card, again = tmp_path / "card.png", tmp_path / "again.jpg"
    cv2.imwrite(str(card), footage(7)[0])
    cv2.imwrite(str(again), footage(7)[0])
    answers = []
    for seed in (1, 2):
        mixed = [
            replace(p, media=tuple(replace(m, kind="photo") for m in p.media)) for p in banner_posts(card, again)
        ]  # fmt: skip
        random.Random(seed).shuffle(mixed)
        ctx = opened(stack, tmp_path / f"{seed}")
        arrive(ctx, mixed[:2])
        arrive(ctx, mixed[2:])
        answers.append(told(ctx))
    assert answers[0] == answers[1]
    assert len(answers[0]) == 4
    assert {(row[5], row[9]) for row in answers[0]} == {(None, None)}
    assert small.rows(ctx, "SELECT count(*) FROM media WHERE banner") == [(2,)]


def test_footage_that_a_channel_shows_again_a_few_times_is_one_account(
    stack: ExitStack, tmp_path: Path, clips: dict[str, Path]
) -> None:
    ctx = opened(stack, tmp_path)
    arrive(ctx, banner_posts(clips["one"], clips["mirrored"]))
    assert {row[0] for row in told(ctx)} == {"telegram:busy/0"}


def test_dedupe_makes_no_copies_by_a_picture_under_all_posts() -> None:
    lines = [
        json.dumps({
            "id": n, "platform": "telegram", "channel": {"name": "busy"}, "posted_at": f"2025-03-{n + 1:02d}T00:00:00Z",
            "text": text, "media": [{"kind": "photo", "sha256": "ab"}],
        })
        for n, text in enumerate(BANNERED)
    ]  # fmt: skip
    for given, copies in ((lines, 0), (lines[:3], 2)):
        out = io.StringIO()
        assert dedupe_lines(given, out, io.StringIO()) == 0
        assert sum(json.loads(line)["copy_of"] is not None for line in out.getvalue().splitlines()) == copies


def test_a_report_told_again_in_another_language_is_a_copy_and_another_witness_is_none(
    stack: ExitStack, tmp_path: Path
) -> None:
    ctx = opened(stack, tmp_path)
    arrive(
        ctx,
        [
            post("first", 1, "A military convoy of 47 vehicles, 18 tanks among them, moves from Homs toward Tartus"),
            post("again", 1.5, "Военная колонна, 47 машин, среди них 18 танков, движется из Хомса в сторону Тартуса"),
            post("third", 2, "رتل عسكري من 47 آلية بينها 18 دبابة يتحرك من حمص باتجاه طرطوس"),
            post("other", 1.6, "Колонна военной техники, около 40 машин и 18 танков, вышла из Хомса на Тартус"),
        ],
    )
    found = reasons(ctx)
    assert found == {"first": None, "again": "report", "third": "report", "other": None}
    assert small.rows(ctx, "SELECT count(*) FROM copy_keys WHERE kind = 'lang'") == [(4,)]
