import sqlite3
from collections.abc import Iterator

import pytest

from geolocate.frames.kinship import SCHEMA, Kin, chained
from geolocate.frames.video_match import Match


def match(here: tuple[float, float], there: tuple[float, float], score: float = 0.95, mirrored: bool = False) -> Match:
    return Match(score, here[1] - here[0], mirrored, here, there)


@pytest.fixture
def kin() -> Iterator[Kin]:
    db = sqlite3.connect(":memory:")
    db.execute(SCHEMA)
    yield Kin(db)
    db.close()


def test_two_copies_of_one_clip_match_where_both_show_it() -> None:
    half_speed = match((0, 8), (2, 6), mirrored=True)
    found = chained(half_speed, match((4, 9), (0, 5)))
    assert found == Match(0.9025, 4.0, True, (4.0, 8.0), (0.0, 2.0))


def test_the_first_and_the_last_third_of_a_clip_are_not_one_footage() -> None:
    assert chained(match((0, 2), (0, 2)), match((4, 6), (0, 2))) is None
    assert chained(match((0, 2), (0, 2)), match((1.8, 6), (0, 4.2))) is None


def test_two_pictures_of_one_moment_of_a_clip_match_without_overlap_in_time() -> None:
    found = chained(match((0, 0), (3, 3)), match((2, 4), (0, 0)))
    assert found is not None
    assert found.overlap_s == 0.0


def test_a_doubtful_match_leads_no_further(kin: Kin) -> None:
    kin.add(2, {1: match((0, 5), (0, 5))})
    assert set(kin.beyond({1: match((0, 5), (0, 5), score=0.65)})) == set()
    assert set(kin.beyond({1: match((0, 5), (0, 5))})) == {2}
    assert set(kin.beyond({2: match((0, 5), (0, 5))})) == {1}


def test_a_doubtful_match_is_no_step_for_later_clips(kin: Kin) -> None:
    kin.add(2, {1: match((0, 5), (0, 5), score=0.65)})
    assert set(kin.beyond({1: match((0, 5), (0, 5))})) == set()


def test_it_goes_one_step_and_not_along_a_chain(kin: Kin) -> None:
    for clip in (2, 3, 4):
        kin.add(clip, {clip - 1: match((0, 5), (0, 5))})
    assert set(kin.beyond({4: match((0, 5), (0, 5))})) == {3}


def test_an_original_that_comes_late_brings_its_copies_together(kin: Kin) -> None:
    kin.add(3, {2: match((0, 5), (0, 5))})
    new = {clip: match((0, 5), (0, 5)) for clip in (1, 2, 3)}
    assert [(later, earlier) for later, earlier, _ in kin.joined(new)] == [(2, 1), (3, 1)]
