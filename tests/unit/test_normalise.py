"""Words and their folded forms."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.text.normalise import fold_word, tokenize


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Хмеймим", "ХМЕЙМИМ"),
        ("Орёл", "Орел"),
        ("Кам'янське", "Кам’янське"),
        ("إدلب", "ادلب"),
        ("حماة", "حماه"),
        ("مُنْبِج", "منبج"),
        ("منـــبج", "منبج"),
        ("Saraqib", "Sarāqib"),
        ("Şırnak", "Sirnak"),
        ("Ukraine's", "Ukraine"),
        ("й", "и\u0306"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


def test_short_i_stays_a_letter_of_its_own() -> None:
    assert fold_word("Сумий") != fold_word("Сумии")


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_tokens_are_slices_of_the_original_text_in_order(text: str) -> None:
    tokens = tokenize(text)
    assert all(text[t.start : t.end] == t.raw and t.fold for t in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
