"""Is one report in Russian, English and Arabic known to be one, and are different reports kept apart?

    python -m bench.copies_languages

The sentences were written for this, six reports in three languages. Prints for each pair of languages how long two
posts of one report may lie apart and still be copies, in hours, and how many pairs of different reports are joined.
"""

from itertools import combinations, product

from geolocate.text_print import near_hours, text_print

REPORTS = (
    (
        "Колонна из 47 машин прошла через Пальмиру в 06:35, среди них 12 танков и 18 бензовозов, за ней 230 солдат",
        "A column of 47 vehicles passed through Palmyra at 06:35, among them 12 tanks and 18 fuel trucks, "
        "followed by 230 soldiers",
        "مر رتل من 47 آلية عبر تدمر في الساعة 06:35 بينها 12 دبابة و18 صهريج وقود يتبعه 230 جنديا",
    ),
    (
        "Военный конвой: 30 грузовиков идут из Хомса в Тартус",
        "A military convoy: 30 trucks are going from Homs to Tartus",
        "قافلة عسكرية 30 شاحنة تسير من حمص إلى طرطوس",
    ),
    (
        "В 14:20 у моста видели 64 машины, 9 БТР и 3 зенитки, координаты 34.5512, 38.2791",
        "At 14:20 by the bridge 64 vehicles, 9 APCs and 3 air defence guns were seen, coordinates 34.5512, 38.2791",
        "في الساعة 14:20 قرب الجسر شوهدت 64 آلية و9 ناقلات و3 مضادات، الإحداثيات 34.5512, 38.2791",
    ),
    (
        "Грузовики Урал-4320 и Тигры с номером 8417 прошли мимо Масьяфа, 26 машин",
        "Ural-4320 trucks and Tigers with the plate 8417 went past Masyaf, 26 vehicles",
        "شاحنات أورال 4320 وتيغر برقم 8417 مرت قرب مصياف، 26 آلية",
    ),
    (
        "Через Джаблу идёт колонна, около сорока машин, подробности позже",
        "A column goes through Jableh, about forty vehicles, details later",
        "رتل يمر عبر جبلة نحو أربعين آلية والتفاصيل لاحقا",
    ),
    (
        "За сутки сбито 73 беспилотника, обстреляно 19 посёлков, ранено 146 человек",
        "In a day 73 drones were shot down, 19 villages shelled, 146 people wounded",
        "خلال يوم أسقطت 73 مسيرة وقصفت 19 قرية وأصيب 146 شخصا",
    ),
)
LANGUAGES = ("ru", "en", "ar")


def main() -> None:
    """Print the table."""
    pairs = list(combinations(range(len(LANGUAGES)), 2))
    print("| report | " + " | ".join(f"{LANGUAGES[a]}-{LANGUAGES[b]}" for a, b in pairs) + " |")
    print("| --- " * (len(pairs) + 1) + "|")
    for report in REPORTS:
        print(f"| {report[1]} | " + " | ".join(f"{_hours(report[a], report[b]):.1f}" for a, b in pairs) + " |")
    apart = [(one[a], other[b]) for one, other in product(REPORTS, repeat=2) if one is not other for a, b in pairs]
    print(f"\nfalse: {sum(_hours(a, b) > 0 for a, b in apart)} of {len(apart)}")


def _hours(a: str, b: str) -> float:
    one, other = text_print(a), text_print(b)
    return near_hours(one, other) if one and other else 0.0


if __name__ == "__main__":
    main()
