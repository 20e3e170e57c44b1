"""Areas named by a word that stands once for several, or by the office that governs them."""

import pytest

from geolocate.text.keys import units
from geolocate.text.normalise import tokenize
from geolocate.text.shared_words import area_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("у Київській, Вінницькій та Запорізькій областях", ["=київськобласт", "=вінницькобласт"]),
        ("в Брянской, Курской и Белгородской областях", ["=брянскобласт", "=курскобласт"]),
        ("глава Рівненської ОВА", ["=рівненськобласт"]),
        ("в Харківській області", []),
        ("львівські десантники. В областях тихо", []),
    ],
)
def test_an_adjective_takes_the_word_that_it_shares(text: str, keys: list[str]) -> None:
    parts = units(text, tokenize(text))
    found = [key.text for i in range(len(parts)) for key in area_keys(text, parts, i)]
    assert [key for key in found if key in keys] == keys
    assert bool(found) == bool(keys)
