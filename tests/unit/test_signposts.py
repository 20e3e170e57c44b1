"""What signs in the footage add to a text."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate import shields
from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.types import Place, Sign, WritingKind


@pytest.fixture(scope="module")
def locator() -> Iterator[Locator]:
    found = Locator(Gazetteer.open())
    yield found
    found.close()


def sign(text: str, kind: WritingKind = "scene", score: float = 0.94, at_ms: int | None = 14_000) -> Sign:
    return Sign(text, "latin", kind, (0.1, 0.1, 0.2, 0.05), score, at_ms, at_ms, at_ms)


def test_a_sign_agrees_in_words_and_leaves_the_position_alone(locator: Locator) -> None:
    plain = locator.locate("Колонна российской техники в Саракибе")
    signed = locator.locate("Колонна российской техники в Саракибе", signs=[sign("Саракиб 5 км")])
    assert signed.position == plain.position
    assert signed.explanation.endswith("agrees with the sign 'Саракиб 5 км' in the video at 0:14")


def test_a_sign_by_the_road_makes_a_doubtful_name_sure_and_a_caption_does_not() -> None:
    text = "Тель-Тамр, полчаса назад. Колонна идёт по М4 на запад"
    with Gazetteer.open() as gazetteer:
        syria = Locator(gazetteer, (), ("SY",))
        seen = [(), [sign("TELL TAMR")], [sign("TELL TAMR", "caption")]]
        plain, by_the_road, caption = (syria.locate(text, signs=signs).position for signs in seen)
    assert plain is not None
    assert by_the_road is not None
    assert caption is not None
    assert by_the_road.radius_km < 10 < caption.radius_km <= plain.radius_km


@pytest.mark.parametrize("number", ["M4", "М-4", "М 4"])
def test_a_road_number_agrees_with_a_place_on_that_road(locator: Locator, number: str) -> None:
    found = locator.locate("Колонна российской техники в Саракибе", signs=[sign(number)])
    assert "agrees with the M4 on the sign" in found.explanation


def test_a_road_number_alone_places_nothing(locator: Locator) -> None:
    assert locator.locate("Military convoy", signs=[sign("M4")]).position is None


@pytest.mark.parametrize("text", ["AIRPORT 2 km", "HOTEL", "АЗС", "ВОКЗАЛ", "مطعم", "CAR WASH", "OLD CITY CENTER"])
def test_what_a_sign_says_of_any_town_names_none(locator: Locator, text: str) -> None:
    found = locator.locate("Военная колонна в Саракибе", signs=[sign(text)])
    assert found.signed == ()
    assert locator.locate("Military convoy", signs=[sign(text)]).position is None


def test_a_sign_far_away_is_told_and_changes_nothing(locator: Locator) -> None:
    plain = locator.locate("Колонна под Хомсом")
    found = locator.locate("Колонна под Хомсом", signs=[sign("М-4 Курск")])
    assert found.position == plain.position
    assert "names Kursk" in found.explanation


def test_where_the_text_names_no_place_a_sign_gives_a_wide_position(locator: Locator) -> None:
    found = locator.locate("Convoy filmed today", signs=[sign("HOMS", at_ms=None)])
    assert found.position is not None
    assert found.position.radius_km > 40
    assert "the sign 'HOMS' in the picture names Homs" in found.explanation
    assert [s.place.name for s in found.signed] == ["Homs"]


def test_a_stated_distance_is_how_far_the_sign_may_stand(locator: Locator) -> None:
    near = locator.locate("Convoy", signs=[sign("Саракиб 5 км")]).position
    far = locator.locate("Convoy", signs=[sign("Саракиб 120 км")]).position
    assert near is not None
    assert far is not None
    assert near.radius_km < 15
    assert far.radius_km > 120


def test_signs_that_contradict_each_other_give_no_position(locator: Locator) -> None:
    found = locator.locate("Convoy", signs=[sign("HOMS"), sign("Таганрог")])
    assert found.position is None
    assert "far apart" in found.explanation


@pytest.mark.parametrize(
    "unfit", [sign("Homs", kind="watermark"), sign("Homs", score=0.6), sign("TOYOTA"), sign("Coca Cola")]
)
def test_watermarks_doubtful_readings_and_makers_are_no_evidence(locator: Locator, unfit: Sign) -> None:
    found = locator.locate("Convoy", signs=[unfit])
    assert (found.position, found.signed) == (None, ())


def test_a_sign_tips_a_name_with_several_readings(locator: Locator) -> None:
    plain = locator.locate("Military convoy in Tripoli").places[0]
    tipped = locator.locate("Military convoy in Tripoli", signs=[sign("Zgharta")]).places[0]

    def lebanon(place: Place) -> float:
        readings = [(place.lon, place.probability), *((a.lon, a.probability) for a in place.alternatives)]
        return sum(p for lon, p in readings if 35 < lon < 37)

    assert lebanon(tipped) > 1.2 * lebanon(plain)


def test_roads_of_one_number_in_two_countries_are_both_known() -> None:
    assert shields.near("M4", 35.86, 36.80)
    assert shields.near("M4", 51.66, 39.20)
    assert not shields.near("M4", 50.45, 30.52)


@given(st.text(max_size=60))
def test_road_numbers_are_found_in_any_text_without_error(text: str) -> None:
    assert all(number[0] == "M" and number[1:].isdigit() for number in shields.numbers(text))
