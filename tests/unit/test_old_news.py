import pytest

from geolocate.text.old_news import says_old


@pytest.mark.parametrize(
    "text",
    [
        "Old video: Russian military convoy of 30 trucks in Homs", "Archive footage of a column near Palmyra",
        "From our archive: tanks on the M5", "Архивное видео: колонна въезжает в Хмеймим", "Архив. Март, колонна",
        "Кадры из архива, колонна на трассе", "Старое видео с колонной снова гуляет по сети", "Видео старое, не верьте",
        "Архівні кадри: колона на трасі", "من الأرشيف: رتل عسكري في حمص", "فيديو قديم لرتل روسي", "مشاهد أرشيفية لرتل",
    ],
)  # fmt: skip
def test_a_text_that_calls_its_footage_old_is_understood(text: str) -> None:
    assert says_old(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Russian convoy passes the old town of Homs", "This is not old footage, filmed today in Homs",
        "Это не архивное видео, снято сегодня", "ليس فيديو قديم بل اليوم", "رتل يمر في المدينة القديمة",
        "Колонна прошла через Старый Оскол", "The archivist drove past Homs",
    ],
)  # fmt: skip
def test_old_towns_and_denials_are_not_old_footage(text: str) -> None:
    assert not says_old(text)
