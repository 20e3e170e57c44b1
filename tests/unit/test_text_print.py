from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.message import bits, message
from geolocate.text_print import TextPrint, near_hours, pack, text_print, unpack

MESSAGE = "Колонна военной техники движется по трассе М-5 в сторону Хмеймима, около 20 грузовиков"
STORY = (
    "A column of about thirty trucks with armour on trailers went past the bakery on the northern ring this morning, "
    "heading for the coast; the drivers were in a hurry and the last two carried fuel."
)


def printed(text: str) -> TextPrint:
    found = text_print(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "dressed",
    [
        MESSAGE.upper(),
        f"⚡️⚡️ {MESSAGE}!!! 🇷🇺",
        f"{MESSAGE}\n\nhttps://t.me/some_channel/123",
        f"{MESSAGE}\n@some_channel",
        f"{MESSAGE}\n\nПодписаться на канал | Прислать новость",
        f"{MESSAGE}\nSubscribe: t.me/other",
        MESSAGE.replace(" ", "\u00a0\n"),
        f"{MESSAGE} груз…",
        f"{MESSAGE} #сирия #колонна #новости",
    ],
)
def test_another_dress_is_the_same_message(dressed: str) -> None:
    assert printed(dressed).digest == printed(MESSAGE).digest


def test_arabic_vowel_marks_do_not_matter() -> None:
    plain = "رتل عسكري روسي يتجه نحو قاعدة حميميم الجوية على الطريق الدولي"
    marked = "رَتَل عَسكري روسي يتّجه نحو قاعدة حميميم الجوّية على الطريق الدولي"
    assert printed(marked).digest == printed(plain).digest


@pytest.mark.parametrize(
    "text",
    ["", "Колонна на М5", "колонна движется в сторону Хмеймима", "https://t.me/a_very_long_channel_name/123456",
     "Military convoy on the road now", "رتل عسكري روسي على الطريق"],
)  # fmt: skip
def test_a_formula_proves_nothing(text: str) -> None:
    assert text_print(text) is None


def test_the_more_a_message_says_the_longer_it_proves_a_copy() -> None:
    short, longer = printed("Russian military convoy of 45 trucks entering Homs now"), printed(MESSAGE)
    assert 0.5 < short.hours < 3 < longer.hours < 48
    assert printed(STORY).hours == inf


def test_common_words_say_little_and_rare_ones_much() -> None:
    assert bits("the") <= bits("convoy") < bits("morning") < bits("bakery") <= bits("хмеймима")
    assert bits("20") < bits("1238")
    assert bits("какой") < 5  # й is a letter, not и with a mark
    assert message("Какой-то ёж") == "какой то еж"


@pytest.mark.parametrize(
    "other",
    [
        STORY.upper() + " https://example.org/1 @channel",
        "From a reader: " + STORY,
        STORY.split(";")[0],
        STORY.replace("in a hurry", "in no hurry"),
        "Eyewitness. " + STORY.removesuffix(" and the last two carried fuel."),
    ],
)
def test_shortened_quoted_and_edited_texts_are_near(other: str) -> None:
    assert near_hours(printed(STORY), printed(other)) > 24
    assert near_hours(printed(other), printed(STORY)) == near_hours(printed(STORY), printed(other))


ALERT = "Увага! Повітряна тривога у {} області, пройдіть в укриття та не нехтуйте сигналами, відбій повідомимо"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MESSAGE, MESSAGE.replace("20", "40")),
        (MESSAGE, MESSAGE.replace("Хмеймима", "Тартуса")),
        (ALERT.format("Харківській"), ALERT.format("Сумській")),
        (STORY, STORY + " " + " ".join(f"more{k}" for k in range(300))),
        (STORY, "Thirty houses lost power on the northern ring this morning after a storm took down the line there"),
        ("Сводка: за сутки сбито 31 БПЛА, поражено 140 районов, уничтожено 12 танков и 8 орудий противника на фронте",
         "Сводка: за сутки сбито 27 БПЛА, поражено 138 районов, уничтожено 15 танков и 9 орудий противника на фронте"),
    ],
)  # fmt: skip
def test_another_number_or_place_in_the_same_words_is_another_message(one: str, other: str) -> None:
    assert near_hours(printed(one), printed(other)) == 0


RU = "С базы в Камышлы вышла колонна: 63 единицы, из них 41 грузовик и 17 тягачей, на 2 из них танки, борт 4417"
AR = "خرج رتل من قاعدة القامشلي يضم 63 آلية منها 41 شاحنة و 17 قاطرة على 2 منها دبابات والرقم 4417"


def test_the_same_figures_in_another_script_are_a_copy_for_a_while() -> None:
    assert 1 < near_hours(printed(RU), printed(AR)) <= 72
    assert set(printed(RU).anchors.tolist()) & set(printed(AR).anchors.tolist())
    assert near_hours(printed(RU), printed(AR.replace("41", "39"))) == 0


def test_a_round_number_and_a_town_in_another_script_are_no_copy() -> None:
    one = printed("Колонна российских военных, около 40 грузовиков, утром проходит через Хомс на побережье, охрана")
    other = printed("A Russian column of some 40 trucks drives through Homs to the coast this morning, with escort")
    assert near_hours(one, other) == 0


@given(st.text())
def test_any_text_has_a_print_or_none_and_it_comes_back_from_bytes(text: str) -> None:
    found = text_print(text * 3)
    if found is not None:
        again = unpack(found.digest, pack(found))
        assert (again.digest, again.script) == (found.digest, found.script)
        assert abs(again.bits - found.bits) < 0.1
        for name in ("runs", "weights", "marks", "free", "anchors"):
            assert getattr(again, name).tolist() == getattr(found, name).tolist()
        assert near_hours(found, again) == found.hours


@pytest.mark.parametrize("data", [b"", b"\x01l", b"\x63" + b"\0" * 40])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="print"):
        unpack("", data)
