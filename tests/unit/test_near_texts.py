import random

from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate.near_texts import NearTexts, alike, shingles

STORY = (
    "A column of about thirty trucks with armour on trailers went past the bakery on the northern ring this morning, "
    "heading for the coast; the drivers were in a hurry and the last two carried fuel."
)


def test_shortened_quoted_and_redressed_texts_are_near() -> None:
    texts = NearTexts()
    assert texts.add(STORY) == []
    assert texts.add(STORY.upper() + " https://example.org/1 @channel") == [0]
    assert 0 in texts.add("From a reader: " + STORY)
    assert 0 in texts.add(STORY.split(";")[0])


def test_other_stories_and_short_formulas_are_not_near() -> None:
    texts = NearTexts()
    texts.add(STORY)
    assert (
        texts.add("Thirty houses lost power on the northern ring this morning after a storm took down the line there")
        == []
    )
    assert texts.add("Air raid alert") == []
    assert texts.add("Air raid alert") == []


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_one_changed_word_in_a_long_text_is_found(chance: random.Random, at: int) -> None:
    words = [f"word{k}of{chance.randrange(10**6)}" for k in range(40)]
    texts = NearTexts()
    texts.add(" ".join(words))
    words[at * 10] = "other"
    assert texts.add(" ".join(words)) == [0]


def test_likeness_is_symmetric_and_a_quote_in_a_long_article_is_no_copy() -> None:
    short, long = shingles(STORY), shingles(STORY + " ".join(f"more{k}" for k in range(300)))
    assert alike(short, short)
    assert not alike(short, long)
    assert not alike(long, short)
