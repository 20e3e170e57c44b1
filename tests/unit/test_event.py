import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geolocate.event import NEVER, Event, event_of, log_odds, merge
from geolocate.link_params import DEFAULT


def at(x: float, hour: float, radius: float = 3.0, wide: float = 0.5) -> Event:
    return event_of([(0.0, x, 0.0, 6371.0, radius)], (hour - wide / 2, hour + wide / 2, hour + 1), DEFAULT)


def test_near_reports_are_likelier_one_event_than_far_ones() -> None:
    assert log_odds(at(0, 10), at(1, 10), 0) > 0 > log_odds(at(0, 10), at(12, 10), 0)


def test_times_that_do_not_meet_are_never_one_event() -> None:
    assert log_odds(at(0, 10), at(0, 12), 0) == NEVER


def test_the_right_place_among_the_alternatives_joins_two_reports() -> None:
    split = event_of(
        [(np.log(0.7), 300.0, 0.0, 6371.0, 3.0), (np.log(0.3), 0.0, 0.0, 6371.0, 3.0)], (9.8, 10.2, 11), DEFAULT
    )
    assert log_odds(split, at(0, 10), 0) > 0
    joined = merge(split, at(0, 10))
    assert abs(joined.spots[0][1]) < 1.0
    assert joined.spots[0][0] > np.log(0.99)


@given(st.floats(-20, 20), st.floats(8, 12), st.floats(0.3, 25))
def test_merging_makes_places_sharper_and_keeps_probabilities_whole(x: float, hour: float, radius: float) -> None:
    a, b = at(0, 10, 3.0, 24.0), at(x, hour, radius, 24.0)
    both = merge(a, b)
    assert both.spots[0][4] < min(a.spots[0][4], b.spots[0][4])
    assert np.isclose(sum(np.exp(s[0]) for s in both.spots), 1.0, atol=1e-2)
    assert np.isclose(both.density.sum(), 1.0)


def test_the_order_of_two_events_does_not_matter() -> None:
    a, b = at(0, 10, 8.0), at(4, 10.1, 3.0)
    assert np.isclose(log_odds(a, b, 0.5), log_odds(b, a, 0.5), atol=0.2)
