"""What the locator gives its callers."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator, destination_named, from_hint
from geolocate.types import Candidate, Destination, Position

KHMEIMIM = Destination("OSLK", "Khmeimim airbase", 35.411, 35.949, 4)
TARTUS = Destination("TARTUS_NAVAL", "Tartus naval base", 34.907, 35.868, 3)


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer.open()


@cache
def _locator() -> Locator:
    return Locator(_gazetteer(), (KHMEIMIM, TARTUS))


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("Колонна движется в сторону авиабазы Хмеймим", "OSLK"),
        ("رتل متجه نحو قاعدة حميميم", "OSLK"),
        ("Convoy heading to Tartus naval base", "TARTUS_NAVAL"),
        ("Convoy seen near Khmeimim", None),
        ("Convoy heading to Aleppo", None),
    ],
)
def test_a_named_destination_is_recognised(text: str, destination: str | None) -> None:
    assert destination_named(_locator().locate(text), (KHMEIMIM, TARTUS)) == destination


def test_where_it_came_from_is_a_hint() -> None:
    hint = from_hint(_locator().locate("Колонна вышла из Манбиджа"))
    assert hint
    assert (round(hint.lat, 1), round(hint.lon, 1)) == (36.5, 38.0)
    assert from_hint(_locator().locate("Колонна в Манбидже")) is None


def test_a_preferred_country_decides_between_namesakes() -> None:
    text = "Ivanovka"
    found = {code: Locator(_gazetteer(), region=[code]).locate(text).places[0] for code in ("RU", "UA")}
    assert found["RU"].ref != found["UA"].ref


def test_the_platform_geotag_is_the_position() -> None:
    tag = Position(35.1, 36.2, 0.1)
    assert _locator().locate("колонна", geotag=tag).position == tag


def test_an_online_provider_is_asked_only_for_unknown_spans() -> None:
    asked = []

    def provider(name: str, lang: str) -> Sequence[Candidate]:
        asked.append((name, lang))
        return [Candidate("online:1", name, 35.0, 36.0, 2.0, 1.0)]

    located = Locator(_gazetteer(), candidates=provider).locate("Homs Qqzzx", spans=[(0, 4), (5, 10)])
    assert asked == [("Qqzzx", "en")]
    assert [p.ref for p in located.places] == ["geonames:169577", "online:1"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [("колонна вышла", "ru"), ("колона вийшла із міста", "uk"), ("رتل", "ar"), ("a convoy", "en"), ("", "en")],
)
def test_the_language_is_told(text: str, lang: str) -> None:
    assert _locator().locate(text).lang == lang


def test_what_is_seen_is_never_later_than_the_post() -> None:
    posted = datetime(2025, 1, 10, 8, tzinfo=UTC)
    seen = _locator().locate("сегодня вечером колонна", posted_at=posted).seen
    assert seen
    assert seen.start <= seen.end <= posted


def test_threads_share_one_locator() -> None:
    texts = ["Колонна в Хомсе", "رتل في حلب", "Convoy in Raqqa"] * 20
    alone = [_locator().locate(text) for text in texts]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(_locator().locate, texts)) == alone


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "Хомс ",
        "Ab-",
        "ваال",
        "😀",
        "\u200f",
        "\ud800Хомс ",
        "'",
        "1.1 ",
        "http://x?q=",
        "\0",
        "из Хомса в ",
        "Київській, ",
        "\u202e\u202aحمص ",
        "5 из ",
    ],
)
def test_a_megabyte_of_anything_is_answered_in_bounded_time(unit: str) -> None:
    start = time.process_time()
    located = _locator().locate(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 10
    assert len(located.places) <= 20_000


@given(
    st.text(
        st.sampled_from("Хомсв из на запад30-.,«»→\n\0\u200f\u202e\ud800😀حمص من الى الغرب west to Homs"), max_size=200
    )
)
@settings(deadline=None, max_examples=150)
def test_any_mixture_of_scripts_and_marks_is_answered(text: str) -> None:
    located = _locator().locate(text)
    assert 0 <= located.convoy.probability <= 1
    assert all(text[place.start : place.end] == place.text for place in located.places)
    assert located.bearing_deg is None or 0 <= located.bearing_deg < 360
