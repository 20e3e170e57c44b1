"""Every export can be read again by a well-known reader, whatever strangers wrote, the same from both databases."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet
import pyogrio.raw
import pytest
from lxml import etree
from sqlalchemy import text

from collector.export import csv, geojson, geopackage, geoparquet, kml
from db import reviews, tracks
from db.session import Store
from tests.contract.made import NOW, analyzer, saved_sightings, track

HOSTILE = "]]>&<b>\x01\x0b \"'=1+1 حمص \U0001f4a5"
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as conn:
        ids = saved_sightings(conn, "1", "2")
        conn.execute(text("UPDATE sightings SET place = :p WHERE key = '1'"), {"p": HOSTILE})
        conn.execute(text("UPDATE posts SET url = 'https://t.me/' || native_id"))
        tracks.replace(conn, analyzer(conn, "track"), [track("1", [ids["1"], ids["2"]])], NOW)
    return store


@pytest.mark.parametrize(("view", "kind"), [("v_sightings", "Point"), ("v_tracks", "LineString")])
def test_a_geopackage_is_a_layer_for_gdal(filled: Store, tmp_path: Path, view: str, kind: str) -> None:
    out = tmp_path / "map.gpkg"
    with filled.read() as conn:
        count = geopackage.write(conn, view, out)
        geopackage.write(conn, view, out)
    info = pyogrio.read_info(out)
    assert (info["features"], info["geometry_type"], info["crs"]) == (count, kind, "EPSG:4326")
    meta, _, shapes, values = pyogrio.raw.read(out)
    facts = dict(zip(meta["fields"], values, strict=True))
    assert len(shapes) == count
    assert "https://t.me/chan/1" in facts["sources"][0]
    assert str(facts["first_posted_at" if kind == "Point" else "first_seen"][0]).startswith("2026-03-01T1")
    assert [p.name for p in tmp_path.iterdir() if "part" in p.name] == []
    with closing(sqlite3.connect(out)) as made:
        assert made.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert made.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert made.execute("PRAGMA foreign_key_check").fetchall() == []
        assert "OpenStreetMap" in made.execute("SELECT description FROM gpkg_contents").fetchone()[0]


def test_a_point_lies_where_the_sighting_does(filled: Store, tmp_path: Path) -> None:
    with filled.read() as conn:
        geopackage.write(conn, "v_sightings", tmp_path / "map.gpkg")
    west, south, east, north = pyogrio.read_info(tmp_path / "map.gpkg", force_total_bounds=True)["total_bounds"]
    assert [float(x) for x in (west, south, east, north)] == pytest.approx([36.7098765, 34.7312345] * 2)


@pytest.mark.parametrize(("view", "shape"), [("v_sightings", "Point"), ("v_tracks", "LineString")])
def test_kml_is_well_formed_and_holds_time_and_sources(filled: Store, view: str, shape: str) -> None:
    out = io.StringIO()
    with filled.read() as conn:
        count = kml.write(conn, view, out)
    marks = etree.fromstring(out.getvalue().encode()).findall(f".//{KML}Placemark")
    assert len(marks) == count
    assert marks[0].find(f"{KML}TimeSpan/{KML}begin").text.startswith("2026-03-01T1")
    lon, lat = marks[0].find(f".//{KML}{shape}/{KML}coordinates").text.split()[0].split(",")
    assert [float(lon), float(lat)] == pytest.approx([36.7, 34.7], abs=0.05)
    data = {d.get("name"): d.findtext(f"{KML}value") for d in marks[0].iter(f"{KML}Data")}
    assert "https://t.me/chan/1" in data["sources"]


@pytest.mark.parametrize("view", ["v_sightings", "v_tracks"])
def test_geoparquet_is_read_by_arrow_with_its_geometry_described(filled: Store, tmp_path: Path, view: str) -> None:
    with filled.read() as conn:
        count = geoparquet.write(conn, view, tmp_path / "map.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "map.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["columns"][geo["primary_column"]]["encoding"] == "WKB"
    assert table.num_rows == count
    row = table.to_pylist()[0]
    assert row["geometry"][:5] == bytes([1, 1 if view == "v_sightings" else 2, 0, 0, 0])
    assert json.loads(row["sources"])[0] == "https://t.me/chan/1"
    if view == "v_sightings":
        assert (row["seen_from"].tzinfo is not None, row["place"]) == (True, HOSTILE)


@pytest.mark.parametrize("view", ["v_sightings", "v_tracks", "v_public_sightings"])
def test_an_empty_store_gives_empty_files_that_can_be_read(store: Store, tmp_path: Path, view: str) -> None:
    text_out = io.StringIO()
    with store.read() as conn:
        assert geopackage.write(conn, view, tmp_path / "map.gpkg") == 0
        assert geoparquet.write(conn, view, tmp_path / "map.parquet") == 0
        assert kml.write(conn, view, text_out) == 0
        assert csv.write(conn, view, io.StringIO()) == 0
    assert pyogrio.read_info(tmp_path / "map.gpkg")["features"] == 0
    assert pyarrow.parquet.read_table(tmp_path / "map.parquet").num_rows == 0
    assert etree.fromstring(text_out.getvalue().encode()).tag == f"{KML}kml"


def test_what_is_public_tells_neither_the_place_nor_the_posts(filled: Store, tmp_path: Path) -> None:
    with filled.write() as conn:
        ids = tracks.sighting_ids(conn, analyzer(conn, "cluster"))
        reviews.add(conn, "sighting", ids["1"], "confirm", None, "Ann", NOW)
        conn.execute(text("UPDATE sightings SET public_after = '2026-01-01 00:00:00+00:00'"))
    out, mapped = io.StringIO(), io.StringIO()
    with filled.read() as conn:
        assert geopackage.write(conn, "v_public_sightings", tmp_path / "map.gpkg") == 1
        assert geoparquet.write(conn, "v_public_sightings", tmp_path / "map.parquet") == 1
        assert (kml.write(conn, "v_public_sightings", out), geojson.write(conn, "v_public_sightings", mapped)) == (1, 1)
    assert list(pyogrio.read_info(tmp_path / "map.gpkg", force_total_bounds=True)["total_bounds"][:2]) == [36.75, 34.75]
    assert not {"place", "key", "sources"} & set(pyarrow.parquet.read_table(tmp_path / "map.parquet").column_names)
    assert "t.me/chan" not in out.getvalue() + mapped.getvalue()
