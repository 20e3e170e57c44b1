"""From vehicles in footage to what is said of the post that shows it, through the store."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from collector.cli import convoywatch
from collector.context import Context
from collector.drain import drain
from db import work
from geolocate.frames.opencv import cv2
from tests.e2e import small
from tests.integration.clips import jpeg
from tests.integration.clips import write as write_clip
from tests.integration.street import COLOURS, car, passing, street
from tests.integration.test_read import arrive

TEXT = "Колонна российской военной техники в Саракибе, 30 грузовиков"


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    with ExitStack() as stack:
        yield stack.enter_context(small.inside(small.config(tmp_path, "http://127.0.0.1:9", [])))


def photo(folder: Path) -> Path:
    image = street()
    car(image, 300, COLOURS[0])
    path = folder / "street.jpg"
    path.write_bytes(jpeg(np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)))
    return path


def test_traffic_under_a_text_that_tells_of_a_column_lowers_it_a_little(ctx: Context, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "cars.mp4", passing(2, 60, 16), fps=20)
    arrive(ctx, "one", TEXT, clip)
    ((least, most, way, probability, looked),) = small.rows(
        ctx, "SELECT vehicles_min, vehicles_max, direction, convoy_probability, looked FROM v_footage"
    )
    assert least <= 2 <= most <= 3
    assert way == "right"
    assert probability < 0.1
    assert looked > small.rows(ctx, "SELECT count(*) FROM frames")[0][0]  # looked closer where cars drive by
    assert small.rows(ctx, "SELECT DISTINCT label FROM v_detections") == [("car",)]
    ((told, text, footage, low, high, why),) = small.rows(
        ctx,
        "SELECT convoy_probability, text_probability, footage, vehicles_min, vehicles_max, explanation "
        "FROM observations",
    )
    assert 0.9 * text < told < text
    assert (low, high) == (30, 30)  # cars of a street are not the column's
    assert "moving right" in footage
    assert "with what the footage shows" in why
    shown = CliRunner().invoke(convoywatch, ["--config", str(ctx.settings.file), "show", "S1"])
    assert footage in " ".join(shown.output.split()), shown.output


def test_looking_again_changes_nothing_and_a_copy_adds_nothing(ctx: Context, tmp_path: Path) -> None:
    file = photo(tmp_path)
    arrive(ctx, "one", TEXT, file)
    queries = [
        "SELECT sha256, at_ms, ordinal, label, score, box FROM v_detections", "SELECT * FROM media_vehicles",
        "SELECT convoy_probability, footage FROM observations", "SELECT convoy_probability, copies FROM v_sightings",
    ]  # fmt: skip
    before = [small.rows(ctx, query) for query in queries]
    assert all(before)
    with ctx.store.write() as conn:
        work.enqueue(conn, ctx.analyzers["detect"], [1])
    drain(ctx)
    assert [small.rows(ctx, query) for query in queries] == before
    arrive(ctx, "two", TEXT, file)
    ((probability, copies),) = small.rows(ctx, queries[3])
    assert (probability, copies) == (before[3][0][0], 1)
