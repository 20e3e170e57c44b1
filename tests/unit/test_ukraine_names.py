"""Ukrainian names in Latin letters and in Russian, and the middle of an area."""

import pytest

from geolocate.data.build.middles import middle, reach
from geolocate.data.build.romanise_ukrainian import romanised, russian
from geolocate.gazetteer_file import Source


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Сулигівка", "Sulyhivka"), ("Довгеньке", "Dovhenke"), ("Єнакієве", "Yenakiieve"), ("Згурівка", "Zghurivka"),
        ("Верхньокам'янка", "Verkhnokamianka"), ("Щастя", "Shchastia"), ("Ківшарівка", "Kivsharivka"),
    ],
)  # fmt: skip
def test_names_are_romanised_as_on_maps(name: str, latin: str) -> None:
    assert romanised(name) == latin


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Новопетрівка", "Новопетровка"), ("Миколаївка", "Николаевка"), ("Донецьке", "Донецкое"),
        ("Довгеньке", "Довгенькое"), ("Шевченкове", "Шевченково"), ("Новоолександрівка", "Новоалександровка"),
    ],
)  # fmt: skip
def test_regular_names_have_their_russian_form(name: str, form: str) -> None:
    assert form in russian(name)


def test_the_middle_of_an_area_is_near_its_people() -> None:
    towns = [
        Source(f"test:{n}", "town", 48.0 + n, 38.0, 2.0, "UA", "05", people)
        for n, people in enumerate((90_000, 500, 500))
    ]
    lat, lon = middle(towns)
    assert lat < 48.2
    assert lon == 38.0
    assert reach(lat, lon, towns) > 100
