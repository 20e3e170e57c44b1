"""How well is writing on frames read, and do the place names in it reach the gazetteer?

    python -m bench.signs FONTS [SEED] [FRAMES] [LANG...]

Renders frames (`bench.signs_render`: easy and hard, four languages, FRAMES of each) and reads them as the program does.
FONTS is a folder with TrueType fonts, as `bench/signs.md` says. Tuned on seeds 1-20; report others.
"""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rapidfuzz.fuzz import ratio

from bench.signs_render import LANGS, Picture, Rendered, frames, usable
from geolocate.frames.errors import Undecodable
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.signs import STILL_SIDE
from geolocate.frames.signs_boxes import written
from geolocate.frames.signs_lines import Reading, read_line
from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared"))
ALIKE = 80.0  # of 100


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
    backgrounds = real_backgrounds()
    print(f"seed {seed}, {count} frames each, {len(backgrounds)} real backgrounds")
    for lang in sys.argv[4:] or LANGS:
        chosen = usable(fonts, lang)
        for hard in (False, True):
            tally = Tally()
            for rendered in frames(lang, hard, seed, chosen, count, backgrounds):
                score(rendered, locator, tally)
            print(_row(f"{lang} {'hard' if hard else 'easy'}", tally), flush=True)
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


def score(rendered: Rendered, locator: Locator, tally: Tally) -> None:
    began = time.process_time()
    lines = written(rendered.image, STILL_SIDE)
    found = [r for r in map(partial(read_line, rendered.image), lines) if r is not None]
    tally.seconds += time.process_time() - began
    tally.frames += 1
    truths = [line.text for line in rendered.lines]
    tally.false += sum(max(ratio(r.text.casefold(), t.casefold()) for t in truths) < 50 for r in found)
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


def _best(truth: str, found: Sequence[Reading]) -> str:
    return max((r.text for r in found), key=lambda text: ratio(text.casefold(), truth.casefold()), default="")


def _row(name: str, t: Tally) -> str:
    read, reached = f"{t.read}/{t.lines} = {t.read / t.lines:.2f}", f"{t.reached}/{t.named} = {t.reached / t.named:.2f}"
    return f"| {name} | {read} | {reached} | {t.wrong} | {t.false} | {1000 * t.seconds / t.frames:.0f} |"


if __name__ == "__main__":
    main()
