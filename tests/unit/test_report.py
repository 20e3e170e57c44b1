"""Does a text report military vehicles moving or gathered?"""

import pytest

from geolocate.text.normalise import tokenize
from geolocate.text.report import probability


@pytest.mark.parametrize(
    ("report", "other"),
    [
        ("Российская военная колонна выехала из города", "Российская авиация нанесла удар по жилому дому"),
        ("Tank transporters moving west through town", "Destroyed tank after a strike on the town"),
        ("رتل من المدرعات الروسية يتجه نحو الساحل", "قصف مدفعي على المدينة وسقوط جرحى"),
        ("Ешелон з танками прямує на захід", "Пожежа після вибуху на складі"),
        ("Military trucks heading north", "The weather is fine"),
    ],
)
def test_movements_rank_above_strikes_and_small_talk(report: str, other: str) -> None:
    assert probability(tokenize(report)) > 0.5 > probability(tokenize(other))


def test_a_text_without_words_is_no_report() -> None:
    assert probability([]) < 0.2


@pytest.mark.parametrize(
    "text",
    [
        "Mrs. Harper, 84, of Springfield, passed away peacefully on Tuesday surrounded by her family",
        "Please share: shelters need blankets and diapers for families displaced by the storm",
        "The board approved next year's budget after a long debate",
        "Russian fighter planes above Jisr al-Shughur this evening",
        "Aftermath of the Russian bombing of Maarat al-Numan",
        "Самолёты всю ночь летали над городом",
        "Російський літак у небі над Одещиною",
        "تحليق مكثف للطيران الحربي في سماء المدينة",
    ],
)
def test_what_says_nothing_of_vehicles_on_the_ground_is_no_report(text: str) -> None:
    assert probability(tokenize(text)) < 0.5
