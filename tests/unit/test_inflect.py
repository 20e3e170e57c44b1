"""Case endings of Russian and Ukrainian names."""

import pytest

from geolocate.text.inflect import (
    adjective_stems,
    fits,
    loose_stem,
    stems_of_adjective,
    stems_of_form,
    stems_of_name,
)


def _meets(name: str, form: str) -> bool:
    kept, cuts = stems_of_name(name), (*stems_of_form(form), *stems_of_adjective(form))
    return any(stem == cut and fits(tail, ending) for stem, tail in kept for cut, ending in cuts)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("хмеймим", "хмеймима хмеймиме хмеймимом хмеймиму"),
        ("камышлы", "камышлы камышлов"),
        ("полтава", "полтаве полтаву полтавой"),
        ("сумы", "сумах сумами"),
        ("казань", "казани казанью"),
        ("харків", "харкова харкові харковом"),
        ("київ", "києва києві"),
        ("грозный", "грозном грозного"),
        ("макіївка", "макіївці макіївку"),
        ("рівне", "рівного рівному"),
        ("донец", "донца"),
        ("сирия", "сирии сирию"),
        ("волноваха", "волновасі волновахи"),
    ],
)
def test_every_case_form_meets_its_name(name: str, forms: str) -> None:
    assert all(_meets(name, form) for form in [name, *forms.split()])


@pytest.mark.parametrize(("name", "word"), [("хомс", "хомяк"), ("сумы", "сумел"), ("полтава", "полтавчанин")])
def test_other_words_do_not_meet_a_name(name: str, word: str) -> None:
    assert not _meets(name, word)


def test_adjectives_are_made_from_names() -> None:
    assert "хмеймимск" in adjective_stems("хмеймим")
    assert "кременчуцьк" in adjective_stems("кременчук")
    assert "харківськ" in adjective_stems("харків")


def test_loose_stems_leave_at_least_three_letters() -> None:
    assert loose_stem("дома") == "дом"
    assert loose_stem("еда") == "еда"


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("кременчук", "кременчуці"),
        ("джанкой", "джанкоєм джанкоем"),
        ("орехов", "ореховым"),
    ],
)
def test_cases_that_bend_the_last_consonant_meet_their_name(name: str, forms: str) -> None:
    assert all(_meets(name, form) for form in forms.split())


@pytest.mark.parametrize(
    ("name", "form"), [("авдеевка", "авдеевского"), ("макіївка", "макіївському"), ("джанкой", "джанкойському")]
)
def test_adjectives_meet_names_that_lose_letters_in_them(name: str, form: str) -> None:
    assert _meets(name, form)


@pytest.mark.parametrize(
    ("name", "form"), [("мелитополь", "мелитопольского"), ("одеса", "одеський"), ("черкаси", "черкаському")]
)
def test_kept_adjectives_meet_forms_in_which_letters_became_one(name: str, form: str) -> None:
    kept = adjective_stems(name)
    cuts = (*stems_of_form(form), *stems_of_adjective(form))
    assert any(cut in kept and fits("adj", ending) for cut, ending in cuts)
