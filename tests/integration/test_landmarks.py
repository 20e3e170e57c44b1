"""Footage that shows a known place locates itself; what a person takes back places nothing any more."""

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from collector.cli import convoywatch
from collector.context import Context
from collector.drain import drain
from collector.stages.arrive import store_posts
from db import reviews, sources
from db.rows import NewMedia, NewPost
from geolocate.frames.opencv import cv2
from tests.e2e import small

DAWN = small.at(3, "06:00")
Image = NDArray[np.uint8]


def roadside(seed: int) -> Image:
    """A wide picture of hills and houses that no other seed resembles."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(rng.uniform(40, 215, (8, 24)).astype(np.float32), (1600, 520), interpolation=cv2.INTER_CUBIC)
    ground = ground + cv2.resize(rng.normal(0, 25, (130, 400)).astype(np.float32), (1600, 520))
    for _ in range(40):
        x, y, w, h = (int(v) for v in rng.integers((0, 40, 40, 40), (1560, 400, 160, 150)))
        cv2.rectangle(ground, (x, y), (x + w, y + h), float(rng.uniform(0, 255)), -1)
        for _ in range(12):
            u, v = x + int(rng.integers(0, w)), y + int(rng.integers(0, h))
            size = (u + int(rng.integers(5, 14)), v + int(rng.integers(5, 18)))
            cv2.rectangle(ground, (u, v), size, float(rng.uniform(0, 255)), -1)
    return np.asarray(cv2.cvtColor(np.clip(ground, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)


def view(place: Image, left: int, bend: float = 0.0, light: float = 1.0) -> Image:
    """What a camera sees of a place that looks at it from `left` on, from the side (`bend`), in other `light`.

    What is near, the lower half, is another every time.
    """
    seen = place[60:460, left : left + 720].copy()
    seen[220:] = cv2.resize(roadside(1000 + left)[:, :600], (720, 180))
    height, width = seen.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[0, bend], [0, -bend], [0, bend], [0, 0]], np.float32) * height
    bent = cv2.warpPerspective(seen, cv2.getPerspectiveTransform(corners, moved), (width, height))
    return np.asarray(np.clip(bent * light, 0, 255), np.uint8)


def photo(path: Path, image: Image) -> Path:
    path.write_bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
    return path


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Context, Path]]:
    folder = tmp_path_factory.mktemp("known")
    with ExitStack() as stack:
        config = small.config(folder, "http://127.0.0.1:9", [])
        yield stack.enter_context(small.inside(config)), config


def arrive(ctx: Context, name: str, hours: float, text: str, file: Path) -> None:
    one = NewPost(
        "telegram", f"{name}/1", f"{name} {text}", text, channel_id=name, channel_name=name,
        url=f"https://t.me/{name}/1", posted_at=DAWN + timedelta(hours=hours),
        media=(NewMedia("photo", None, None, str(file), None, False, "pending"),),
    )  # fmt: skip
    with ctx.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "quiet_test", datetime.now().astimezone())
        store_posts(ctx, conn, source_id, [one], fresh=True)
    drain(ctx)


def placed(ctx: Context, name: str) -> tuple[float | None, str]:
    ((lat, words),) = small.rows(
        ctx, f"SELECT o.lat, o.explanation FROM observations o JOIN posts p ON p.id = o.post_id "
             f"WHERE p.native_id = '{name}/1'",
    )  # fmt: skip
    return lat, words


def call(config: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(convoywatch, ["--config", str(config), "landmarks", *words])
    return done.exit_code, done.stdout, done.stderr


def test_footage_of_a_place_that_the_operator_knows_locates_itself(
    opened: tuple[Context, Path], tmp_path: Path
) -> None:
    ctx, config = opened
    place = roadside(1)
    photo(tmp_path / "bridge.jpg", view(place, 0))
    (tmp_path / "text.jpg").write_text("no picture")
    with (tmp_path / "places.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("file", "lat", "lon", "name"), ("bridge.jpg", 35.5, 36.25, "the bridge"), ("bridge.jpg", "x", 1, ""),
             ("text.jpg", 35.5, 36.2, "")]
        )  # fmt: skip
    arrive(ctx, "early", 0, "Колонна российской военной техники", photo(tmp_path / "e.jpg", view(place, 120, 0.06)))
    assert placed(ctx, "early")[0] is None

    code, told, wrong = call(config, "add", str(tmp_path / "places.csv"))
    assert (code, told.startswith("L1: the bridge, 35.5000, 36.2500, 1 stills")) == (3, True)
    assert "line 3: a place is LAT,LON" in wrong
    assert "text/plain is not a kind of video or picture" in wrong

    drain(ctx)  # what was stored before is looked at again
    arrive(ctx, "late", 1, "Russian military convoy", photo(tmp_path / "l.jpg", view(place, 150, -0.05, 0.6)))
    arrive(ctx, "other", 2, "Russian military convoy now", photo(tmp_path / "o.jpg", view(roadside(2), 50)))
    assert [placed(ctx, name)[0] for name in ("early", "late", "other")] == [35.5, 35.5, None]
    assert "the picture shows the bridge, known from a picture of the operator's" in placed(ctx, "late")[1]
    rows = small.rows(
        ctx, "SELECT ref, name, radius_km, media_box IS NOT NULL FROM v_evidence_trail WHERE evidence_kind = 'landmark'"
    )
    assert set(rows) == {("landmark:1", "the bridge", 0.5, 1)}

    code, told, _ = call(config, "match", str(tmp_path / "l.jpg"))
    assert (code, json.loads(told)["landmark"]) == (0, 1)
    assert json.loads(call(config, "list", "--json")[1])["files"] == 2
    assert call(config, "remove", "L1")[0] == 0
    drain(ctx)
    assert placed(ctx, "late")[0] is None


def test_a_confirmed_sighting_places_the_next_post_from_there_until_it_is_undone(
    opened: tuple[Context, Path], tmp_path: Path
) -> None:
    ctx, config = opened
    place = roadside(3)
    first = photo(tmp_path / "first.jpg", view(place, 0))
    arrive(ctx, "seen", 24, "Колонна российской техники в Саракибе", first)
    ((sighting, _),) = small.rows(ctx, "SELECT id, key FROM v_sightings WHERE key LIKE '%seen/1'")

    def decide(decision: str) -> None:
        with ctx.store.write() as conn:
            reviews.add(conn, "sighting", sighting, decision, None, "me", datetime.now().astimezone())
        drain(ctx)

    decide("confirm")
    ((kind, landmark),) = small.rows(ctx, "SELECT kind, id FROM landmarks")
    assert kind == "sighting"
    assert call(config, "remove", f"L{landmark}")[0] == 1

    arrive(ctx, "next", 26, "Russian military convoy here", photo(tmp_path / "n.jpg", view(place, 230, 0.12, 0.7)))
    lat, words = placed(ctx, "next")
    assert lat is not None, words
    assert "known from footage of a confirmed sighting" in words

    # the confirmed picture again, smaller: no second witness
    copy = photo(tmp_path / "copy.jpg", np.asarray(cv2.resize(view(place, 0), (480, 266)), np.uint8))
    arrive(ctx, "copy", 27, "Look at this convoy", copy)
    lat, words = placed(ctx, "copy")
    assert lat is None
    assert "no second witness" in words
    ((probability,),) = small.rows(
        ctx, "SELECT e.probability FROM evidence e JOIN posts p ON p.id = e.post_id "
             "WHERE p.native_id = 'copy/1' AND e.kind = 'landmark'",
    )  # fmt: skip
    assert probability == 0

    decide("undo")
    assert small.rows(ctx, "SELECT count(*) FROM landmarks") == [(0,)]
    assert placed(ctx, "next")[0] is None
