"""Made reports in four languages: translations, other witnesses of the same convoy, other convoys of the same road.

Written for this from sentences in each language and facts drawn at random (seed 1; tuned on seed 101). A translation
tells all that the first text told. A witness saw the same convoy within the hour: counts with an error of a fifth,
rounded more often than not, and names what he happens to name. Other convoys are on the same road on the same day.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

LANGUAGES = ("en", "ru", "uk", "ar")
#: towns along roads, in the order of LANGUAGES
ROADS = tuple(
    tuple(tuple(town.split("/")) for town in road.split())
    for road in (
        "Homs/Хомса/Хомса/حمص Safita/Сафиты/Сафіти/صافيتا Tartus/Тартуса/Тартуса/طرطوس",
        "Palmyra/Пальмиры/Пальміри/تدمر Homs/Хомса/Хомса/حمص Masyaf/Масьяфа/Масьяфа/مصياف",
        "Raqqa/Ракки/Ракки/الرقة Aleppo/Алеппо/Алеппо/حلب Latakia/Латакии/Латакії/اللاذقية",
        "Voronezh/Воронежа/Воронежа/فورونيج Belgorod/Белгорода/Бєлгорода/بيلغورود Kharkiv/Харькова/Харкова/خاركيف",
        "Damascus/Дамаска/Дамаска/دمشق Yabrud/Ябруда/Ябруда/يبرود Hama/Хамы/Хами/حماة",
    )
)
_FROM = ("from {}", "из {}", "з {}", "من {}")
_TO = ("toward {}", "в сторону {}", "в бік {}", "باتجاه {}")
_COUNT = ("{} vehicles", "{} машин", "{} машин", "{} آلية")
_TANKS = ("{} tanks among them", "среди них {} танков", "серед них {} танків", "بينها {} دبابة")
_CLOCK = ("at {}", "в {}", "о {}", "الساعة {}")
_HEADS = (
    ("A military convoy is moving", "A column of Russian armour went by", "Our reader saw a military column"),
    ("Движется военная колонна", "Прошла колонна российской техники", "Наш читатель видел военную колонну"),
    ("Рухається військова колона", "Пройшла колона російської техніки", "Наш читач бачив військову колону"),
    ("رتل عسكري يتحرك", "مر رتل من الآليات الروسية", "شاهد أحد قرائنا رتلا عسكريا"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report tells; None for what it leaves out. `towns` are numbers of ROADS[road]."""

    road: int
    start: int | None
    goal: int | None
    count: int
    tanks: int | None
    clock: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A post: its text, language, hour, which telling it translates, and which convoy it saw."""

    text: str
    lang: str
    hours: float
    telling: int
    convoy: int


def reports(convoys: int, seed: int = 1) -> Iterator[Told]:
    """Of each convoy one telling in two to four languages, and one or two witnesses in another language."""
    chance, telling = random.Random(seed), 0
    for convoy in range(convoys):
        road, at = chance.randrange(len(ROADS)), chance.uniform(0, 24)
        count, tanks = chance.randrange(8, 90), chance.randrange(2, 20)
        whole = Facts(road, 0, 2, count, tanks, f"{chance.randrange(5, 22):02}:{chance.randrange(60):02}")
        for witness in range(chance.choice((2, 3))):
            facts = seen(chance, whole) if witness else dropped(chance, whole)
            langs = chance.sample(range(4), chance.choice((2, 3, 4)) if not witness else 1)
            hour = at + chance.uniform(0, 1)
            for later, lang in enumerate(langs):
                yield Told(
                    worded(chance, facts, lang),
                    LANGUAGES[lang],
                    hour + later * chance.uniform(0.1, 1.5),
                    telling,
                    convoy,
                )
            telling += 1


def dropped(chance: random.Random, facts: Facts) -> Facts:
    """What somebody tells of it."""
    one = chance.randrange(2)
    return Facts(
        facts.road, one if chance.random() < 0.7 else None, 2 if chance.random() < 0.8 else 1, facts.count,
        facts.tanks if chance.random() < 0.5 else None, facts.clock if chance.random() < 0.4 else None,
    )  # fmt: skip


def seen(chance: random.Random, facts: Facts) -> Facts:
    """What another witness makes of it."""

    def about(n: int) -> int:
        guessed = max(2, round(n * chance.gauss(1, 0.2)))
        return max(5, round(guessed / 5) * 5) if guessed > 12 and chance.random() < 0.6 else guessed

    told = dropped(chance, facts)
    tanks = about(facts.tanks or 2) if told.tanks else None
    hour = f"{int((told.clock or '05')[:2]):02}:{chance.randrange(0, 60, 5):02}" if told.clock else None
    return Facts(told.road, told.start, told.goal, about(facts.count), tanks, hour)


def worded(chance: random.Random, facts: Facts, lang: int) -> str:
    """One sentence or two in a language."""
    towns = ROADS[facts.road]
    parts = [chance.choice(_HEADS[lang])]
    if facts.start is not None and facts.start != facts.goal:
        parts.append(_FROM[lang].format(towns[facts.start][lang]))
    if facts.goal is not None:
        parts.append(_TO[lang].format(towns[facts.goal][lang]))
    if facts.clock:
        parts.append(_CLOCK[lang].format(facts.clock))
    tail = [_COUNT[lang].format(facts.count)] + ([_TANKS[lang].format(facts.tanks)] if facts.tanks else [])
    return " ".join(parts) + ", " + ", ".join(tail)
