import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate import near_texts
from geolocate.near_texts import CROWD, near_pairs
from geolocate.text_print import TextPrint, near_hours, text_print


def prints(texts: list[str]) -> list[TextPrint]:
    return [found for text in texts if (found := text_print(text))]


def story(chance: random.Random, words: int = 40) -> list[str]:
    return [f"word{chance.randrange(10**6)}of" for _ in range(words)]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**9), st.integers(2, 8))
def test_all_near_texts_are_found_whatever_the_order(seed: int, stories: int) -> None:
    chance, texts = random.Random(seed), []
    for words in (story(chance) for _ in range(stories)):
        cut = chance.randrange(25, 40)
        texts += [" ".join(words), " ".join(words[:cut]), " ".join(["reader", "writes", *words])]
    found = prints(texts)
    chance.shuffle(found)
    near = {frozenset((found[i].digest, found[j].digest)) for i, j, _ in near_pairs(found)}
    slow = {frozenset((a.digest, b.digest)) for a in found for b in found if a.digest < b.digest and near_hours(a, b)}
    assert near == slow
    assert len(near) == 3 * stories


def test_what_a_crowd_shares_is_a_formula() -> None:
    template = " ".join(story(random.Random(1), 20))
    few = prints([f"{' '.join(template.split()[:9])} {word}" for word in story(random.Random(2), 3)])
    many = prints([f"{template} {word}" for word in story(random.Random(2), CROWD + 9)])
    assert len(few) == 3
    assert all(near_hours(a, b) == 0 or a is b for a in few for b in few)  # another rare word is another message
    alike = prints([f"{template} {'the ' * n}" for n in range(CROWD + 9)])
    assert list(near_pairs(alike[:5]))
    assert len(list(near_pairs(alike))) < len(list(near_pairs(alike[:CROWD])))
    assert list(near_pairs(many)) == []
    assert list(near_pairs([])) == []


def test_a_little_memory_gives_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"the old bakery at the bridge of Karmuna burnt down on the eve {'of spring ' * n}" for n in range(6)]
    found = [print_ for text in texts if (print_ := text_print(text))]
    whole = list(near_pairs(found))
    monkeypatch.setattr(near_texts, "_IN_MEMORY", 2)
    assert whole
    assert list(near_pairs(found)) == whole
