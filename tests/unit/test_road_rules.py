"""The same square of roads as in `test_roads`: a degree is 111.2 km, three sides are roads."""

import pytest

from geolocate.road_rules import ClosedNear, countries, ruled
from geolocate.roads import RoadGraph

RING = RoadGraph(
    lat=[0, 0, 1, 1],
    lon=[0, 1, 1, 0],
    start=[0, 1, 2, 3],
    end=[1, 2, 3, 0],
    km=[112] * 4,
    names=("south", "", "north", ""),
)


def km(graph: RoadGraph, a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(graph.matrix_km(graph.snap(*a), graph.snap(*b))[0, 0])


def test_without_rules_the_graph_is_itself() -> None:
    assert ruled(RING) is RING


def test_a_road_closed_by_its_name_is_driven_around() -> None:
    closed = ruled(RING, closed_names=["south"])
    assert len(closed.km) == 3
    assert closed.names == ("", "north", "")
    assert km(RING, (0.3, 0), (0.3, 1)) == pytest.approx(112 * 1.6, abs=1)
    assert km(closed, (0.3, 0), (0.3, 1)) > 225
    with pytest.raises(ValueError, match="no road of this graph is named M99"):
        ruled(RING, closed_names=["M99"])


def test_roads_near_a_place_are_closed_and_others_are_not() -> None:
    assert ruled(RING, closed_near=[ClosedNear(0.0, 0.5, 2.0)]).names == ("", "north", "")
    assert len(ruled(RING, closed_near=[ClosedNear(0.5, 0.5, 20.0)]).km) == 4
    assert len(ruled(RING, closed_near=[ClosedNear(0.0, 0.0, 1.0)]).km) == 2


def test_a_border_costs_what_a_column_drives_in_the_hours_lost() -> None:
    # Damascus, Homs, and Beirut over the border
    cities = RoadGraph([33.51, 34.73, 33.89], [36.29, 36.71, 35.50], [0, 0], [1, 2], [160, 110])
    assert countries(cities.lat, cities.lon).tolist() == ["SY", "SY", "LB"]
    dear = ruled(cities, border_penalty_h=3.0)
    assert dear.km.tolist() == [160, 110 + 3 * 36]
