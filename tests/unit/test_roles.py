"""Places in their roles, through the whole locator with the shipped gazetteer."""

from functools import cache

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator


@cache
def _locator() -> Locator:
    return Locator(Gazetteer.open())


def _roles(text: str) -> dict[str, str]:
    return {place.name: place.role for place in _locator().locate(text).places}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Колонна вышла из Камышлы и движется через Манбидж в Хмеймим, видели у Саракиба",
            {"Al Qāmishlī": "from", "Manbij": "via", "Khmeimim Air Base": "to", "Saraqib": "at"},
        ),
        (
            "A convoy left Qamishli heading to Khmeimim via Manbij, seen near Saraqib",
            {"Al Qāmishlī": "from", "Khmeimim Air Base": "to", "Manbij": "via", "Saraqib": "at"},
        ),
        (
            "رتل ينطلق من القامشلي باتجاه قاعدة حميميم عبر منبج",
            {"Al Qāmishlī": "from", "Khmeimim Air Base": "to", "Manbij": "via"},
        ),
        ("Колона їде з Харкова до Полтави через Мерефу", {"Kharkiv": "from", "Poltava": "to", "Merefa": "via"}),
        ("Техника едет в сторону Пальмиры", {"Tadmur": "to"}),
        ("Взрывы в Хомсе", {"Homs": "at"}),
        ("недалеко от Хомса стоит техника", {"Homs": "at"}),
        ("20 km north of Raqqa", {"Ar Raqqah": "at"}),
        ("بالقرب من حمص", {"Homs": "at"}),
        ("Damage to Kharkiv", {"Kharkiv": "at"}),
        ("Homs", {"Homs": "mention"}),
    ],
)
def test_the_words_before_a_name_give_its_role(text: str, expected: dict[str, str]) -> None:
    assert _roles(text) == expected


def test_a_name_after_and_inherits_the_role_before_it() -> None:
    assert set(_roles("Convoys arrived from Homs and Damascus").values()) == {"from"}
