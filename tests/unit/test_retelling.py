"""What a report keeps in every language: all of its figures and places."""

import pytest

from geolocate.retelling import figures, hours_of, told_keys
from geolocate.types import Convoy, Located, Place


def located(*refs: str, vehicles: int | None = None) -> Located:
    places = tuple(Place(r, 0, 1, r, r, 0.0, 0.0, 5.0, "at", 0.9) for r in refs)
    return Located("en", places, None, Convoy(0.9, vehicles, vehicles), None)


def test_figures_are_read_in_every_script_without_dates_and_years() -> None:
    assert figures("47 آلية بينها ١٨ دبابة و12 صهريجا في 12.03.2024") == ("12", "18", "47")
    assert figures("In 2024, 47 trucks and 007") == ("7", "47")
    assert figures("+18 Al-Ghantu 12/2, 12 2 2016, 26/12/2015 18+, 3-4-16: 35 of 20") == ("20", "35")


@pytest.mark.parametrize(
    ("text", "refs", "shared"),
    [
        ("47 машин, 18 танков", ("a", "b"), True),
        ("18 tanks of 47", ("b", "a"), True),
        ("47 машин", ("a", "b"), False),
        ("40 машин, 18 танков", ("a", "b"), False),
        ("47 машин, 18 танков", ("c",), False),
    ],
)
def test_only_all_figures_with_the_same_places_are_one_report(text: str, refs: tuple[str, ...], shared: bool) -> None:
    mine = told_keys("A column of 47 vehicles, 18 tanks", located("a", "b"))
    assert bool({*mine} & {*told_keys(text, located(*refs))}) == shared


def test_one_known_name_is_enough_where_the_figures_are() -> None:
    both = told_keys("A column of 47 vehicles, 18 tanks", located("a", "b"))
    assert {*both} & {*told_keys("47 машин, 18 танков", located("b"))}


def test_what_says_little_is_worth_nothing_and_what_says_much_is_worth_longer() -> None:
    assert not told_keys("a column", located("a", "b"))
    assert not told_keys("40 vehicles", located("a"))
    assert not told_keys("about forty", located("a", vehicles=40))
    (little,) = told_keys("30 trucks", located("a", "b"))
    much = told_keys("47 vehicles, 18 tanks, 06:35", located("a", "b"))[0]
    assert 1 <= hours_of(little) < 2 < hours_of(much) <= 48
