"""Directions of travel, stated in four languages."""

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.text.heading import stated
from geolocate.text.normalise import tokenize


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("Колонна движется на запад", 270),
        ("колонна идёт в северо-западном направлении, 20 машин", 315),
        ("Техника едет в сторону востока", 90),
        ("Три состава ушли курсом на юг.", 180),
        ("шли на северо-восток", 45),
        ("Колона рухається на схід", 90),
        ("Їдуть у південному напрямку", 180),
        ("A convoy is heading west on the M4", 270),
        ("Trucks moving towards the north-east", 45),
        ("30 vehicles seen driving southwest", 225),
        ("Eastbound convoy of tanks near Homs", 90),
        ("Trucks in column, travelling in a westerly direction", 270),
        ("رتل عسكري يتحرك باتجاه الغرب", 270),
        ("رتل متجه نحو الشمال الشرقي", 45),
        ("تحرك الرتل جنوباً", 180),
    ],
)
def test_a_stated_direction_is_a_bearing(text: str, degrees: float) -> None:
    assert stated(text, tokenize(text)) == degrees


@pytest.mark.parametrize(
    "text",
    [
        "Колонна стоит на западе города",
        "Колонна движется к западу от Пальмиры",
        "Колонна идёт на юг Сирии",
        "Войска уходят, говорит Запад. На Запад надежды нет",
        "A convoy moved toward the coast",
        "A convoy passed 20 km west of Raqqa",
        "Trucks headed to the north of Syria",
        "The West wants trucks. Convoy of aid",
        "رتل عسكري غرب تدمر",
        "رتل شمال شرق حلب يتحرك",
        "One convoy went east, another went west",
        "Глядя на запад, он вздохнул",
        "",
    ],
)
def test_where_something_is_or_two_directions_are_none(text: str) -> None:
    assert stated(text, tokenize(text)) is None


def test_the_locator_states_the_direction() -> None:
    with Gazetteer.open() as gazetteer:
        located = Locator(gazetteer).locate("Колонна из Хомса движется на запад")
    assert located.bearing_deg == 270
