"""What a reader takes from one sentence, line by line: names, roads, distances, roles, reports, counts and times.

Each line of a table is a sentence as channels write them, in Russian, Arabic, English or Ukrainian.
"""

from datetime import UTC, datetime

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.sphere import distance_km

LOCATOR = Locator(Gazetteer.open())
POSTED = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

HOMS, PALMYRA, SARAQIB, KHMEIMIM = (34.73, 36.71), (34.56, 38.28), (35.86, 36.80), (35.41, 35.95)
QAMISHLI, MANBIJ, DEIR, T4, IDLIB = (37.05, 41.22), (36.53, 37.95), (35.34, 40.14), (34.52, 37.63), (35.87, 36.55)
TARTUS, MARIUPOL, MELITOPOL, BERDYANSK, BELGOROD = (
    (34.91, 35.87), (47.10, 37.55), (46.85, 35.37), (46.76, 36.79), (50.60, 36.59),
)  # fmt: skip

#: what the line does not test
ANYWHERE = (0.0, 0.0)

#: text, names with their roles, where, within km (None: the text does not say where)
LINES = [
    (
        "Колонна вышла из Камышлы и движется через Манбидж в Хмеймим, видели у Саракиба",
        {"Камышлы": "from", "Манбидж": "via", "Хмеймим": "to", "Саракиба": "at"},
        SARAQIB,
        10,
    ),
    ("Хмеймимская авиабаза приняла ещё один борт", {}, KHMEIMIM, 10),
    ("Бронетехника стоит под Камышлы", {"Камышлы": "at"}, QAMISHLI, 15),
    ("Танки идут из-под Манбиджа к Ракке", {"Манбиджа": "from", "Ракке": "to"}, None, 0),
    ("По Брянской области идёт колонна", {}, (52.90, 33.40), 60),
    ("Эшелон с танками прибыл в Белгород", {"Белгород": "to"}, BELGOROD, 20),
    (
        "Колонна тягачей на выезде из Мариуполя в сторону Бердянска",
        {"Мариуполя": "from", "Бердянска": "to"},
        ANYWHERE,
        0,
    ),
    (
        "З-під Мелітополя рухається колона у напрямку Бердянська",
        {"Мелітополя": "from", "Бердянська": "to"},
        ANYWHERE,
        0,
    ),
    ("Колона техніки у Маріуполі", {"Маріуполі": "at"}, MARIUPOL, 20),
    ("Ешелон із танками прямує через Мелітополь до Криму", {"Мелітополь": "via", "Криму": "to"}, MELITOPOL, 20),
    ("Військова колона під Бердянськом, близько 40 одиниць", {"Бердянськом": "at"}, BERDYANSK, 20),
    ("رتل روسي في ريف إدلب", {"إدلب": "at"}, IDLIB, 60),
    ("شوهد رتل عسكري بمدينة حمص", {"حمص": "at"}, HOMS, 15),
    ("رتل عسكري يتجه من القامشلي إلى الحسكة", {"القامشلي": "from", "الحسكة": "to"}, ANYWHERE, 0),
    ("وصلت تعزيزات عسكرية لدير الزور", {"لدير الزور": "to"}, DEIR, 20),
    ("انطلق رتل من حلب باتجاه منبج مرورا بالباب", {"حلب": "from", "منبج": "to"}, ANYWHERE, 0),
    ("A column left Deir ez-Zor for Raqqa", {"Deir ez-Zor": "from", "Raqqa": "to"}, ANYWHERE, 0),
    ("Convoy of 20 trucks seen near Manbij heading to Aleppo", {"Manbij": "at", "Aleppo": "to"}, MANBIJ, 15),
    ("Military vehicles in Idlib countryside", {}, IDLIB, 60),
    ("Дейр-эз-Зор: колонна грузовиков вошла в город", {"Дейр-эз-Зор": "at"}, DEIR, 20),
    ("🚨🚨 #Хмеймим — взлёт двух Ил-76", {}, KHMEIMIM, 10),
    ("#حميميم إقلاع طائرة شحن روسية", {}, KHMEIMIM, 10),
    ("\u200f#القامشلي رتل أمريكي يمر الآن", {}, QAMISHLI, 15),
    ("❗️❗️ #Manbij: 30 vehicles moving", {}, MANBIJ, 15),
    ("||Колонна в Хомсе||", {"Хомсе": "at"}, HOMS, 15),
    ("«Колонна в Пальмире»", {"Пальмире": "at"}, PALMYRA, 15),
    ("Колонна на трассе М-5 у Хомса", {"Хомса": "at"}, HOMS, 20),
    ("Convoy on the M4 near Saraqib", {"Saraqib": "at"}, SARAQIB, 15),
    ("رتل على طريق دمشق حلب قرب سراقب", {"سراقب": "at"}, SARAQIB, 15),
    ("Крымский мост: эшелон с техникой", {}, (45.30, 36.50), 15),
    ("В порту Тартус разгружается «Сызрань»", {}, TARTUS, 10),
    ("A ship is unloading trucks at the port of Tartus", {}, TARTUS, 10),
    ("سفينة روسية ترسو في ميناء طرطوس", {}, TARTUS, 10),
    ("Авиабаза Т-4: прибыли грузовики", {}, T4, 15),
    ("Transport aircraft landed at T4 airbase", {}, T4, 15),
    ("وصول شاحنات إلى مطار تيفور", {}, T4, 15),
    ("Аэродром Т4, погрузка техники", {}, T4, 15),
    ("15 км западнее Пальмиры стоит колонна", {}, (34.56, 38.12), 10),
    ("Колонна в 20 км к северу от Ракки", {}, (36.13, 39.01), 10),
    ("20 km north of Raqqa a convoy halted", {}, (36.13, 39.01), 10),
    ("رتل على بعد 10 كم شرق تدمر", {}, (34.56, 38.39), 10),
    ("رتل غرب تدمر", {}, (34.56, 38.20), 15),
    ("За 15 км на південь від Мелітополя стоїть колона", {}, (46.71, 35.37), 12),
    ("A column between Homs and Tartus", {}, (34.81, 36.30), 45),
    ("Колонна между Хомсом и Тартусом", {}, (34.81, 36.30), 45),
    ("رتل بين حمص وطرطوس", {}, (34.81, 36.30), 45),
    ("Колона між Мелітополем і Бердянськом", {}, (46.80, 36.08), 60),
]


@pytest.mark.parametrize(("text", "roles", "where", "km"), LINES)
def test_names_roles_and_position(
    text: str, roles: dict[str, str], where: tuple[float, float] | None, km: float
) -> None:
    located = LOCATOR.locate(text)
    for name, role in roles.items():
        assert role in {p.role for p in located.places if name in p.text or p.text in name}, name
    if where == ANYWHERE:
        return
    if where is None:
        assert located.position is None
    else:
        assert located.position is not None
        assert distance_km(*where, located.position.lat, located.position.lon) <= km


@pytest.mark.parametrize(
    "text",
    [
        "Бойцы «Вагнера» отдыхают",
        "Wagner fighters and Azov members fought bravely",
        "Azov battalion posted a video",
        "полк «Азов» опубликовал видео",
        "باسل الحلبي: لن نتراجع أبدا",
        "الثورة مستمرة والباب مفتوح للجميع",
        "Toyota and Ural trucks, a Buk and a Tor",
        "КамАЗы, Уралы, Буки и Торы",
    ],
)
def test_people_units_and_brands_are_no_places(text: str) -> None:
    assert LOCATOR.locate(text).places == ()


#: a report of military vehicles moving or gathered, or something else
REPORTS = [
    ("Колонна военной техники движется через Мелитополь", True),
    ("Эшелон с танками стоит на станции Россошь", True),
    ("Больше 30 машин с десантом зашли в Саракиб", True),
    ("Колона бронетехніки рухається через Маріуполь", True),
    ("Понад 20 танків стоять під Бердянськом", True),
    ("رتل عسكري من ثلاثين آلية يمر من سراقب", True),
    ("وصول عشرات الشاحنات العسكرية إلى القامشلي", True),
    ("A military convoy of about 40 trucks is moving through Manbij", True),
    ("Tanks on railway flatcars at Belgorod station", True),
    ("Парад на Красной площади: прошли танки и Ярсы", False),
    ("Архивное видео: колонна в Хомсе, 2018 год", False),
    ("Никакой колонны в Саракибе нет, это фейк", False),
    ("Удар по складу боеприпасов под Мелитополем", False),
    ("Никаких танків у Маріуполі немає, це фейк", False),
    ("Вибухи у Бердянську, горить склад", False),
    ("نفى مصدر عسكري دخول أي رتل إلى منبج", False),
    ("غارات جوية على ريف إدلب الجنوبي", False),
    ("عرض عسكري في موسكو بمشاركة الدبابات", False),
    ("Airstrike hits a depot near Raqqa", False),
    ("Old footage from 2017 of a convoy in Palmyra, not today", False),
    ("The army denies that a column entered Manbij", False),
    ("Garbage trucks are stuck in traffic in Homs", False),
]


@pytest.mark.parametrize(("text", "report"), REPORTS)
def test_a_report_is_told_from_parades_denials_strikes_and_archives(text: str, report: bool) -> None:
    assert (LOCATOR.locate(text).convoy.probability >= 0.5) is report


#: text, least and most vehicles, a kind
COUNTS = [
    ("Колонна: больше 30 машин", 30, None, None),
    ("десяток танков и пять БТР прошли через Хомс", 10, None, "tank"),
    ("полсотни грузовиков зашли в Манбидж", 40, None, "truck"),
    ("колона із 25 вантажівок у Мелітополі", 25, 25, "truck"),
    ("عشرات الشاحنات العسكرية دخلت القامشلي", 20, None, "truck"),
    ("رتل من ١٥ دبابة في إدلب", 15, 15, "tank"),
    ("a couple dozen trucks near Manbij", 20, None, "truck"),
    ("Three S-400 launchers seen on the road", 3, 3, "air_defence"),
    ("два «Панциря» на трале у Тартуса", 2, 2, "air_defence"),
    ("Ка-52 на трале, трасса М-4", 1, None, "helicopter"),
]


@pytest.mark.parametrize(("text", "least", "most", "kind"), COUNTS)
def test_counts_and_kinds(text: str, least: int, most: int | None, kind: str | None) -> None:
    convoy = LOCATOR.locate(text).convoy
    assert convoy.vehicles_min is not None or least == 1
    assert convoy.vehicles_min is None or 0.5 * least <= convoy.vehicles_min <= 1.5 * least
    assert most is None or convoy.vehicles_max == most
    assert kind is None or kind in convoy.kinds


#: text, and a moment that the interval holds: day of March 2026, hour UTC; the post is of the 10th, noon
TIMES = [
    ("Вчера вечером колонна прошла через Хомс", 9, 17),
    ("Сегодня утром колонна вышла из Манбиджа", 10, 6),
    ("Только что: колонна в Саракибе", 10, 11.9),
    ("Сьогодні вранці колона рухалась через Мелітополь", 10, 6),
    ("قبل قليل مر رتل عسكري من سراقب", 10, 11.8),
    ("مساء أمس دخل رتل إلى القامشلي", 9, 17),
    ("صباح اليوم شوهد رتل في منبج", 10, 6),
    ("Yesterday evening a column passed Homs", 9, 17),
    ("This morning trucks moved through Manbij", 10, 6),
    ("Two hours ago a convoy passed Saraqib", 10, 10),
    ("8 марта колонна прошла через Пальмиру", 8, 10),
]


@pytest.mark.parametrize(("text", "day", "hour"), TIMES)
def test_when_it_was_seen(text: str, day: int, hour: float) -> None:
    seen = LOCATOR.locate(text, posted_at=POSTED).seen
    assert seen is not None
    moment = datetime(2026, 3, day, int(hour), round(hour % 1 * 60), tzinfo=UTC)
    assert seen.start <= moment <= seen.end <= POSTED
