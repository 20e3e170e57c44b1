"""Where a way started, though the text says "in"."""

from collections.abc import Iterator

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.types import Role


@pytest.fixture(scope="module")
def locator() -> Iterator[Locator]:
    made = Locator(Gazetteer.open(), (), ("SY",))
    yield made
    made.close()


def role_of(locator: Locator, text: str, name: str) -> Role:
    return next(p.role for p in locator.locate(text).places if name in p.text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Trucks in Homs have started to move toward Tartus", "Homs"),
        ("В Хаме колонна начала движение в сторону Тартуса", "Хаме"),
        ("A convoy left the old base in Hama for Tartus", "Hama"),
        ("Колонна вышла с базы в Хомсе", "Хомсе"),
        ("Crews in Palmyra want to go to Tartus", "Palmyra"),
        ("A column in Palmyra is driving 150 km to Homs", "Palmyra"),
    ],
)
def test_a_place_where_the_way_began_is_its_origin(locator: Locator, text: str, name: str) -> None:
    assert role_of(locator, text, name) == "from"
    assert locator.locate(text).position is not None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Trucks in Homs. Others started to move toward Tartus", "Homs"),
        ("Trucks in Homs are moving to Tartus", "Homs"),
        ("В Хомсе стоит колонна, которая идёт в Тартус", "Хомсе"),
    ],
)
def test_a_place_that_is_only_passed_stays_where_it_was_seen(locator: Locator, text: str, name: str) -> None:
    assert role_of(locator, text, name) == "at"


def test_where_a_person_comes_from_is_no_origin_of_a_movement(locator: Locator) -> None:
    assert role_of(locator, "Ivanov, from Homs, drove to Tartus", "Homs") == "mention"
    assert role_of(locator, "A column, from Homs, drove to Tartus", "Homs") == "from"


@pytest.mark.parametrize(
    "text", ["The column left Idlib for the Turkish border", "Колонна движется из Идлиба к турецкой границе"]
)
def test_a_border_that_is_gone_to_is_a_goal(locator: Locator, text: str) -> None:
    assert [p.name for p in locator.locate(text).places if p.role == "to"] == ["Turkey"]


def test_a_border_that_is_not_gone_to_names_no_place(locator: Locator) -> None:
    assert not locator.locate("Turkish border guards were seen").places
