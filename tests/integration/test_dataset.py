"""Datasets of others become sightings beside ours: stated places hold, copies count once, again adds nothing."""

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import convoywatch
from collector.sources.dataset import Dataset, read_dataset
from tests.e2e import small

SHARED = Path(__file__).resolve().parents[3] / "shared/eval/places/cir_eyes_on_russia_en.dev.jsonl"
ROWS = [
    {"Entry ID": "CIV1", "Incident date": "2024-12-08", "Description": "Russian military convoy of 30 trucks",
     "Link": "https://t.me/seen_here/7", "Latitude": "34.7312", "Longitude": "36.7098", "City": "Homs",
     "Movement": "TRUE"},
    {"Entry ID": "CIV2", "Incident date": "2024-12-08", "Description": "Houses damaged", "Link": "",
     "Latitude": "35.1", "Longitude": "36.7", "City": "Hama", "Movement": "FALSE"},
    {"Entry ID": "CIV3", "Incident date": "2024-12-09", "Description": "no place", "Link": "", "Latitude": "",
     "Longitude": "", "City": "", "Movement": ""},
]  # fmt: skip


def table(path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)
    return path


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def taken_in(config: Path, *what: str) -> Result:
    named = ["--dataset", "Eyes on Russia", "--licence", "CC BY 4.0", "--radius", "0.5"]
    return CliRunner().invoke(convoywatch, ["--config", str(config), "ingest", *what, *named], standalone_mode=False)


def test_a_dataset_is_linked_with_ours_and_its_licence_goes_along(stack: ExitStack, tmp_path: Path) -> None:
    config = small.config(tmp_path, "http://127.0.0.1:9", [])
    post = {
        "platform": "telegram", "native_id": "seen_here/7", "channel": {"name": "seen_here"}, "posted_at":
        "2024-12-08T10:00:00Z", "url": "https://t.me/seen_here/7", "text": "Military convoy of 30 trucks near Homs now",
    }  # fmt: skip
    (tmp_path / "ours.jsonl").write_text(json.dumps(post))
    CliRunner().invoke(convoywatch, ["--config", str(config), "ingest", str(tmp_path / "ours.jsonl")])
    for _ in range(2):
        done = taken_in(config, str(table(tmp_path / "events.csv")))
        assert done.return_value == 3 or "no position" in done.output
        with small.inside(config) as ctx:
            assert small.rows(ctx, "SELECT count(*) FROM posts WHERE platform = 'dataset'") == [(2,)]
            stated = (
                "SELECT lat, lon, radius_km, seen_from, convoy_probability FROM v_posts WHERE native_id LIKE '%CIV1'"
            )
            ((lat, lon, radius, seen_from, probability),) = small.rows(ctx, stated)
            assert (lat, lon, radius, seen_from[:10], probability) == (34.7312, 36.7098, 0.5, "2024-12-08", 0.9)
            assert small.rows(ctx, "SELECT independent_sources, copies FROM v_sightings") == [(1, 1)]
    exported = CliRunner().invoke(convoywatch, ["--config", str(config), "export", "geojson"]).output
    (feature,) = json.loads(exported)["features"]
    assert feature["properties"]["attributions"] == ["Eyes on Russia (CC BY 4.0)"]


def test_rows_are_found_in_every_usual_shape(tmp_path: Path) -> None:
    place = {"type": "Point", "coordinates": [36.5, 34.5]}
    shapes = {
        "timemap.json": [{"id": 1, "date": "12/31/2024", "time": "14:30", "latitude": "34.5", "longitude": "36.5",
                          "sources": ["https://x.com/a/status/1"], "description": "tanks"}],
        "map.geojson": {"type": "FeatureCollection", "features": [
            {"geometry": place, "properties": {"date": "2024-12-31T14:30:00", "title": "tanks"}}]},
        "civharm.json": {"incidents": [{"id": "C1", "date": "2024-12-31 14:30", "latitude": 34.5, "longitude": 36.5,
                                        "sources": [{"path": "https://x.com/a/status/1"}], "description": "tanks"}]},
    }  # fmt: skip
    wrong: list[str] = []
    for name, said in shapes.items():
        (tmp_path / name).write_text(json.dumps(said))
        (post,) = read_dataset(tmp_path / name, Dataset("d", "unknown"), lambda row, why: wrong.append(why))
        assert post.location is not None
        assert post.stated is not None
        assert (post.location.lat, post.location.lon, post.stated.seen_to.isoformat()) == (
            34.5, 36.5, "2024-12-31T15:00:00+00:00",
        )  # fmt: skip
    assert wrong == []
    (tmp_path / "own.tsv").write_text("wo_lat\two_lon\twann\n34,5\t36,5\t2024-12-31\nx\ty\t2024-12-31\n")
    mapped = Dataset("d", "unknown", columns={"lat": "wo_lat", "lon": "wo_lon", "date": "wann"})
    (post,) = read_dataset(tmp_path / "own.tsv", mapped, lambda row, why: wrong.append(f"{row}: {why}"))
    assert post.url is None
    assert wrong == ["row 2: lat is no number: 'x'"]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared evaluation sets are not here")
def test_every_row_of_eyes_on_russia_has_its_place(tmp_path: Path) -> None:
    wrong: list[str] = []
    posts = list(read_dataset(SHARED, Dataset("Eyes on Russia", "see its page"), lambda row, why: wrong.append(why)))
    rows = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    dated = [r for r in rows if r["date"]]
    assert len(wrong) == len(rows) - len(dated)
    assert [(p.location.lat, p.location.lon) for p in posts if p.location] == [(r["lat"], r["lon"]) for r in dated]
    assert len({p.native_id for p in posts}) == len(posts)
