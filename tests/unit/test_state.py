import pytest

from geolocate.state import ARRIVED, DEPARTING, HALTED, MOVING, Seen, state
from geolocate.types import Destination
from tests.unit.convoys import EAST, NORTH

WATCHED = [EAST, NORTH]


def at(lon: float, hour: float, radius: float = 1.0, probability: float = 0.95, lat: float = 0.0) -> Seen:
    return Seen(lat, lon, radius, hour, probability)


def test_on_the_road_it_moves() -> None:
    does = state([at(1, 0), at(2, 3)], 0.95, WATCHED)
    assert (does.state, does.destination) == (MOVING, None)
    assert does.probability > 0.9


def test_last_seen_inside_a_watched_place_it_has_arrived_as_surely_as_place_membership_and_order() -> None:
    does = state([at(1, 0), at(5, 10)], 0.95, WATCHED)
    assert (does.state, does.destination) == (ARRIVED, "EAST")
    assert does.probability == pytest.approx(0.95 * 0.95, abs=0.01)


def test_a_vague_place_near_the_gate_is_no_arrival() -> None:
    assert state([at(1, 0), at(5, 10, radius=25.0)], 0.95, WATCHED).state == MOVING
    sure, less = (state([at(1, 0), at(4.99, 10, radius=r)], 0.95, WATCHED).probability for r in (0.5, 4.0))
    assert less < sure


def test_who_may_have_driven_the_other_way_has_not_surely_arrived() -> None:
    assert state([at(1, 0), at(5, 10)], 0.5, WATCHED).state == MOVING


def test_first_seen_at_a_watched_place_and_then_away_it_departs() -> None:
    does = state([at(3, 0, lat=2.0), at(3, 4, lat=1.0)], 0.9, WATCHED)
    assert (does.state, does.destination) == (DEPARTING, "NORTH")
    assert 0.7 < does.probability < 0.9


def test_from_one_watched_place_to_another_it_has_arrived() -> None:
    assert state([at(3, 0, lat=2.0), at(5, 10)], 0.9, WATCHED).destination == "EAST"


def test_seen_again_at_one_spot_hours_later_it_has_halted() -> None:
    assert state([at(1, 0), at(2, 3), at(2.01, 7)], 0.9, WATCHED).state == HALTED
    assert state([at(1, 0), at(2, 3), at(2.01, 3.5)], 0.9, WATCHED).state == MOVING
    assert state([at(1, 0), at(2, 3), at(3, 7)], 0.9, WATCHED).state == MOVING


def test_without_watched_places_nobody_arrives() -> None:
    nowhere: list[Destination] = []
    assert state([at(1, 0), at(5, 10)], 0.95, nowhere).state == MOVING
