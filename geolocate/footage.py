"""What does a post's footage add to what its text says of a convoy: how likely, how many, and why?

Text and footage are two witnesses. How far one moves the other is bounded by how often footage and post differ at all:
a report of a convoy often shows a map, a road or an old picture, and posts on strikes, training or parades show armour.
The two shares below are set, not fitted (no posts with labelled footage are at hand); `bench/vehicles.md` shows what
follows from them, and from others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geolocate.text import designations, report
from geolocate.text.normalise import tokenize
from geolocate.types import Convoy

#: of posts that report a convoy and have footage, how many show it
SHOWS_IT = 0.5
#: of the others, how many show military vehicles all the same; and of those whose text says nothing of war or vehicles
OTHERS_SHOW, SILENT_SHOW = 0.15, 0.03
#: how many of the clips and stills that `geolocate.frames.convoy` is calibrated on are military
BASE_RATE = 0.2
#: from here on the vehicles in a clip are counted as those of the convoy
_CONVOY = 0.5
_NEVER = 1e-4
_WAYS = {"left": "moving left", "right": "moving right", "toward": "coming nearer", "away": "driving away"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What one file of a post shows, as `geolocate.frames.watch` tells: `kind` is video or picture."""

    kind: str
    probability: float
    vehicles_min: int
    vehicles_max: int
    military: float
    direction: str | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Text and footage together; `footage`: what the files show, in words; `why`: what came of both, in words."""

    convoy: Convoy
    footage: str
    why: str


def says_nothing(text: str) -> bool:
    """Whether a text has no word that bears on vehicles, troops, movements or strikes."""
    return "nothing" in report.features(designations.joined(text, tokenize(text)))


def witnessed(told: Convoy, shown: Sequence[Shown], silent: bool = False) -> Witnessed:
    """One claim from what the text told and what the files show; `silent`: the text says nothing of such things.

    Files of one post are one event: the one that shows most speaks for all, and they do not add up.
    """
    if not shown:
        return Witnessed(told, "", "")
    best = max(shown, key=lambda s: s.probability)
    odds = told.probability / max(1 - told.probability, _NEVER) * weight_of(best.probability, silent)
    both = replace(told, probability=round(odds / (1 + odds), 4))
    said = f"a convoy by the text alone {told.probability:.0%}, with what the footage shows {both.probability:.0%}"
    seen = [s for s in shown if s.probability >= _CONVOY and s.vehicles_max]
    if not seen:
        return Witnessed(both, in_order(shown), said)
    least, most = max(s.vehicles_min for s in seen), max(s.vehicles_max for s in seen)
    counted, why = _count(told, least, most)
    return Witnessed(replace(both, vehicles_min=counted[0], vehicles_max=counted[1]), in_order(shown), f"{said}; {why}")


def weight_of(probability: float, silent: bool = False) -> float:
    """By what the odds of the text are multiplied, for a convoy probability of the footage alone (0 to 1)."""
    odds = probability / max(1 - probability, _NEVER) * (1 - BASE_RATE) / BASE_RATE
    others = SILENT_SHOW if silent else OTHERS_SHOW
    return (SHOWS_IT * odds + 1 - SHOWS_IT) / (others * odds + 1 - others)


def in_order(shown: Sequence[Shown]) -> str:
    """All files in words."""
    return "; ".join(map(in_words, shown))


def in_words(shown: Shown) -> str:
    """ "video: 6-9 vehicles, military 0.93, moving left, marked Z"."""
    least, most = shown.vehicles_min, shown.vehicles_max
    number = f"{most}" if least == most else f"{least}-{most}"
    said = f"{shown.kind}: {number} vehicle{'' if most == 1 else 's'}" if most else f"{shown.kind}: no vehicle found"
    said += f", military {shown.military:.2f}"
    said += f", {_WAYS[shown.direction]}" if most and shown.direction in _WAYS else ""
    return said + (f", marked {' '.join(shown.marks)}" if shown.marks else "")


def _count(told: Convoy, least: int, most: int) -> tuple[tuple[int | None, int | None], str]:
    """What text and footage both allow; where nothing is allowed by both, all that either says."""
    low, high = told.vehicles_min, told.vehicles_max
    seen = f"{least}-{most}" if least != most else f"{least}"
    if low is None and high is None:
        return (least, most), f"the footage shows {seen} vehicles, the text tells no number"
    both = (max(low or 0, least), most if high is None else min(high, most))
    if both[0] <= both[1]:
        return both, f"{seen} vehicles in the footage agree with the text"
    all_said = (min(low if low is not None else least, least), None if high is None else max(high, most))
    return all_said, f"{seen} vehicles in the footage are not the number that the text tells: it may show a part"
