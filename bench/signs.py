"""How well is writing on frames read, and do the place names in it reach the gazetteer?

    python -m bench.signs FONTS SEED FRAMES [LANG...]     (PEER=1: Tesseract on whole frames beside it)

Renders frames (`bench.signs_render`: easy and hard, four languages, FRAMES of each) and reads them as the program does.
FONTS is a folder with TrueType fonts, as `bench/signs.md` says. Tuned on seeds 1-20; report others.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import tesserocr
from rapidfuzz.fuzz import ratio

from bench.signs_render import LANGS, Picture, Rendered, frames, usable
from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.signs import STILL_SIDE
from geolocate.frames.signs_boxes import written
from geolocate.frames.signs_lines import read_line
from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared"))
ALIKE = 80.0  # of 100
TESSDATA = Path(__file__).resolve().parents[1] / "geolocate" / "data" / "tessdata"

Reader = Callable[[Picture], list[str]]


@dataclass
class Tally:
    """What was counted over the frames of one row."""

    lines: int = 0
    read: int = 0
    named: int = 0
    reached: int = 0
    wrong: int = 0
    false: int = 0
    frames: int = 0
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)


def main() -> None:
    fonts, seed, count = Path(sys.argv[1]), int(sys.argv[2] or 101), int(sys.argv[3])
    locator = Locator(Gazetteer.open())
    readers: dict[str, Reader] = {"": shipped} | ({", Tesseract": whole_frame} if "PEER" in os.environ else {})
    backgrounds = real_backgrounds()
    print(f"seed {seed}, {count} frames each, {len(backgrounds)} real backgrounds")
    for lang in sys.argv[4:] or LANGS:
        chosen = usable(fonts, lang)
        for hard in (False, True):
            for name, reader in readers.items():
                tally = Tally()
                for rendered in frames(lang, hard, seed, chosen, count, backgrounds):
                    score(rendered, reader, locator, tally)
                print(_row(f"{lang} {'hard' if hard else 'easy'}{name}", tally), flush=True)
                if "VERBOSE" in os.environ:
                    print(*tally.missed, sep="\n")


def real_backgrounds() -> list[Picture]:
    """Frames of the measuring clips, where they are at hand; those with writing of their own are left out."""
    found: list[Picture] = []
    for path in sorted((SHARED / "eval" / "videos").rglob("*.m[po]*")):
        try:
            stills = sample(path, SamplerParams(every_s=5.0, max_frames=4)).frames
        except Undecodable:
            continue
        found += [image for image in map(picture_of, stills) if not written(image, STILL_SIDE)]
    return found


def shipped(image: Picture) -> list[str]:
    """As the program reads a still."""
    return [r.text for r in map(partial(read_line, image), written(image, STILL_SIDE)) if r is not None]


def whole_frame(image: Picture) -> list[str]:
    """As Tesseract is mostly used: the frame as it is, scattered text, all languages at once."""
    reader = _tesseract()
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    reader.SetImageBytes(grey.tobytes(), grey.shape[1], grey.shape[0], 1, grey.shape[1])
    return [line.strip() for line in reader.GetUTF8Text().splitlines() if sum(map(str.isalpha, line)) > 2]


@cache
def _tesseract() -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(
        path=f"{TESSDATA}{os.sep}", lang="eng+rus+ukr+ara", psm=tesserocr.PSM.SPARSE_TEXT, oem=tesserocr.OEM.LSTM_ONLY
    )


def score(rendered: Rendered, reader: Reader, locator: Locator, tally: Tally) -> None:
    began = time.process_time()
    found = reader(rendered.image)
    tally.seconds += time.process_time() - began
    tally.frames += 1
    truths = [line.text for line in rendered.lines]
    tally.false += sum(max(ratio(r.casefold(), t.casefold()) for t in truths) < 50 for r in found)
    for truth in truths:
        best = _best(truth, found)
        alike = ratio(best.casefold(), truth.casefold()) if best else 0.0
        tally.lines += 1
        tally.read += alike >= ALIKE
        if alike < ALIKE:
            tally.missed.append(f"{truth!r} {best!r} {alike:.0f}")
        wanted, got = refs(locator, truth), refs(locator, best)
        tally.named += len(wanted)
        tally.reached += len(wanted & got)
        tally.wrong += len(got - wanted)


def refs(locator: Locator, text: str) -> set[str]:
    return {place.ref for place in locator.locate(text).places} if text else set()


def _best(truth: str, found: Sequence[str]) -> str:
    return max(found, key=lambda text: ratio(text.casefold(), truth.casefold()), default="")


def _row(name: str, t: Tally) -> str:
    read, reached = f"{t.read}/{t.lines} = {t.read / t.lines:.2f}", f"{t.reached}/{t.named} = {t.reached / t.named:.2f}"
    return f"| {name} | {read} | {reached} | {t.wrong} | {t.false} | {1000 * t.seconds / t.frames:.0f} |"


if __name__ == "__main__":
    main()
