"""Text and footage together: how far one moves the other, how many vehicles, in which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.footage import OTHERS_SHOW, SHOWS_IT, Shown, says_nothing, weight_of, witnessed
from geolocate.types import Convoy

COLUMN = Shown("video", 0.97, 6, 9, 0.93, "left", ("Z",))
JAM = Shown("video", 0.01, 12, 14, 0.02, "toward")
chances = st.floats(0, 1)


@given(chances, chances)
def test_more_in_the_footage_never_makes_a_convoy_less_likely(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert weight_of(low) <= weight_of(high) + 1e-9
    assert (1 - SHOWS_IT) / (1 - OTHERS_SHOW) - 1e-9 <= weight_of(low) <= SHOWS_IT / OTHERS_SHOW + 1e-9


def test_a_column_raises_and_a_jam_lowers_only_so_far() -> None:
    told = Convoy(0.8, 10, 12)
    assert witnessed(told, ()).convoy == told
    assert witnessed(told, (COLUMN,)).convoy.probability > 0.9
    jam = witnessed(told, (JAM,))
    assert 0.65 < jam.convoy.probability < 0.8
    assert (jam.convoy.vehicles_min, jam.convoy.vehicles_max) == (10, 12)  # a jam's cars are not the convoy's
    assert "80%" in jam.why


def test_files_of_one_post_do_not_add_up() -> None:
    once, thrice = witnessed(Convoy(0.4), (COLUMN,)), witnessed(Convoy(0.4), (COLUMN,) * 3)
    assert once.convoy == thrice.convoy
    assert witnessed(Convoy(0.4), (JAM, COLUMN)).convoy.probability == once.convoy.probability


def test_a_clip_under_a_text_that_speaks_of_other_things_makes_no_report() -> None:
    assert says_nothing("")
    assert says_nothing("Саракиб, утро")
    assert not says_nothing("Удар по танку под Авдеевкой")
    assert witnessed(Convoy(0.02), (COLUMN,)).convoy.probability < 0.1
    assert witnessed(Convoy(0.1), (COLUMN,), silent=True).convoy.probability > 0.5
    assert witnessed(Convoy(0.1), (JAM,), silent=True).convoy.probability < 0.1


@pytest.mark.parametrize(("told", "both"), [
    ((None, None), (6, 9)), ((8, 20), (8, 9)), ((7, 7), (7, 7)), ((30, 40), (6, 40)), ((2, 3), (2, 9)),
    ((30, None), (6, None)), ((5, None), (6, 9)), ((None, 7), (6, 7)),
])  # fmt: skip
def test_counts_are_what_both_allow_or_all_that_either_says(
    told: tuple[int | None, int | None], both: tuple[int | None, int | None]
) -> None:
    found = witnessed(Convoy(0.9, *told), (COLUMN,))
    assert (found.convoy.vehicles_min, found.convoy.vehicles_max) == both
    assert "6-9 vehicles" in found.why


def test_footage_is_told_in_words() -> None:
    assert witnessed(Convoy(0.9), (COLUMN,)).footage == "video: 6-9 vehicles, military 0.93, moving left, marked Z"
    still = Shown("picture", 0.1, 1, 1, 0.2)
    nothing = Shown("picture", 0.01, 0, 0, 0.0)
    assert witnessed(Convoy(0.9), (still, nothing)).footage == (
        "picture: 1 vehicle, military 0.20; picture: no vehicle found, military 0.00"
    )
