"""Is one report in several languages known to be one, and are different reports and other witnesses kept apart?

    python -m bench.copies_languages

Six reports in Russian, English and Arabic that were written for this, and made ones in four languages with witnesses
beside them (`bench/copies_retold.py`, seed 1). Places are found with the shipped gazetteer. `words`: as the texts alone
say (figures, coordinates, names); `both`: or what the locator found in them; `dedupe`: pairs that `convoywatch dedupe`
puts into one account.
"""

import io
import json
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations

from bench.copies_retold import reports
from collector.copies import dedupe_lines
from collector.retold import Retold
from geolocate.gazetteer import EMBEDDED, Gazetteer
from geolocate.locate import Locator
from geolocate.retelling import hours_of, told_keys
from geolocate.text_print import TextPrint, near_hours, text_print

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
MADE = 120


def main() -> None:
    """Print both tables."""
    locator = Locator(Gazetteer([EMBEDDED]))
    written = [Post(locator, text, lang, 0.0) for report in REPORTS for lang, text in zip("rea", report, strict=True)]
    print("| reports | asked by | pairs | recall | precision | false | of them witnesses |\n" + "| --- " * 7 + "|")
    of = [n // 3 for n in range(len(written))]
    _row("six written", written, of, of)
    told = list(reports(MADE))
    made = [Post(locator, t.text, t.lang, t.hours) for t in told]
    _row("made", made, [t.telling for t in told], [t.convoy for t in told])
    locator.close()


class Post:
    """What is compared of one text."""

    def __init__(self, locator: Locator, text: str, lang: str, hours: float) -> None:
        self.text, self.lang, self.hours = text, lang, hours
        self.print: TextPrint | None = text_print(text)
        self.keys = set(told_keys(text, locator.locate(text)))

    def near(self, other: "Post") -> bool:
        """By the words alone."""
        one, two = self.print, other.print
        if one is None or two is None or one.script == two.script:
            return False
        return 0.0 < near_hours(one, two) >= abs(self.hours - other.hours)

    def retold(self, other: "Post") -> bool:
        """By what the locator found."""
        shared = self.keys & other.keys
        return bool(shared) and abs(self.hours - other.hours) <= max(map(hours_of, shared))


def _row(title: str, posts: list[Post], telling: list[int], convoy: list[int]) -> None:
    joined = _deduped(posts)
    for way in ("words", "both", "dedupe"):
        right = false = witnesses = true = 0
        for a, b in combinations(range(len(posts)), 2):
            one, other = posts[a], posts[b]
            if one.lang != other.lang:
                found = (
                    (a, b) in joined if way == "dedupe" else one.near(other) or (way == "both" and one.retold(other))
                )
                true += telling[a] == telling[b]
                right += found and telling[a] == telling[b]
                false += found and telling[a] != telling[b]
                witnesses += found and telling[a] != telling[b] and convoy[a] == convoy[b]
        precision = right / max(1, right + false)
        print(f"| {title} | {way} | {true} | {right / true:.3f} | {precision:.3f} | {false} | {witnesses} |")


def _deduped(posts: list[Post]) -> set[tuple[int, int]]:
    start, out, retold = datetime(2025, 1, 1, tzinfo=UTC), io.StringIO(), Retold()
    lines = [
        json.dumps({"id": n, "text": p.text, "posted_at": (start + timedelta(hours=p.hours)).isoformat()})
        for n, p in enumerate(posts)
    ]
    dedupe_lines(lines, out, sys.stderr, retold)
    retold.close()
    members = defaultdict(list)
    for row in map(json.loads, out.getvalue().splitlines()):
        members[row["event"]].append(row["id"])
    return {pair for group in members.values() for pair in combinations(sorted(group), 2)}


if __name__ == "__main__":
    main()
