"""Distances, directions and "between" as positions, on a small gazetteer of our own."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate.gazetteer import Gazetteer
from geolocate.gazetteer_file import Source, write
from geolocate.locate import Locator
from geolocate.sphere import bearing_deg, distance_km

HOME = (35.0, 38.0)
PLACES = [
    Source("t:1", "town", *HOME, 3.0, "SY", "1", 50_000, ["Qwertabad", "Квертабад", "قورتاباد"], 3),
    Source("t:2", "town", 35.0, 38.5, 2.0, "SY", "1", 50_000, ["Zuxonia", "Зуксония", "زوكسونيا"], 3),
    Source("t:3", "country", 34.0, 38.0, 100.0, "SY", "", 9_000_000, ["Xylandia", "Ксиландия", "زيلانديا"], 3),
]


@pytest.fixture(scope="module")
def locator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locator]:
    file: Path = tmp_path_factory.mktemp("offsets") / "small.sqlite"
    write(file, PLACES, lambda _name: 0)
    with Gazetteer([file]) as gazetteer:
        yield Locator(gazetteer, region=["SY"])


@pytest.mark.parametrize(
    ("text", "km", "bearing"),
    [
        ("Колонна в 15 км западнее Квертабада", 15, 270),
        ("в 15 километрах к западу от Квертабада", 15, 270),
        ("15 км северо-западнее Квертабада", 15, 315),
        ("за 15 км на захід від Квертабада", 15, 270),
        ("A convoy 15 km north of Qwertabad", 15, 0),
        ("15km north-east of Qwertabad", 15, 45),
        ("10-20 km SW of the city of Qwertabad", 15, 225),
        ("12.5 miles south of Qwertabad", 20.1, 180),
        ("على بعد ١٥ كم غرب قورتاباد", 15, 270),
        ("15 كم شمال شرق قورتاباد", 15, 45),
        ("20 км от Квертабада", 0, 0),
    ],
)
def test_a_distance_and_a_direction_move_the_position(locator: Locator, text: str, km: float, bearing: float) -> None:
    found = locator.locate(text)
    assert found.position is not None
    at = (found.position.lat, found.position.lon)
    assert distance_km(*HOME, *at) == pytest.approx(km, abs=0.1)
    if km:
        assert bearing_deg(*HOME, *at) == pytest.approx(bearing, abs=1)
    assert found.position.radius_km >= 0.3 * km
    (place,) = found.places
    assert (place.lat, place.lon, place.role) == (*HOME, "at")


@pytest.mark.parametrize("text", ["колонна западнее Квертабада", "رتل غرب قورتاباد", "a convoy west of Qwertabad"])
def test_a_direction_alone_means_the_surroundings(locator: Locator, text: str) -> None:
    found = locator.locate(text).position
    assert found is not None
    assert 3 < distance_km(*HOME, found.lat, found.lon) < 10
    assert bearing_deg(*HOME, found.lat, found.lon) == pytest.approx(270, abs=1)
    assert distance_km(*HOME, found.lat, found.lon) < found.radius_km


def test_the_north_of_a_country_lies_in_it(locator: Locator) -> None:
    for text in ("на севере Ксиландии", "in northern Xylandia", "شمال زيلانديا"):
        found = locator.locate(text).position
        assert found is not None
        assert found.lat == pytest.approx(34.45, abs=0.02)
        assert found.radius_km == pytest.approx(75, abs=1)


@pytest.mark.parametrize(
    "text",
    ["a convoy between Qwertabad and Zuxonia", "колонна между Квертабадом и Зуксонией", "رتل بين قورتاباد وزوكسونيا"],
)
def test_between_two_towns_is_half_way(locator: Locator, text: str) -> None:
    found = locator.locate(text)
    assert found.position is not None
    assert (found.position.lat, found.position.lon) == pytest.approx((35.0, 38.25), abs=0.01)
    assert 20 < found.position.radius_km < 40
    assert len(found.places) == 2


def test_a_phrase_after_a_place_only_says_where_that_lies(locator: Locator) -> None:
    found = locator.locate("A convoy in Zuxonia, 45 km east of Qwertabad").position
    assert found is not None
    assert (found.lat, found.lon) == (35.0, 38.5)


@pytest.mark.parametrize(
    "text",
    [
        "Квертабад", "15 машин в Квертабаде", "a convoy north. Qwertabad", "9999 km north of Qwertabad",
        "a convoy of 15 trucks in Qwertabad", "between Xylandia and Qwertabad",
    ],
)  # fmt: skip
def test_other_numbers_and_words_move_nothing(locator: Locator, text: str) -> None:
    at = locator.locate(text).places[-1]
    assert at.ref == "t:1"
    position = locator.locate(text).position
    assert position is None or distance_km(position.lat, position.lon, *HOME) < 8


def test_the_explanation_says_how_far_and_where(locator: Locator) -> None:
    assert locator.locate("15 км западнее Квертабада").explanation.startswith("15 km west of Qwertabad")


def test_a_short_plus_code_is_seen_from_the_place_beside_it(locator: Locator) -> None:
    found = locator.locate("2222+22 Qwertabad")
    assert found.position is not None
    assert distance_km(*HOME, found.position.lat, found.position.lon) < 80
    assert found.places[0].ref == "coordinates"


WORDS = ["15", "10-20", "км", "km", "كم", "western", "западнее", "north", "north-", "of", "от", "من", "غرب", "between",
         "и", "and", "Qwertabad", "Квертабада", "قورتاباد",
         "Zuxonia", "Xylandia", ",", ".", "99999999", "1.5", "٣"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_no_order_of_words_leaves_the_earth(locator: Locator, words: list[str]) -> None:
    found = locator.locate(" ".join(words)).position
    assert found is None or (abs(found.lat) <= 90 and abs(found.lon) <= 180 and found.radius_km > 0)


@pytest.mark.parametrize("unit", ["15 km north of ", "between Qwertabad and ", "западнее Квертабада ", "1-"])
def test_time_is_linear_in_hostile_text(locator: Locator, unit: str) -> None:
    start = time.process_time()
    locator.locate(unit * (20_000 // len(unit)))
    assert time.process_time() - start < 5
