"""Floors under reports and roles on our own Russian and Arabic posts (`own_posts` says how they are kept and scored).

The floors stand on the held-out part, whose errors nobody looked at; they may be raised, never lowered. The files are
pinned by their digests, so that a changed set is noticed rather than taken for a better locator.
"""

import hashlib
from functools import cache

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from tests.eval.own_posts import HERE, Figures, figures, read

DIGESTS = {
    "ru": "c6b9dc773df6a1a7d037170d976dc3fbfd1cc64c4bac7132519d3cd4dcd98e4f",
    "ar": "eae3b366ba9764b40a28d2a9fc7677995b1974e14759d3bfe948cb98d30d709b",
}


@cache
def _held_out(lang: str) -> Figures:
    with Gazetteer.open() as gazetteer:
        return figures([post for post in read(lang) if post.held_out], Locator(gazetteer))


@pytest.mark.parametrize("lang", ["ru", "ar"])
def test_the_posts_are_those_that_the_floors_were_measured_on(lang: str) -> None:
    raw = (HERE / f"movement_posts_{lang}.tsv").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == DIGESTS[lang]


@pytest.mark.parametrize("lang", ["ru", "ar"])
def test_there_are_enough_posts_of_either_kind(lang: str) -> None:
    posts = read(lang)
    assert len({post.text for post in posts}) == len(posts) >= 300
    assert min(sum(post.presence for post in posts), sum(not post.presence for post in posts)) >= 140
    assert sum(any([post.seen, *post.names.values()]) for post in posts) >= 150
    assert sum(post.count is not None for post in posts) >= 90


@pytest.mark.parametrize("lang", ["ru", "ar"])
def test_every_labelled_name_and_time_stands_in_its_post(lang: str) -> None:
    for post in read(lang):
        names = [*post.seen, *(name for found in post.names.values() for name in found)]
        assert [name for name in names if name not in post.text] == []
        assert post.when.lower() in post.text.lower()


@pytest.mark.parametrize(
    ("lang", "floors"),
    [
        ("ru", {"presence_ap": 0.94, "right_side": 0.86, "origin_f1": 0.86, "destination_f1": 0.78, "counts": 0.82}),
        ("ar", {"presence_ap": 0.96, "right_side": 0.92, "origin_f1": 0.95, "destination_f1": 0.81, "seen": 0.68}),
    ],
)
def test_unseen_posts_are_read_as_well_as_before(lang: str, floors: dict[str, float]) -> None:
    found = _held_out(lang)
    assert {name: getattr(found, name) for name, floor in floors.items() if getattr(found, name) < floor} == {}
