"""Posts with known copies, made from lists of words: who copies whom is known because we made it so.

Reports of convoys, alarms from one template, digests full of numbers, small talk: each telling is written once by
somebody, and some are copied: word for word, in another dress, shortened, without some sentences, quoted with a word
of one's own, or with a word or two replaced. Other tellings come from the same templates and are nobody's copy.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

_EN = """
column convoy trucks armour trailers fuel tankers drivers bridge ring road market bakery station crossing
checkpoint depot river hill school mosque church harbour dust flags markings engines loaders crews escort
motorcycles helicopters shepherd neighbour cousin farmer officer driver baker teacher soldier child window
balcony rooftop garden well orchard slowly quickly quietly again yesterday tonight early late before after
during beside behind under across along past moved stopped turned waited refuelled vanished returned hurried
slept shouted waved filmed counted heard saw told asked blue green grey dusty broken covered empty heavy long
short narrow crowded quiet strange familiar old new northern
"""
_RU = """
колонна конвой грузовики броня прицепы топливо бензовозы водители мост кольцо дорога рынок пекарня станция
переезд блокпост склад река холм школа мечеть церковь гавань пыль флаги опознавательные моторы экипажи
сопровождение вертолёты пастух сосед родственник фермер офицер водитель пекарь учитель солдат ребёнок окно
балкон крыша сад колодец медленно быстро тихо снова вчера вечером рано поздно прежде после возле позади под
через вдоль мимо двигалась остановилась повернула ждала заправлялась исчезла вернулась спешила кричали махали
снимали считали слышали видели рассказали синий зелёный серый пыльный сломанный накрытый пустой тяжёлый
длинный короткий узкий людный странный знакомый
"""
_AR = """
رتل قافلة شاحنات مدرعات مقطورات وقود صهاريج سائقون جسر طريق سوق مخبز محطة معبر حاجز مستودع نهر تلة مدرسة جامع
كنيسة ميناء غبار أعلام علامات محركات أطقم مرافقة مروحيات راع جار قريب مزارع ضابط سائق خباز معلم جندي طفل نافذة
شرفة سطح حديقة بئر ببطء بسرعة بهدوء مجددا أمس مساء باكرا متأخرا قبل بعد قرب خلف تحت عبر مرورا تحرك توقف استدار
انتظر اختفى عاد أسرع نام صرخوا لوحوا صوروا عدوا سمعوا رأوا أخبرونا أزرق أخضر رمادي مكسور مغطى فارغ ثقيل طويل
قصير ضيق مزدحم غريب مألوف
"""
_WORDS = tuple(words.split() for words in (_EN, _RU, _AR))
_ALARMS = (
    "Air alarm in {} district, please go to the shelter and do not ignore the signals, we will tell when it is over",
    "Увага! Повітряна тривога у громаді {}, пройдіть в укриття та не нехтуйте сигналами, про відбій повідомимо окремо",
    "عاجل غارة جوية على محيط بلدة {} والدفاع المدني يتوجه إلى المكان نرجو من الأهالي الابتعاد عن التجمعات والطرقات",
)
_DIGESTS = (
    "Digest of the day: {} drones shot down, {} districts shelled, {} vehicles and {} guns destroyed at the front line",
    "Сводка за сутки: сбито {} беспилотников, обстреляно {} районов, уничтожено {} машин и {} орудий на линии фронта",
)
_OWN = (
    "They write to us",
    "From our readers",
    "Подписчики пишут",
    "Сообщают",
    "وصلنا الآن",
    "نقلا عن الأهالي",
    "UPD",
    "!!!",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A post: its number, that of the telling it brings, the telling's kind, hours after the first, and its text."""

    number: int
    telling: int
    kind: str
    hours: float
    text: str


def posts(count: int, seed: int = 1, formulas: float = 0.3) -> Iterator[Made]:
    """So many posts, tellings together. Stories are copied; a share `formulas` of the tellings, alarms and digests from
    a handful of templates, are nobody's copies."""
    chance = random.Random(seed)
    number = telling = 0
    while number < count:
        kind = chance.choices(("story", "alarm", "digest"), (1 - formulas, formulas / 2, formulas / 2))[0]
        text, hours = _telling(chance, kind), chance.uniform(0, 24 * 365)
        copies = min(12, int(chance.expovariate(0.9))) if kind == "story" else 0
        for copy in range(copies + 1):
            shown = edited(chance, text) if copy else text
            yield Made(number, telling, kind, hours + copy * chance.uniform(0.1, 6), shown)
            number += 1
            if number == count:
                return
        telling += 1


def _telling(chance: random.Random, kind: str) -> str:
    if kind == "alarm":
        return chance.choice(_ALARMS).format(_name(chance))
    if kind == "digest":
        return chance.choice(_DIGESTS).format(*(chance.randrange(2, 190) for _ in range(4)))
    words = chance.choice(_WORDS)
    sentences = []
    for _ in range(chance.randrange(2, 6)):
        sentence = [chance.choice(words) for _ in range(chance.randrange(6, 13))]
        if chance.random() < 0.5:
            sentence.insert(chance.randrange(len(sentence)), str(chance.randrange(2, 90)))
        if chance.random() < 0.4:
            sentence.append(_name(chance))
        sentences.append(" ".join(sentence))
    return ". ".join(sentences)


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(("ka", "mu", "ri", "sha", "tel", "bor", "nas", "ef", "dar", "hin")) for _ in range(3))


def edited(chance: random.Random, text: str) -> str:
    """What a copyist makes of a text, one or two changes at once."""
    for change in chance.sample((_dressed, _shortened, _less, _quoted, _reworded), chance.choice((1, 1, 2))):
        text = change(chance, text)
    return text


def _dressed(chance: random.Random, text: str) -> str:
    return f"⚡️{text.upper()} https://example.org/{chance.randrange(10**6)}\nSubscribe @channel{chance.randrange(99)}"


def _shortened(chance: random.Random, text: str) -> str:
    words = text.split()
    return " ".join(words[: max(8, int(len(words) * chance.uniform(0.5, 0.9)))]) + "…"


def _less(chance: random.Random, text: str) -> str:
    sentences = text.split(". ")
    if len(sentences) > 2:
        sentences.pop(chance.randrange(len(sentences)))
    return ". ".join(sentences)


def _quoted(chance: random.Random, text: str) -> str:
    return f"{chance.choice(_OWN)}: {text}"


def _reworded(chance: random.Random, text: str) -> str:
    words = text.split()
    for _ in range(max(1, len(words) // 20)):
        words[chance.randrange(len(words))] = chance.choice(chance.choice(_WORDS))
    return " ".join(words)
