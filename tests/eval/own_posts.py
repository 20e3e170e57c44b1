"""What do our own labelled posts say, and how well are they read? Used by the tests and by `bench.own_posts`.

`movement_posts_*.tsv`: hard negatives included. The first FIRST rows and two in three of the rest are for tuning; every
third one (number divisible by 3) is held out: its errors are counted, never looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geolocate.data.build.report import average_precision
from geolocate.locate import Locator
from geolocate.sphere import distance_km
from geolocate.types import Located, Role

HERE = Path(__file__).parent
#: rows that were looked at before the split was made
FIRST = 60
#: a bearing from a place ("east of Palmyra") shifts the position by less than this
NEAR_KM = 30.0
#: a count is right when the intervals overlap and the lower bounds differ by less than this factor
COUNT_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A post with what a person says it reports. `names`: role -> names as written; `count`: (min, max) or None."""

    held_out: bool
    presence: bool
    seen: tuple[str, ...]
    names: dict[Role, tuple[str, ...]]
    count: tuple[int, int | None] | None
    kinds: frozenset[str]
    when: str
    text: str


def read(lang: str) -> list[Labelled]:
    """All posts of a language, in the order of the file."""
    lines = (HERE / f"movement_posts_{lang}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [_labelled(number, row) for number, row in enumerate(rows)]


def _labelled(number: int, row: Sequence[str]) -> Labelled:
    presence, seen, origin, goal, via, count, kinds, when, text = row
    names: dict[Role, tuple[str, ...]] = {"from": _several(origin), "to": _several(goal), "via": _several(via)}
    least, dash, most = count.partition("-")
    bounds = (int(least), int(most) if most else None if dash else int(least)) if count else None
    return Labelled(
        held_out=number >= FIRST and number % 3 == 0, presence=presence == "1", seen=_several(seen), names=names,
        count=bounds, kinds=frozenset(_several(kinds)), when=when, text=text.replace("\\n", "\n"),
    )  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(name for name in cell.split("|") if name)


@dataclass(frozen=True, slots=True)
class Figures:
    """How well some posts are read. F1 is over the names of a role; `counts` and `seen` are shares of the labelled.

    Roles, counts and places seen are those of reports of a presence: of a wedding's way nobody asks.
    """

    posts: int
    presence_ap: float
    right_side: float
    origin_f1: float
    destination_f1: float
    via_f1: float
    seen: float
    counts: float
    kinds_f1: float


def figures(posts: Sequence[Labelled], locator: Locator) -> Figures:
    """The figures over `posts`."""
    found = [locator.locate(post.text) for post in posts]
    pairs = list(zip(posts, found, strict=True))
    reports = [(post, located) for post, located in pairs if post.presence]
    scores = np.array([located.convoy.probability for located in found])
    labels = np.array([post.presence for post in posts], dtype=np.float64)
    placed = [is_placed(post, located) for post, located in pairs if post.seen and post.presence]
    counted = [count_right(post, located) for post, located in pairs if post.count and post.presence]
    kinds = [(post.kinds, frozenset(located.convoy.kinds) - {"other"}) for post, located in pairs if post.kinds]
    return Figures(
        len(posts), average_precision(scores, labels), float(((scores >= 0.5) == (labels > 0)).mean()),
        role_f1(reports, "from"), role_f1(reports, "to"), role_f1(reports, "via"),
        sum(placed) / max(1, len(placed)), sum(counted) / max(1, len(counted)),
        f1(*(sum(side) for side in zip(*((len(a & b), len(b - a), len(a - b)) for a, b in kinds), strict=True))),
    )  # fmt: skip


def f1(right: int, wrong: int, missed: int) -> float:
    """The harmonic mean of precision and recall; 1 when there was nothing to find and nothing found."""
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 1.0


def role_errors(post: Labelled, located: Located, role: Role) -> tuple[list[str], list[str], list[str]]:
    """The names found rightly, wrongly and not in a role. A name is found when its text holds the label or is held."""
    left = list(post.names[role])
    right, wrong = [], []
    for place in (p for p in located.places if p.role == role):
        name = next((n for n in left if n in place.text or place.text in n), None)
        if name is None:
            wrong.append(place.text)
        else:
            right.append(name)
            left.remove(name)
    return right, wrong, left


def role_f1(pairs: Sequence[tuple[Labelled, Located]], role: Role) -> float:
    """Micro F1 of the names in a role.."""
    told = [role_errors(post, located, role) for post, located in pairs]
    return f1(*(sum(len(side) for side in sides) for sides in zip(*told, strict=True)))


def is_placed(post: Labelled, located: Located) -> bool:
    """Whether the position is at a place that the post says it was seen at."""
    here = located.position
    near = [p.text for p in located.places if here and distance_km(p.lat, p.lon, here.lat, here.lon) < NEAR_KM]
    return any(name in text or text in name for name in post.seen for text in near)


def count_right(post: Labelled, located: Located) -> bool:
    """Whether the count that was read is the one that was labelled, give or take what "about" means."""
    least, most = located.convoy.vehicles_min, located.convoy.vehicles_max
    if post.count is None or least is None:
        return post.count is None
    low, high = post.count
    overlap = least <= (high or least) and low <= (most or low)
    return overlap and max(least, low) <= COUNT_FACTOR * min(least, low)
