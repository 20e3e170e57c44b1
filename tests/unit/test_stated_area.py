"""An unknown village of a stated region is in that region, not in a namesake elsewhere."""

from collections.abc import Iterator

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.sphere import distance_km
from geolocate.types import Position


@pytest.fixture(scope="module")
def locator() -> Iterator[Locator]:
    made = Locator(Gazetteer.open())
    yield made
    made.close()


def position(locator: Locator, text: str) -> Position:
    found = locator.locate(text).position
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("Взрыв в Степановке (Запорожская область)", 47.4, 35.9),
        ("Колонна в селе Новосёлки, Курская область", 51.7, 36.3),
        ("Вибухи у Дмитрівці Тамбовської області", 52.9, 41.4),
    ],
)
def test_a_village_that_is_known_only_elsewhere_is_in_the_stated_area(
    locator: Locator, text: str, lat: float, lon: float
) -> None:
    found = position(locator, text)
    assert distance_km(found.lat, found.lon, lat, lon) < 60
    assert found.radius_km > 50


def test_a_village_that_is_known_in_the_stated_area_keeps_its_own_place(locator: Locator) -> None:
    assert position(locator, "Колонна в Мелитополе (Запорожская область)").radius_km < 20


def test_a_district_of_a_town_is_in_the_town(locator: Locator) -> None:
    found = position(locator, "Колонна в Петровском районе Донецка")
    assert distance_km(found.lat, found.lon, 48.02, 37.8) < 5


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Колонна стоит на аэродроме Хмеймим", "at"),
        ("Колонна едет на аэродром Хмеймим", "to"),
        ("Літаки на аеродромі Бельбек", "at"),
        ("Техника идёт в порт Тартус", "to"),
    ],
)
def test_the_case_of_base_or_port_says_whether_it_is_there_or_goes_there(
    locator: Locator, text: str, role: str
) -> None:
    assert [p.role for p in locator.locate(text).places] == [role]


def test_a_verb_is_no_village_in_the_plural(locator: Locator) -> None:
    assert [p.name for p in locator.locate("Видели у порта Тартус").places] == ["Tartus naval base"]


def test_a_county_is_a_county_and_not_the_town_of_its_name(locator: Locator) -> None:
    (place,) = [p for p in locator.locate("Trucks passed Laurel County, Kentucky").places if "County" in p.name]
    assert distance_km(place.lat, place.lon, 37.1, -84.1) < 20
    assert place.ref == "county:US-KY-laurel"
