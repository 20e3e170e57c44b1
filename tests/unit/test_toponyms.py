"""Which names are found, and which words are not taken for names."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator


@cache
def _locator() -> Locator:
    return Locator(Gazetteer.open())


def _refs(text: str) -> list[str]:
    return [place.ref for place in _locator().locate(text).places]


@pytest.mark.parametrize(
    "text",
    [
        "авиабаза Хмеймим",
        "в Хмеймиме",
        "хмеймимская авиабаза",
        "#Хмеймим",
        "к Хмеймиму",
        "in Khmeimim",
        "Hmeimim air base",
        "#حميميم",
        "قاعدة حميميم",
        "من حميميم",
        "وحميميم",
        "مطار باسل الأسد",
        "Bassel al-Assad airport",
        "OSLK",
    ],
)
def test_khmeimim_is_found_under_all_its_names(text: str) -> None:
    assert "icao:OSLK" in _refs(text)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Т-4", "icao:OS72"),
        ("مطار التيفور", "icao:OS72"),
        ("T4 airbase", "icao:OS72"),
        ("порт Тартус", "icao:SY-TARTUS-NAVAL"),
        ("в Дейр-эз-Зоре", "geonames:170794"),
        ("دير الزور", "geonames:170794"),
        ("Deir ez-Zor", "geonames:170794"),
        ("у Києві", "geonames:703448"),
        ("под Харьковом", "geonames:706483"),
        ("في حلب", "geonames:170063"),
        ("بحلب", "geonames:170063"),
        ("Саракиб", "geonames:164816"),
        ("у Саракиба", "geonames:164816"),
        ("ريف إدلب", "iso:SY-ID"),
        ("в Брянской области", "iso:RU-BRY"),
        ("на Харківщині", "iso:UA-63"),
        ("in Syria", "geonames:163843"),
        ("в Сирии", "geonames:163843"),
    ],
)
def test_names_in_each_script_case_and_spelling(text: str, ref: str) -> None:
    assert _refs(text) == [ref]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today we saw nothing new",
        "It was a nice reading of the report",
        "Мы видели много машин",
        "شاهد الان قصف الطيران",
        "украинская армия",
        "😀😀😀",
        "12345 67",
        "\u200f\u202e",
        "\x00",
    ],
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert _refs(text) == []


def test_offsets_are_code_points_of_the_original_text() -> None:
    text = "😀\u200f Взрывы в Хо\u0301мсе 😀"
    (place,) = _locator().locate(text).places
    assert text[place.start : place.end] == place.text == "Хо\u0301мсе"


def test_context_chooses_between_places_of_one_name() -> None:
    assert _refs("Paris, Texas, United States")[0] != _refs("Paris, France")[0]


def test_probabilities_of_one_mention_sum_to_at_most_one() -> None:
    for place in _locator().locate("Иваново, Александровка, Springfield, London, الباب").places:
        assert 0 < place.probability + sum(a.probability for a in place.alternatives) <= 1.0005


def test_given_spans_are_resolved_exactly() -> None:
    text = "the march on homs and the nice weather"
    (place,) = _locator().locate(text, spans=[(13, 17)]).places
    assert (place.text, place.name) == ("homs", "Homs")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("Хомс аТ-4حلبفي Homs,.#'\ud800\x00\u200f😀١٢")), max_size=120))
def test_any_text_gets_an_answer_with_valid_places(text: str) -> None:
    located = _locator().locate(text)
    assert all(text[p.start : p.end] == p.text and p.radius_km > 0 and 0 < p.probability <= 1 for p in located.places)


@pytest.mark.parametrize(
    ("text", "span", "name"),
    [
        ("Near the Austrian border", (9, 17), "Austria"),
        ("South Korean troops", (0, 12), "South Korea"),
        ("Talks across Europe", (13, 19), "Europe"),
    ],
)
def test_given_adjectives_of_nations_and_continents_are_resolved(text: str, span: tuple[int, int], name: str) -> None:
    assert [place.name for place in _locator().locate(text, spans=[span]).places] == [name]


def test_a_short_post_names_no_country_by_the_adjective_of_its_vehicles() -> None:
    located = _locator().locate("A Russian convoy near Homs")
    assert [place.name for place in located.places] == ["Homs"]


def test_an_adjective_of_a_nation_counts_in_an_article_but_is_no_position() -> None:
    located = _locator().locate("Russian trucks stood there. " + "They waited on the road for a long while. " * 30)
    assert [place.name for place in located.places] == ["Russia"]
    assert located.position is None


def test_a_given_name_before_a_surname_is_no_place() -> None:
    named = [place.text for place in _locator().locate("Рапорт подписал Владимир Макаров").places]
    assert named == []
    assert [place.text for place in _locator().locate("Колонна прошла Владимир").places] == ["Владимир"]
