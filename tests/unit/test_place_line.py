"""An address is cut into names, and each name is found however it is spelled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.gazetteer_file import Source, write
from geolocate.locate import Locator
from geolocate.text import keys, place_line
from geolocate.text.normalise import tokenize

PLACES = [
    Source("t:1", "town", 36.08, 36.82, 2.0, "SY", "2", 3_000, ["Urum al Kubra"]),
    Source("t:2", "town", 36.39, 36.69, 2.0, "SY", "2", 9_000, ["Jindayris"]),
    Source("t:3", "town", 36.51, 36.87, 3.0, "SY", "2", 40_000, ["Afrin", "عفرين"]),
    Source("t:4", "town", 36.24, 36.61, 1.0, "SY", "2", 1_000, ["Kafr Lusin"]),
    Source("t:5", "town", 35.82, 10.63, 5.0, "TN", "1", 270_000, ["Sousse", "سوسة"]),
    Source("t:6", "town", 34.56, 40.90, 2.0, "SY", "7", 2_000, ["As Susah", "السوسة"]),
]


def names(text: str) -> set[str]:
    units = keys.units(text, tokenize(text))
    return {text[units[first].start : units[last - 1].end] for first, last in place_line.names(text, units)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hijlar, Jindires, Afrin", {"Hijlar", "Jindires", "Afrin"}),
        ("near Al Milbiya village", {"Al Milbiya"}),
        ("road between Suluk and Ain Issa", {"Suluk", "Ain Issa"}),
        ("قرية المنطار في جسر الشغور", {"المنطار", "الشغور"}),
        ("a column of tanks moved to Afrin", set()),
        ("village", set()),
        ("", set()),
        ("x " * 40, set()),
    ],
)
def test_names_are_what_is_left_of_an_address(text: str, expected: set[str]) -> None:
    assert names(text) == expected


@pytest.fixture(scope="module")
def locator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locator]:
    """A first file with one place, and an import of Syria: who imports a country looks there."""
    folder: Path = tmp_path_factory.mktemp("line")
    write(folder / "first.sqlite", [PLACES[4]], lambda _name: 0)
    write(folder / "syria.sqlite", [p for p in PLACES if p.country == "SY"], lambda _name: 0)
    with Gazetteer([folder / "first.sqlite", folder / "syria.sqlite"]) as gazetteer:
        yield Locator(gazetteer)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Orme Kobra", "t:1"),
        ("Jindires, Afrin", "t:2"),
        ("كفر لوسين", "t:4"),
        ("سقطت قذيفة على بلدة كفر لوسين", "t:4"),
        ("السوسة", "t:6"),
    ],
)
def test_a_name_of_an_address_is_found_however_it_is_spelled(locator: Locator, text: str, ref: str) -> None:
    assert ref in {place.ref for place in locator.locate(text).places}


def test_a_name_of_which_only_the_consonants_agree_leaves_room_for_another_place(locator: Locator) -> None:
    exact, bent = locator.locate("Urum al Kubra").position, locator.locate("Orme Kebara").position
    assert exact is not None
    assert bent is None or bent.radius_km > exact.radius_km
