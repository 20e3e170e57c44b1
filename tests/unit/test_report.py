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
