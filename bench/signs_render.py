"""What do frames with known texts look like? Signs, captions and wall writing rendered over textures, by seed.

`frames(lang, hard, seed, fonts)` gives pictures with the lines that are written on them. Fonts are TrueType files of
any folder that have the letters of the script; `python -m bench.signs_render OUT FONTS` writes examples to look at.
"""

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Image as Picture

SIZE = (1280, 720)
LANGS = ("ar", "ru", "uk", "en")
#: faces that no sign or caption is set in
_ODD = re.compile(
    r"Decorative|Pen|Farsi|Digital|Qurn|Letter|Screen|Office|arabeyes|Nastaliq|Mono|Italic|Oblique|Art", re.I
)
_NEEDED = {"ar": "رطجك", "ru": "ЖЩыё", "uk": "ЇєҐі", "en": "RgQ7"}
#: town and village names by language: written for this file
PLACES = {
    "ar": (
        "دمشق حلب حمص حماة اللاذقية طرطوس بانياس جبلة تدمر درعا السويداء القامشلي الحسكة الرقة منبج عفرين سراقب "
        "إدلب دوما حرستا النبك القطيفة مصياف سلمية الباب تل-تمر عين-عيسى الشدادي الميادين البوكمال خان-شيخون "
        "معرة-النعمان القرداحة صافيتا الصنمين نوى إزرع بصرى رأس-العين القصير الرستن تلبيسة"
    ),
    "ru": (
        "Дамаск Алеппо Хомс Хама Латакия Тартус Пальмира Камышлы Хасеке Ракка Манбидж Идлиб Ростов-на-Дону Воронеж "
        "Белгород Курск Брянск Мариуполь Донецк Луганск Мелитополь Бердянск Симферополь Джанкой Армянск Краснодар "
        "Новороссийск Таганрог Волгоград Саратов Самара Рязань Тула Липецк Шебекино Валуйки Алексеевка Россошь "
        "Смоленск Севастополь Феодосия Харьков"
    ),
    "uk": (
        "Київ Харків Одеса Дніпро Запоріжжя Львів Херсон Миколаїв Полтава Чернігів Суми Житомир Черкаси Вінниця "
        "Кропивницький Краматорськ Слов'янськ Бахмут Маріуполь Мелітополь Бердянськ Ізюм Куп'янськ Лиман Костянтинівка "
        "Покровськ Нікополь Конотоп Ніжин Умань Бровари Ірпінь Тернопіль Рівне Луцьк Ужгород Чернівці"
    ),
    "en": (
        "Damascus Aleppo Homs Hama Latakia Tartus Baniyas Jableh Palmyra Daraa Qamishli Raqqa Manbij Afrin Idlib "
        "Saraqib Beirut Tripoli Mosul Kirkuk Erbil Baghdad Mafraq Amman Gaziantep Adana Antakya Kharkiv Odesa Kherson "
        "Mariupol Melitopol Belgorod Rostov-on-Don Voronezh Kursk Bryansk Warsaw Vilnius Riga Kaliningrad"
    ),
}
_SIGNS = {
    "ar": ("{p}", "{p} {n} كم", "{p} - {q}", "مدخل مدينة {p}", "طريق {p}", "بلدية {p}"),
    "ru": ("{p}", "{p} {n} км", "{p} - {q}", "{P}", "г. {p}", "М-4 {p}", "Въезд в г. {p}"),
    "uk": ("{p}", "{p} {n} км", "{p} - {q}", "{P}", "м. {p}", "М-06 {p}"),
    "en": ("{p}", "{p} {n} km", "{p} - {q}", "{P}", "M4 {p}", "Welcome to {p}", "{p} International Road"),
}
_CAPTIONS = {
    "ar": (
        "رتل عسكري على طريق {p}",
        "وصول تعزيزات عسكرية إلى مدينة {p}",
        "{p}: قافلة شاحنات تتجه نحو {q}",
        "مراسلنا في {p}",
    ),
    "ru": ("{p}: колонна военной техники на трассе", "Колонна идёт в сторону г. {p}", "Переброска войск, {p} - {q}"),
    "uk": ("{p}: колона військової техніки на трасі", "Колона рухається в бік м. {p}", "{p} - {q}, рух техніки"),
    "en": ("{p}: military convoy on the highway", "Convoy of trucks heading to {p}", "Footage from {p}, this morning"),
}
_BOARDS = (  # board, letters, as on road signs and buildings
    ((20, 60, 150), (245, 245, 245)), ((10, 100, 60), (245, 245, 245)), ((240, 240, 240), (15, 15, 15)),
    ((235, 200, 30), (15, 15, 15)), ((90, 55, 30), (240, 235, 220)), ((200, 195, 185), (120, 20, 20)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a frame: `kind` sign or caption; left, top, width, height of its letters as fractions."""

    text: str
    kind: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A BGR frame and what is written on it."""

    image: Picture
    lines: tuple[Line, ...]


def usable(folder: Path, lang: str) -> list[Path]:
    """The fonts under a folder that have the letters of a language, sorted; no odd faces."""
    found = []
    for path in sorted(folder.rglob("*.[to]tf")):
        try:
            letters = TTFont(path, lazy=True).getBestCmap() or {}
        except (TTLibError, OSError):
            continue
        if all(ord(c) in letters for c in _NEEDED[lang]) and not _ODD.search(str(path)):
            found.append(path)
    return found


def frames(
    lang: str, hard: bool, seed: int, fonts: Sequence[Path], count: int, backgrounds: Sequence[Picture] = ()
) -> Iterator[Rendered]:
    """`count` frames of a language with three or four lines each."""
    rng = random.Random(f"{lang}/{hard}/{seed}")
    for _ in range(count):
        yield _frame(lang, hard, rng, fonts, backgrounds)


def _frame(
    lang: str, hard: bool, rng: random.Random, fonts: Sequence[Path], backgrounds: Sequence[Picture]
) -> Rendered:
    scene = _backdrop(rng, backgrounds)
    lines = []
    halves = [(40, 40, 600, 420), (660, 40, 1240, 420)]
    rng.shuffle(halves)
    for area in halves[: rng.choice((1, 2))]:
        board, words = _board(lang, rng, fonts)
        matrix = _paste(scene, board, area, hard, rng)
        lines += [Line(word, "sign", _seen(corners, matrix)) for word, corners in words]
    scene = _spoiled(scene, hard, rng)
    lines.append(_caption(scene, _filled(rng.choice(_CAPTIONS[lang]), lang, rng), hard, rng, rng.choice(fonts)))
    array = np.asarray(scene.convert("RGB"), np.uint8)[:, :, ::-1]
    quality = rng.randint(35, 60) if hard else rng.randint(70, 90)
    _, packed = cv2.imencode(".jpg", array, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return Rendered(np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8), tuple(lines))


def _filled(template: str, lang: str, rng: random.Random) -> str:
    one, other = (name.replace("-", " ") if lang == "ar" else name for name in rng.sample(PLACES[lang].split(), 2))
    return template.format(p=one, q=other, P=one.upper(), n=rng.randint(2, 390))


def _backdrop(rng: random.Random, backgrounds: Sequence[Picture]) -> Image.Image:
    """A frame of real footage where there is some, or smooth noise with an edge or two."""
    if backgrounds and rng.random() < 0.6:
        real = cv2.resize(rng.choice(backgrounds), SIZE, interpolation=cv2.INTER_LINEAR)
        return Image.fromarray(np.ascontiguousarray(real[:, :, ::-1]))
    noise = np.random.default_rng(rng.getrandbits(32))
    coarse = noise.integers(60, 200, (rng.randint(3, 9), rng.randint(4, 14), 3), dtype=np.uint8)
    whole = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    for cell in (3, 12):
        grain = noise.integers(-18, 19, (SIZE[1] // cell + 1, SIZE[0] // cell + 1, 1), dtype=np.int16)
        whole += cv2.resize(grain, SIZE, interpolation=cv2.INTER_LINEAR)[:, :, None]
    picture = Image.fromarray(np.clip(whole, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.randint(3, 12)):
        x, y = rng.randint(0, SIZE[0]), rng.randint(0, SIZE[1])
        shade = tuple(rng.randint(30, 220) for _ in range(3))
        draw.rectangle((x, y, x + rng.randint(10, 300), y + rng.randint(10, 200)), fill=shade)
    return picture


Lettering = tuple[str, tuple[float, float, float, float]]


def _board(lang: str, rng: random.Random, fonts: Sequence[Path]) -> tuple[Image.Image, list[Lettering]]:
    """A board and its lines, each with left, top, right, bottom on it."""
    words = [_filled(rng.choice(_SIGNS[lang]), lang, rng) for _ in range(rng.choice((1, 1, 2)))]
    font = ImageFont.truetype(str(rng.choice(fonts)), 96)
    back, front = rng.choice(_BOARDS)
    boxes = [font.getbbox(word, anchor="ls") for word in words]
    step = max(b[3] - b[1] for b in boxes) + 44
    size = (round(max(b[2] - b[0] for b in boxes)) + 110, round(step * len(words) + 60))
    board = Image.new("RGBA", size, (*back, 255))
    draw = ImageDraw.Draw(board)
    draw.rectangle((8, 8, size[0] - 9, size[1] - 9), outline=(*front, 255), width=5)
    lettered = []
    for index, (word, box) in enumerate(zip(words, boxes, strict=True)):
        x, y = (size[0] - (box[2] - box[0])) / 2 - box[0], 52 + index * step - box[1]
        draw.text((x, y), word, font=font, fill=(*front, 255), anchor="ls")
        lettered.append((word, (x + box[0], y + box[1], x + box[2], y + box[3])))
    return board, lettered


def _seen(box: tuple[float, float, float, float], matrix: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The upright box, as fractions of the frame, of a rectangle of a board."""
    left, top, right, bottom = box
    corners = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float32)
    seen = cv2.perspectiveTransform(corners, matrix)[0] / SIZE
    (x0, y0), (x1, y1) = seen.min(axis=0), seen.max(axis=0)
    return float(x0), float(y0), float(x1 - x0), float(y1 - y0)


def _paste(
    scene: Image.Image, board: Image.Image, area: tuple[int, int, int, int], hard: bool, rng: random.Random
) -> NDArray[np.float64]:
    """Put a board into an area, in perspective; its letters are set in 26 to 72 pixels."""
    room = (area[2] - area[0], area[3] - area[1])
    wanted = rng.uniform(0.27, 0.45) if hard else rng.uniform(0.4, 0.75)
    scale = min(wanted, room[0] / board.width, room[1] / board.height)
    wide, high = board.width * scale, board.height * scale
    left = area[0] + rng.uniform(0, room[0] - wide)
    top = area[1] + rng.uniform(0, room[1] - high)
    bend = 0.16 if hard else 0.05
    source = np.array([(0, 0), (board.width, 0), (board.width, board.height), (0, board.height)], np.float32)
    corners = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
    tilt = rng.uniform(-bend, bend) * wide * 0.6
    shift = [(0, rng.uniform(-bend, bend) * high), (0, tilt), (0, tilt + rng.uniform(-bend, bend) * high), (0, 0)]
    target = np.array([(x + a, y + b) for (x, y), (a, b) in zip(corners, shift, strict=True)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    warped = cv2.warpPerspective(np.asarray(board), matrix, SIZE, flags=cv2.INTER_AREA)
    # the sharp warp of a large board aliases as no lens would: soften by its own scale
    layer = Image.fromarray(warped).filter(ImageFilter.GaussianBlur(0.5))
    scene.paste(layer, (0, 0), layer)
    return np.asarray(matrix, np.float64)


def _spoiled(scene: Image.Image, hard: bool, rng: random.Random) -> Image.Image:
    """What lens, movement and sensor do to it."""
    array = np.asarray(scene.convert("RGB"), np.float32)
    array = cv2.GaussianBlur(array, (0, 0), rng.uniform(0.8, 1.5) if hard else rng.uniform(0.3, 0.7))
    if hard and rng.random() < 0.4:
        length = rng.randint(2, 4)
        array = cv2.blur(array, (length, 1))
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(5, 12) if hard else 3, array.shape)
    array = (array - 128) * (rng.uniform(0.6, 0.9) if hard else 1.0) + 128 + rng.uniform(-25, 25) + noise
    return Image.fromarray(np.clip(array, 0, 255).astype(np.uint8))


def _caption(scene: Image.Image, words: str, hard: bool, rng: random.Random, path: Path) -> Line:
    """Burnt in at the foot: on a bar, or white with a black edge (hard: smaller, always over the picture)."""
    size = rng.randint(22, 30) if hard else rng.randint(30, 46)
    font = ImageFont.truetype(str(path), size)
    while font.getlength(words) > SIZE[0] - 100:
        size -= 2
        font = ImageFont.truetype(str(path), size)
    draw = ImageDraw.Draw(scene, "RGBA")
    left, top, right, bottom = font.getbbox(words, anchor="ls")
    x, base = rng.randint(40, max(41, round(SIZE[0] - 40 - (right - left)))), rng.randint(620, 690)
    box = (x / SIZE[0], (base + top) / SIZE[1], (right - left) / SIZE[0], (bottom - top) / SIZE[1])
    if not hard and rng.random() < 0.5:
        bar = (x - 16, base + top - 10, x + right - left + 16, base + bottom + 10)
        draw.rectangle(bar, fill=(*rng.choice(((150, 10, 20), (10, 30, 90), (0, 0, 0))), 220))
        draw.text((x - left, base), words, font=font, fill=(255, 255, 255), anchor="ls")
    else:
        draw.text(
            (x - left, base), words, font=font, fill=(255, 255, 255), anchor="ls", stroke_width=2, stroke_fill=(0, 0, 0)
        )
    return Line(words, "caption", box)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for language in LANGS:
        chosen = usable(Path(sys.argv[2]), language)
        print(language, len(chosen), "fonts")
        for is_hard in (False, True):
            for number, made in enumerate(frames(language, is_hard, 1, chosen, 2)):
                cv2.imwrite(str(out / f"{language}-{'hard' if is_hard else 'easy'}-{number}.jpg"), made.image)
                print([line.text for line in made.lines])
