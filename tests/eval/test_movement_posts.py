"""Floors under reports and roles on our own Russian and Arabic posts (`movement_posts_*.tsv`, hard negatives included).

Reports: average precision of convoy.probability, and the share on the right side of one half. Roles: micro F1 of from
and to. Seen: the share of posts whose position is at the place labelled so. A place counts as a name when its text is
the name or holds it, or the other way round.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from geolocate.data.build.report import average_precision
from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.sphere import distance_km
from geolocate.types import Located

HERE = Path(__file__).parent
#: a bearing from a place ("east of Palmyra") shifts the position by less than this
NEAR_KM = 30.0
ROLES = ("seen", "from", "to", "via")


@cache
def _posts(lang: str) -> list[tuple[bool, dict[str, list[str]], Located]]:
    posts = []
    with Gazetteer.open() as gazetteer:
        locator = Locator(gazetteer)
        for line in (HERE / f"movement_posts_{lang}.tsv").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                convoy, *names, text = line.split("\t")
                told = {role: [n for n in cell.split("|") if n] for role, cell in zip(ROLES, names, strict=True)}
                posts.append((convoy == "1", told, locator.locate(text)))
    return posts


def _f1(lang: str, role: str) -> float:
    right = wrong = missed = 0
    for _, told, located in _posts(lang):
        left = list(told[role])
        for place in (p for p in located.places if p.role == role):
            name = next((n for n in left if n in place.text or place.text in n), None)
            right, wrong = right + (name is not None), wrong + (name is None)
            if name is not None:
                left.remove(name)
        missed += len(left)
    return 2 * right / max(1, 2 * right + wrong + missed)


@pytest.mark.parametrize(("lang", "floor", "told_apart"), [("ru", 0.96, 0.9), ("ar", 0.96, 0.93)])
def test_convoys_rank_above_hard_negatives(lang: str, floor: float, told_apart: float) -> None:
    scores = np.array([located.convoy.probability for _, _, located in _posts(lang)])
    labels = np.array([convoy for convoy, _, _ in _posts(lang)], dtype=np.float64)
    assert average_precision(scores, labels) >= floor
    assert ((scores >= 0.5) == (labels > 0)).mean() >= told_apart


@pytest.mark.parametrize(
    ("lang", "role", "floor"), [("ru", "from", 0.93), ("ru", "to", 0.9), ("ar", "from", 0.93), ("ar", "to", 0.9)]
)
def test_roles_are_told(lang: str, role: str, floor: float) -> None:
    assert _f1(lang, role) >= floor


@pytest.mark.parametrize(("lang", "floor"), [("ru", 0.93), ("ar", 0.93)])
def test_the_position_is_where_it_was_seen(lang: str, floor: float) -> None:
    labelled = [(told["seen"], located) for _, told, located in _posts(lang) if told["seen"]]
    assert sum(_placed(names, located) for names, located in labelled) / len(labelled) >= floor


def _placed(names: list[str], located: Located) -> bool:
    here = located.position
    near = [p.text for p in located.places if here and distance_km(p.lat, p.lon, here.lat, here.lon) < NEAR_KM]
    return any(name in text or text in name for name in names for text in near)
