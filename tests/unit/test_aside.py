"""Words of time that belong to something else than the sighting."""

from datetime import UTC, datetime
from functools import cache

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator

POSTED = datetime(2025, 1, 10, 15, 0, tzinfo=UTC)


@cache
def _locator() -> Locator:
    return Locator(Gazetteer.open())


@pytest.mark.parametrize(
    "text",
    [
        "Raqqa: the convoy that left Qamishli this morning has entered the city",
        "A convoy is rolling past Tartus. It left Damascus early this morning.",
        "The convoy has reached Jableh. The same trucks as in Raqqa yesterday.",
        "Колонна, которая вчера вышла из Камышлы, прошла Тартус и идёт на север",
        "الرتل الذي غادر دمشق أمس يعبر بانياس",
    ],
)
def test_the_time_of_a_start_is_not_that_of_the_sighting(text: str) -> None:
    seen = _locator().locate(text, posted_at=POSTED).seen
    assert seen
    assert seen.end == POSTED


@pytest.mark.parametrize(
    "text",
    [
        "Хомс. Вчера вечером колонна из Камышлы прошла объездную",
        "Пальмира. Вчера вечером отсюда вышла колонна на Хомс",
        "خرج مساء أمس رتل روسي من دمشق",
    ],
)
def test_the_time_of_the_sighting_counts(text: str) -> None:
    seen = _locator().locate(text, posted_at=POSTED).seen
    assert seen
    assert seen.end == datetime(2025, 1, 9, 21, tzinfo=UTC)
