"""Counts and kinds of vehicles."""

import pytest

from geolocate.text.designations import joined
from geolocate.text.normalise import tokenize
from geolocate.text.quantities import Vehicles, vehicles


def _vehicles(text: str) -> Vehicles:
    return vehicles(text, joined(text, tokenize(text)))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("40 trucks", 40, 40),
        ("more than 30 trucks", 30, None),
        ("больше 30 машин", 30, None),
        ("десятки грузовиков", 20, 90),
        ("عشرات الشاحنات", 20, 90),
        ("a couple dozen vehicles", 20, 30),
        ("10 trucks and 2 tanks", 12, 12),
        ("٣٠ شاحنة", 30, 30),
        ("خمس وثلاثون آلية", 35, 35),
        ("خمسة عشر دبابة", 15, 15),
        ("двадцать два танка", 22, 22),
        ("машин сорок, охраняет рота", 40, 40),
        ("around 60 vehicles: 40 trucks, 12 tanks and 8 APCs", 45, 75),
        ("примерно 60 единиц: 40 грузовиков, 6 тягачей с танками", 45, 75),
        ("24 to 26 vehicles", 24, 26),
        ("20-30 машин", 20, 30),
        ("العدد بين 55 و60 آلية", 55, 60),
        ("عدد الآليات بنحو 60 بين شاحنات ومدرعات", 45, 75),
        ("more than 140 vehicles. Recounted: 152 vehicles, of which 12 are fuel tankers", 152, 152),
        ("больше 150 единиц техники", 150, None),
        ("58 آلية على الأقل", 58, None),
        ("دبابتين", 2, 2),
        ("up to 20 trucks", 10, 20),
        ("304-й полк, техника", None, None),
        ("КамАЗ-6350 и Урал-4320", None, None),
        ("в 2022 машины стояли тут", None, None),
        ("в 14:10 колонна машин", None, None),
        ("трасса М-5, машины", None, None),
        ("50 км от города, танки", None, None),
        ("200 военнослужащих и 10 грузовиков", 10, 10),
        ("колонна", None, None),
        ("5 убитых", None, None),
        ("99999 trucks", None, None),
        ("", None, None),
    ],
)
def test_counts(text: str, least: int | None, most: int | None) -> None:
    found = _vehicles(text)
    assert (found.least, found.most) == (least, most)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("танки и БТР", ("apc", "tank")),
        ("С-400 на тягачах", ("transporter", "air_defence")),
        ("Т-72 и БМП-2", ("apc", "tank")),
        ("Pantsir and Buk", ("air_defence",)),
        ("دبابات وشاحنات", ("truck", "tank")),
        ("эшелон с техникой", ("train",)),
        ("20 машин", ("other",)),
        ("погода", ()),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert _vehicles(text).kinds == kinds
