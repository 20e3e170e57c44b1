"""What does a line of writing say? Tesseract's networks (LSTM, Smith 2016; language data: see NOTICE), a language each.

A line is shown in several views (`geolocate.frames.signs_views`) to the reader of each language until one is sure of
what it reads. The surest wins, if it is sure enough and its letters are those of its script.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

# Tesseract would start a thread a core for lines of a few milliseconds; the workers are what is parallel here
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import tesserocr

from geolocate.frames.script import Script, share
from geolocate.frames.signs_boxes import Written
from geolocate.frames.signs_views import VIEWS
from geolocate.frames.vehicles import Image
from geolocate.text.dates import stated_days

#: Tesseract's name of a language -> its script
LANGUAGES: dict[str, Script] = {"eng": "latin", "rus": "cyrillic", "ukr": "cyrillic", "ara": "arabic"}
#: confidence, 0-100: enough to stop at, the least that is believed, and the least that lets all languages see all views
_SURE, _LEAST, _HOPELESS = 90, 60, 25
#: a language this much less sure than the best is not asked again, once the best is likely right
_BEHIND, _LIKELY = 20, 70
#: whom the later views are for when nobody reads the first two: joined letters suffer most from the wrong view
_PATIENT = ("ara",)
_OWN_LETTERS = 0.7
_JUNK = re.compile(r"^[^\w@#(«\"]+|[^\w)»\"!?.%]+$")
_MARKS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
#: letters that make a line (what has fewer is believed only as a road number or a date); lines of few letters must be
#: read surely
_FEWEST, _FEW, _LEAST_OF_FEW = 3, 5, 80
_ROAD = re.compile(r"[MМAАEЕPРHНТT][\s-]?\d{1,3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says; `score` 0 to 1 is how sure the reader was."""

    text: str
    script: Script
    score: float


def read_line(image: Image, line: Written) -> Reading | None:
    """The line of a BGR picture (height, width, 3); None where nothing is read with any confidence."""
    best: dict[str, tuple[float, str]] = {}
    asked = tuple(LANGUAGES)
    for index, view in enumerate(VIEWS):
        shown = view(image, line)
        for language in asked:
            best[language] = max(best.get(language, (0.0, "")), _read(shown, language))
        top = max(best.values())[0]
        if top >= _SURE:
            break
        if top >= _LIKELY:
            asked = tuple(name for name in asked if best[name][0] >= top - _BEHIND)
        elif index >= 1 and top < _HOPELESS:
            asked = _PATIENT
    return _believed(best.items())


def _believed(found: Iterable[tuple[str, tuple[float, str]]]) -> Reading | None:
    language, (sure, text) = max(found, key=lambda item: item[1])
    letters = sum(c.isalpha() for c in text)
    says = letters >= _FEWEST or _ROAD.fullmatch(text) or stated_days(text)
    if sure < (_LEAST if letters >= _FEW else _LEAST_OF_FEW) or not says:
        return None
    return Reading(text, LANGUAGES[language], round(sure / 100, 2))


def _read(shown: Image, language: str) -> tuple[float, str]:
    """Confidence and text; (0, "") when the letters are not those of the language."""
    reader = _reader(language)
    reader.SetImageBytes(shown.tobytes(), shown.shape[1], shown.shape[0], 1, shown.shape[1])
    reader.SetSourceResolution(300)
    text = " ".join(_JUNK.sub("", reader.GetUTF8Text().translate(_MARKS).strip()).split())
    # a date has no letters: one language reads it for all
    dated = language == "eng" and not any(c.isalpha() for c in text) and stated_days(text)
    if share(text, LANGUAGES[language]) < _OWN_LETTERS and not dated:
        return 0.0, ""
    return float(reader.MeanTextConf()), text


@cache
def _reader(language: str) -> tesserocr.PyTessBaseAPI:
    with resources.as_file(resources.files("geolocate.data").joinpath("tessdata")) as folder:
        reader = tesserocr.PyTessBaseAPI(
            path=f"{folder}{os.sep}", lang=language, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
        )
    reader.SetVariable("debug_file", os.devnull)
    return reader
