"""People are not places, though towns are called like them; wide areas are, in any case."""

from collections.abc import Iterator

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.text import keys, persons
from geolocate.text.normalise import tokenize


@pytest.fixture(scope="module")
def locator() -> Iterator[Locator]:
    made = Locator(Gazetteer.open())
    yield made
    made.close()


def people(text: str) -> list[str]:
    units = keys.units(text, tokenize(text))
    return [units[i].token.raw for i in sorted(persons.named(text, units))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Владимир Макаров приехал", ["Владимир", "Макаров"]),
        ("слова Джеймса Коми. Коми ушёл", ["Джеймса", "Коми", "Коми"]),
        ("А. Николаева сказала", ["А", "Николаева"]),
        ("Олена Полтава, Полтаві", ["Олена", "Полтава", "Полтаві"]),
        ("Jack Houston left. Houston said", ["Jack", "Houston", "Houston"]),
        ("Lawrence County and Victoria Police", []),
        ("Колонна идёт из Хомса", []),
    ],
)
def test_a_name_beside_a_given_name_is_a_persons_throughout_the_text(text: str, names: list[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize("text", ["Владимир Макаров сообщил", "Jack Houston said so", "А. Николаева рассказала"])
def test_people_are_not_placed(locator: Locator, text: str) -> None:
    assert not locator.locate(text).places


def test_a_town_that_bears_a_given_name_is_still_found_behind_a_preposition(locator: Locator) -> None:
    assert [p.text for p in locator.locate("Колонна вышла из Владимира").places] == ["Владимира"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Колонна вошла в Южную Осетию", "South Ossetia"),
        ("война в Чечне", "Chechnya"),
        ("у штаті на сході Європи", "Europe"),
        ("президент Египта прибыл", "Egypt"),
        ("корабли в Чёрном море", "Black Sea"),
    ],
)
def test_wide_areas_are_found_in_any_case(locator: Locator, text: str, name: str) -> None:
    assert name in [p.name for p in locator.locate(text).places]
