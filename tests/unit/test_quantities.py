"""Counts and kinds of vehicles."""

import pytest

from geolocate.text.normalise import tokenize
from geolocate.text.quantities import vehicles


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
        ("колонна", None, None),
        ("5 убитых", None, None),
        ("99999 trucks", None, None),
        ("", None, None),
    ],
)
def test_counts(text: str, least: int | None, most: int | None) -> None:
    found = vehicles(tokenize(text))
    assert (found.least, found.most) == (least, most)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("танки и БТР", ("apc", "tank")),
        ("С-400 на тягачах", ("transporter",)),
        ("Pantsir and Buk", ("air_defence",)),
        ("دبابات وشاحنات", ("truck", "tank")),
        ("эшелон с техникой", ("train",)),
        ("20 машин", ("other",)),
        ("погода", ()),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert vehicles(tokenize(text)).kinds == kinds
