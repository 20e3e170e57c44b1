from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate.heading import Heading, Way, head, priors
from geolocate.link_params import LinkParams
from geolocate.types import Destination
from tests.unit.convoys import EAST, NORTH, ROAD

NOON_HOUR = datetime(2024, 12, 8, 12, tzinfo=UTC).timestamp() / 3600


def heading(
    *places: tuple[float, float],
    hints: tuple[str, ...] = (),
    forward: float = 1.0,
    watched: list[Destination] | None = None,
) -> Heading:
    lat, lon = np.array(places, dtype=float).T
    way = Way(lat, lon, np.full(len(lat), 2.0), NOON_HOUR, forward, hints)
    return head(way, [EAST, NORTH] if watched is None else watched, ROAD, LinkParams())


def test_a_convoy_past_the_fork_heads_where_the_road_leads() -> None:
    east = heading((0, 0), (0, 4)).destinations
    assert east["EAST"] > 5 * east["NORTH"]
    north = heading((0, 0), (1, 3)).destinations
    assert north["NORTH"] > 5 * north["EAST"]


def test_before_the_fork_weights_and_hints_decide() -> None:
    assert heading((0, 0), (0, 2)).destinations["EAST"] == pytest.approx(heading((0, 0), (0, 2)).destinations["NORTH"])
    told = heading((0, 0), (0, 2), hints=("NORTH", "NORTH")).destinations
    assert told["NORTH"] > 2 * told["EAST"]
    heavy = Destination("EAST", "East airbase", 0.0, 5.0, 4.0, weight=9.0)
    weighed = heading((0, 0), (0, 2), watched=[heavy, NORTH]).destinations
    assert weighed["EAST"] == pytest.approx(9 * weighed["NORTH"])


def test_driving_away_is_going_elsewhere() -> None:
    away = heading((0, 4), (0, 0))
    assert away.destinations["elsewhere"] > 0.5
    assert away.eta is None


def test_an_unsure_direction_leaves_the_question_open() -> None:
    sure, unsure = (heading((0, 0), (0, 4), forward=f).destinations["EAST"] for f in (1.0, 0.5))
    assert unsure < sure


def test_the_eta_brackets_the_drive_at_column_speeds() -> None:
    eta = heading((0, 0), (0, 4)).eta
    assert eta is not None
    noon = datetime(2024, 12, 8, 12, tzinfo=UTC)
    hours = [(t - noon).total_seconds() / 3600 for t in (eta.start, eta.end)]
    assert hours[0] == pytest.approx(112 / 50, abs=0.05)
    assert hours[0] < 112 / 36 < hours[1]


def test_who_was_last_seen_at_the_gate_has_no_eta() -> None:
    arrived = heading((0, 0), (0, 4.99))
    assert arrived.destinations["EAST"] > 0.8
    assert arrived.eta is None


def test_without_watched_places_everything_is_elsewhere() -> None:
    assert heading((0, 0), (0, 4), watched=[]) == Heading({"elsewhere": 1.0}, None)


def test_priors_sum_to_one_even_when_all_weights_are_zero() -> None:
    assert priors([EAST, NORTH]) == {"EAST": 0.5, "NORTH": 0.5}
    zero = [Destination(n, n, 0, 0, 1, weight=0.0) for n in "ab"]
    assert priors(zero) == {"a": 0.5, "b": 0.5}


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 6)), min_size=2, max_size=4),
    st.lists(st.sampled_from(["EAST", "NORTH", "nowhere"]), max_size=4),
    st.floats(0.5, 1),
)
def test_probabilities_sum_to_one(places: list[tuple[float, float]], hints: list[str], forward: float) -> None:
    answer = heading(*places, hints=tuple(hints), forward=forward).destinations
    assert sum(answer.values()) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in answer.values())
