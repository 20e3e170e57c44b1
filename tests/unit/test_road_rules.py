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
    assert km(closed, (0.3, 0), (0.3, 1)) == pytest.approx(112 * 2.4, abs=1)
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


def test_a_road_is_closed_by_its_number_or_its_name() -> None:
    names = ("M5;M20 / North road", "M1", "", "M20")
    graph = RoadGraph(RING.lat, RING.lon, RING.start, RING.end, RING.km, names)
    assert ruled(graph, closed_names=["M20"]).names == ("M1", "")
    assert ruled(graph, closed_names=["North road"]).names == names[1:]
    assert ruled(graph, closed_names=["M5;M20 / North road", "M1"]).names == ("", "M20")


def test_what_a_border_or_a_detour_costs_is_believed_however_near_the_places_lie() -> None:
    # 111 km apart on the southern side, and 336 round the others; for want of a road that would be taken for 232
    closed = ruled(RING, closed_near=[ClosedNear(0.0, 0.5, 1.0)])
    assert km(closed, (0.01, 0), (0.01, 1)) > 330
    coast = RoadGraph([33.51, 33.89], [36.29, 35.50], [0], [1], [110])
    dear = ruled(coast, border_penalty_h=3.0)
    assert km(dear, (33.51, 36.29), (33.89, 35.50)) == pytest.approx(218, abs=0.1)


def test_where_all_roads_are_closed_there_is_no_way_and_a_place_beside_them_is_measured_as_before() -> None:
    closed = ruled(RING, closed_near=[ClosedNear(0.0, 0.5, 1.0), ClosedNear(1.0, 0.5, 1.0)])
    assert km(closed, (0.5, 0), (0.5, 1)) > 2000
    lone = RoadGraph([0, 0, 5, 5], [0, 1, 0, 1], [0, 2], [1, 3], [112] * 2, ("south", "far"))
    assert km(ruled(lone, closed_names=["south"]), (0, 0.2), (0, 0.8)) == pytest.approx(km(lone, (0, 0.2), (0, 0.8)))


def test_a_cut_of_a_graph_with_rules_measures_the_same() -> None:
    closed = ruled(RING, closed_names=["south"])
    cut = closed.around([0, 1], [0, 1], 50)
    assert km(cut, (0.3, 0), (0.3, 1)) == km(closed, (0.3, 0), (0.3, 1))
    places = closed.snap([0.3, 0.3], [0, 1])
    again = places.take(slice(0, 1)).extended(places.take(slice(1, 2)))
    assert (closed.matrix_km(again, again) == closed.matrix_km(places, places)).all()
