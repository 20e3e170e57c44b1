"""What bears the name of a place and is none: people, businesses, bridges. What is one though bent by its case."""

from collections.abc import Iterator

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator


@pytest.fixture(scope="module")
def locator() -> Iterator[Locator]:
    made = Locator(Gazetteer.open())
    yield made
    made.close()


def named(locator: Locator, text: str) -> list[str]:
    return [place.name for place in locator.locate(text).places]


@pytest.mark.parametrize(
    "text",
    [
        "Florence Nightingale visited the troops",
        "Orlando Bloom said so",
        "Игорь Луганск сообщил о колонне",
        "العقيد ياسر حلب قال",
        "الشيخ خالد الديري",
    ],
)
def test_a_town_like_name_behind_a_given_one_or_a_title_is_a_persons(locator: Locator, text: str) -> None:
    assert not named(locator, text)


def test_a_town_that_people_are_called_like_stays_one_where_something_is_in_it(locator: Locator) -> None:
    assert named(locator, "A convoy left Paris for Lille") == ["Paris", "Lille"]
    assert named(locator, "Convoy in Austin Thursday") == ["Austin"]
    assert named(locator, "زار محمد دمشق") == ["Damascus"]


@pytest.mark.parametrize("text", ["Тегеран-бар и Бейрут-маркет закрыты", "Berlin-bar closed", "ресторан «Баку» открыт"])
def test_a_business_called_like_a_town_is_not_placed_there(locator: Locator, text: str) -> None:
    assert not named(locator, text)


@pytest.mark.parametrize("text", ["Колонна у Антоновского моста", "на Антоновском мосту"])
def test_a_bridge_is_known_in_every_case(locator: Locator, text: str) -> None:
    assert named(locator, text) == ["Antonivskyi Bridge"]


@pytest.mark.parametrize(("text", "name"), [("Бои под Бинишем", "Binnish"), ("Взрывы под Саракибом", "Saraqib")])
def test_a_spelling_that_no_list_has_is_found_in_the_instrumental(locator: Locator, text: str, name: str) -> None:
    assert named(locator, text) == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("бавовна у Кривому Розі", "Kryvyy Rih"),
        ("у Новій Каховці", "Nova Kakhovka"),
        ("з Кам'янця-Подільського", "Kamyanets-Podilskyi"),
        ("біля Антонівського мосту", "Antonivskyi Bridge"),
    ],
)
def test_a_ukrainian_name_of_two_words_is_found_though_its_sounds_change(
    locator: Locator, text: str, name: str
) -> None:
    assert named(locator, text) == [name]


def test_what_is_occupied_is_where_it_happened(locator: Locator) -> None:
    (place,) = locator.locate("Вибухи у тимчасово окупованому Маріуполі").places
    assert (place.name, place.role) == ("Mariupol", "at")


def test_a_pipeline_called_like_a_village_is_not_placed_there(locator: Locator) -> None:
    assert not named(locator, 'Удар по нафтопроводу "Дружба"')


def test_a_village_told_by_a_town_lies_around_it_and_a_mosque_in_it(locator: Locator) -> None:
    village = locator.locate("Xarqwish village, Afrin").position
    mosque = locator.locate("Imam Al Nawawi mosque, Afrin").position
    assert village
    assert mosque
    assert (village.lat, village.lon) == (mosque.lat, mosque.lon)
    assert village.radius_km >= 30 > mosque.radius_km


def test_a_bare_name_is_no_town_far_from_all_reports_unless_the_operator_looks_there(locator: Locator) -> None:
    bare = locator.locate("سوسة").position
    assert bare is None or bare.radius_km > 100
    abroad = Locator(Gazetteer.open(), region=["TN"])
    assert [place.name for place in abroad.locate("سوسة").places] == ["Sousse"]
    abroad.close()
