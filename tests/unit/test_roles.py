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
        ("Алеппо → Манбидж, танки на прицепах", {"Aleppo": "from", "Manbij": "to"}),
        ("Алеппо — Хомс, 22 бензовоза", {"Aleppo": "from", "Homs": "to"}),
        ("Батальон, снятый из-под Белгорода", {"Belgorod": "from"}),
        ("Колонна идёт со стороны Пальмиры", {"Tadmur": "from"}),
        ("رتل مر بحمص", {"Homs": "via"}),
        ("تمر دبابات من سراقب قادمة من حلب", {"Saraqib": "via", "Aleppo": "from"}),
    ],
)
def test_the_words_before_a_name_give_its_role(text: str, expected: dict[str, str]) -> None:
    assert _roles(text) == expected


def test_a_name_after_and_inherits_the_role_before_it() -> None:
    assert set(_roles("Convoys arrived from Homs and Damascus").values()) == {"from"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("رتل روسي يمر من عين عيسى باتجاه الرقة", {"‘Ayn ‘Īsá": "via", "Ar Raqqah": "to"}),
        ("رتل روسي قادم من دمشق يعبر النبك", {"Damascus": "from", "An Nabk": "via"}),
        ("Raqqa: the convoy that left Qamishli has entered the city", {"Ar Raqqah": "at", "Al Qāmishlī": "from"}),
        (
            "Хомс. Колонна из Дамаска идёт на север. Направление — Тартус",
            {"Homs": "at", "Damascus": "from", "Ţarţūs": "to"},
        ),
        ("trucks from distant Homs", {"Homs": "from"}),
        ("trains Homs to Damascus", {"Homs": "from", "Damascus": "to"}),
    ],
)
def test_headings_goals_and_the_way_through(text: str, expected: dict[str, str]) -> None:
    assert _roles(text) == expected


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("خرج رتل روسي من دمشق باتجاه حمص", "Damascus"),
        ("Колонна вышла из Камышлы и идёт в Хмеймим", "Al Qāmishlī"),
        ("رتل روسي يصل إلى السلمية قادما من دمشق", "As Salamīyah"),
        ("رتل روسي قادم من دمشق باتجاه حمص", None),
        ("Колонна из Дамаска едет в сторону Хомса", None),
    ],
)
def test_an_arrival_and_a_start_say_where_it_was_seen(text: str, where: str | None) -> None:
    assert (_locator().locate(text).explanation.split(":")[0] == where) == (where is not None)
    assert (_locator().locate(text).position is None) == (where is None)
