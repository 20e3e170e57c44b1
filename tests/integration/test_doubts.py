"""Footage that contradicts its post, through the store: tagged, told, and in no track until a person says otherwise."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from collector.context import Context
from collector.drain import drain
from collector.stages.arrive import store_posts
from db import reviews, sources
from db.rows import NewMedia, NewPost
from geolocate.frames.opencv import cv2
from tests.e2e import small
from tests.integration.clips import write
from tests.integration.test_read import exif, photo

NIGHT = small.at(3, "00:30")
TAGGED = "SELECT recycled_of, substr(recycled_since, 1, 10), recycled_why, track_id FROM v_sightings WHERE key = ?"


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    with ExitStack() as stack:
        yield stack.enter_context(small.inside(small.config(tmp_path, "http://127.0.0.1:9", [])))


def arrive(ctx: Context, name: str, when: datetime, text: str, file: Path | None = None) -> None:
    kind = "video" if file and file.suffix == ".mp4" else "photo"
    media = (NewMedia(kind, None, None, str(file), None, False, "pending"),) if file else ()
    post = NewPost(
        "telegram", f"{name}/1", name, text, channel_id=name, channel_name=name, url=f"https://t.me/{name}/1",
        posted_at=when, media=media,
    )  # fmt: skip
    with ctx.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "quiet_test", datetime.now().astimezone())
        store_posts(ctx, conn, source_id, [post], fresh=True)
    drain(ctx)


def stamped(path: Path, text: str, seed: int) -> Path:
    """Nine seconds of a blue sky over a field that goes by, with a date burnt in."""
    ground = np.random.default_rng(seed).integers(70, 190, (30, 120, 3), dtype=np.uint8)
    field = cv2.resize(ground, (2400, 300), interpolation=cv2.INTER_CUBIC)
    frames = []
    for k in range(36):
        frame = np.empty((540, 960, 3), np.uint8)
        frame[:260] = (225, 165, 95)
        frame[240:] = field[:, (36 if seed == 2 else 20) * k :][:, :960]
        if text:
            cv2.putText(frame, text, (330, 470), (255, 255, 255), cv2.FontFace("sans"), 52, 700)
        frames.append(frame)
    return write(path, frames, fps=4)


def test_an_old_file_is_tagged_and_joins_a_track_only_when_a_person_confirms_it(ctx: Context, tmp_path: Path) -> None:
    day = small.at(3, "06:00")
    old = photo(tmp_path, exif=exif((34, 44, 0), (36, 43, 0), f"{day - timedelta(days=40):%Y:%m:%d} 10:00:00"))
    arrive(ctx, "east", day + timedelta(hours=4), "Russian military convoy of 45 trucks passing Palmyra now")
    arrive(ctx, "fake", day + timedelta(hours=7), "Russian military convoy of 45 trucks entering Homs now", old)
    arrive(ctx, "coast", day + timedelta(hours=9.5), "Russian military convoy, 45 trucks, in Tartus now, driving north")
    ((first, since, why, track),) = small.rows(ctx, TAGGED, "telegram:fake/1")
    assert (first, since, track) == ("telegram:fake/1", f"{day - timedelta(days=40):%Y-%m-%d}", None)
    assert "the file says that it was made by Phone on" in why
    shown = " ".join(small.run(tmp_path / "convoywatch.toml", "show", "telegram:fake/1").stdout.decode().split())
    assert "recycled: the file says that it was made by Phone" in shown
    assert "against it (file date, 65%)" in shown
    assert small.rows(ctx, "SELECT kind, recycled FROM v_doubts") == [("file date", 1)]
    with ctx.store.write() as conn:
        (row,) = small.rows(ctx, "SELECT id FROM v_sightings WHERE recycled_of IS NOT NULL")
        reviews.add(conn, "sighting", row[0], "confirm", None, "editor", day)
    drain(ctx)
    assert small.rows(ctx, TAGGED, "telegram:fake/1")[0][3] is not None


def test_a_burnt_in_date_and_a_blue_sky_at_night_are_contradictions(ctx: Context, tmp_path: Path) -> None:
    text = "Russian military convoy of 45 trucks passing {} right now"
    arrive(ctx, "dated", NIGHT, text.format("Palmyra"), stamped(tmp_path / "dated.mp4", "22.03.2022", 2))
    arrive(ctx, "day", NIGHT, text.format("Jableh"), stamped(tmp_path / "day.mp4", "", 5))
    found = small.rows(ctx, "SELECT sighting_key, kind, substr(since, 1, 10), recycled FROM v_doubts ORDER BY 1, 2")
    assert found == [
        ("telegram:dated/1", "daylight", None, 1), ("telegram:dated/1", "written date", "2022-03-22", 1),
        ("telegram:day/1", "daylight", None, 1),
    ]  # fmt: skip
    shown = " ".join(small.run(tmp_path / "convoywatch.toml", "show", "telegram:dated/1").stdout.decode().split())
    assert "'22.03.2022'" in shown
    assert "of the stills show a blue sky by day, but the sun stood" in shown


def test_a_far_sign_is_told_and_is_not_enough_by_itself(ctx: Context, tmp_path: Path) -> None:
    day = small.at(3, "06:00")
    arrive(ctx, "sign", day, "Russian military convoy of 30 trucks in Palmyra now", photo(tmp_path, "Воронеж 12 км"))
    ((kind, recycled, words),) = small.rows(ctx, "SELECT kind, recycled, words FROM v_doubts")
    assert (kind, recycled) == ("far sign", 0)
    assert "'Воронеж 12 км' names Voronezh" in words
    assert small.rows(ctx, TAGGED, "telegram:sign/1")[0][:3] == (None, None, None)
