"""Which pictures say nothing."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from geolocate.banner import CLIP_DAYS, CROWD, STILL_DAYS, Showing, is_banner

START = datetime(2025, 3, 1, 12, tzinfo=UTC)


def shown(days: int, channel: str = "a", text: str = "message {}") -> list[Showing]:
    return [Showing(channel, text.format(n), START + timedelta(days=n)) for n in range(days)]


def test_a_still_under_many_messages_of_a_channel_is_a_banner_and_a_clip_needs_more() -> None:
    assert is_banner(shown(STILL_DAYS), still=True)
    assert not is_banner(shown(STILL_DAYS - 1), still=True)
    assert not is_banner(shown(STILL_DAYS), still=False)
    assert is_banner(shown(CLIP_DAYS), still=False)


def test_one_message_again_and_again_or_many_within_a_day_make_no_banner() -> None:
    assert not is_banner(shown(100, text="the same"), still=True)
    assert not is_banner([Showing("a", f"{n}", START) for n in range(50)], still=True)
    assert not is_banner([Showing("a", f"{n}", None) for n in range(50)], still=True)


def test_what_went_round_among_channels_is_a_banner_only_as_a_still_that_a_crowd_shows_for_long() -> None:
    many = [one for n in range(CROWD + 1) for one in shown(n + 1, f"channel {n}")[-1:]]
    assert is_banner(many, still=True)
    assert not is_banner(many, still=False)
    assert not is_banner(many[:CROWD], still=True)


@given(
    st.lists(
        st.builds(
            Showing,
            st.sampled_from("ab"),
            st.sampled_from("xyzuv"),
            st.datetimes(START.replace(tzinfo=None), datetime(2025, 3, 9), timezones=st.just(UTC)),
        ),
        max_size=15,
    ),
    st.randoms(),
    st.booleans(),
)
def test_order_is_nothing_and_showings_of_other_channels_take_nothing_back(
    rows: list[Showing], chance: Random, still: bool
) -> None:
    answer = is_banner(rows, still)
    mixed = list(rows)
    chance.shuffle(mixed)
    assert is_banner(mixed, still) == answer
    assert is_banner(rows + shown(2, "other"), still) >= answer
