"""The graph of these tests is a square of roads at the equator, where a degree is 111.2 km, and a lone road far off."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.roads import DETOUR, RoadGraph
from geolocate.sphere import distance_km

SQUARE = RoadGraph(
    lat=[0, 0, 1, 1, 5, 5],
    lon=[0, 1, 1, 0, 5, 6],
    start=[0, 1, 2, 4],
    end=[1, 2, 3, 5],
    km=[120, 120, 120, 115],
)


def km(graph: RoadGraph, a: tuple[float, float], b: tuple[float, float], limit: float = np.inf) -> float:
    return float(graph.matrix_km(graph.snap(*a), graph.snap(*b), limit)[0, 0])


def test_distances_follow_the_roads_and_not_the_straight_line() -> None:
    assert km(SQUARE, (0, 0), (1, 1)) == pytest.approx(240, abs=0.01)


def test_places_snap_to_the_segment_between_two_far_nodes() -> None:
    snapped = SQUARE.snap(0.0, 0.5)
    assert snapped.off_km[0, 0] == pytest.approx(0, abs=1e-6)
    assert snapped.fraction[0, 0] == pytest.approx(0.5)
    assert km(SQUARE, (0, 0.25), (0, 0.75)) == pytest.approx(60, abs=0.01)


def test_the_way_from_a_road_to_a_place_beside_it_is_counted() -> None:
    assert 60 < km(SQUARE, (0.05, 0.25), (0, 0.75)) < 75


def test_a_missing_road_does_not_make_neighbours_far() -> None:
    # along the road it is 360 km round three sides, on the great circle 111
    assert km(SQUARE, (0, 0), (1, 0)) == pytest.approx(2 * 111.195 + 10, abs=0.5)


def test_places_that_no_road_joins_fall_back_to_the_great_circle() -> None:
    direct = distance_km(0.0, 0.0, 5.0, 5.5)
    assert km(SQUARE, (0, 0), (5, 5.5)) == pytest.approx(DETOUR * direct)
    assert km(SQUARE, (0, 0), (-3, -3)) == pytest.approx(DETOUR * distance_km(0.0, 0.0, -3.0, -3.0))


def test_beyond_the_limit_is_infinite_and_within_it_unchanged() -> None:
    assert km(SQUARE, (0, 0), (1, 1), limit=200) == np.inf
    assert km(SQUARE, (0, 0), (0, 1), limit=200) == pytest.approx(120, abs=0.01)


def test_a_graph_without_roads_still_measures() -> None:
    empty = RoadGraph([], [], [], [], [])
    assert km(empty, (0, 0), (1, 1)) == pytest.approx(DETOUR * distance_km(0.0, 0.0, 1.0, 1.0))


def test_a_cut_keeps_the_distances_inside_it() -> None:
    cut = SQUARE.around([0.0, 1.0], [0.0, 1.0], margin_km=50)
    assert len(cut.km) == 3
    assert km(cut, (0, 0), (1, 1)) == pytest.approx(240, abs=0.01)
    assert SQUARE.around([0.0, 1.0], [0.0, 1.0], margin_km=50) is cut


@given(st.lists(st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)), min_size=1, max_size=5))
def test_distances_are_symmetric_zero_at_home_and_never_below_the_great_circle(
    places: list[tuple[float, float]],
) -> None:
    lat, lon = np.array(places).T
    snapped = SQUARE.snap(lat, lon)
    matrix = SQUARE.matrix_km(snapped, snapped)
    direct = distance_km(lat[:, None], lon[:, None], lat, lon)
    assert np.allclose(matrix, matrix.T)
    assert (matrix >= direct - 1e-9).all()
    assert np.isfinite(matrix).all()


@pytest.fixture(scope="module")
def syria() -> RoadGraph:
    return RoadGraph.embedded().around([33.0, 37.0], [35.8, 41.3])


@pytest.mark.parametrize(
    ("a", "b", "shortest", "longest"),
    [
        ((37.05, 41.22), (35.53, 35.79), 540, 620),  # Qamishli-Latakia
        ((34.55, 38.28), (34.73, 36.71), 150, 165),  # Palmyra-Homs
        ((33.51, 36.29), (34.89, 35.89), 235, 260),  # Damascus-Tartus
    ],
)
def test_the_embedded_graph_measures_what_road_signs_say(
    syria: RoadGraph, a: tuple[float, float], b: tuple[float, float], shortest: float, longest: float
) -> None:
    assert shortest < km(syria, a, b) < longest


def test_the_embedded_graph_covers_the_world_and_is_read_once() -> None:
    assert len(RoadGraph.embedded().lat) > 500_000
    assert RoadGraph.embedded() is RoadGraph.embedded()


def test_a_file_that_is_no_graph_is_refused_with_its_shape(tmp_path: Path) -> None:
    file = tmp_path / "roads.json"
    for text in ("{}", "[1]", "not json", '{"nodes": [[1]], "edges": []}'):
        file.write_text(text)
        with pytest.raises(ValueError, match="not a road graph"):
            RoadGraph.read(file)
    file.write_text('{"nodes": [[0, 0], [0, 1]], "edges": [[0, 2, 5]]}')
    with pytest.raises(ValueError, match="node that is not there"):
        RoadGraph.read(file)
    file.write_text('{"nodes": [[0, 0], [0, 1]], "edges": [[0, 1, -5]]}')
    with pytest.raises(ValueError, match="not negative"):
        RoadGraph.read(file)


def test_a_graph_is_read_plain_and_gzipped(tmp_path: Path) -> None:
    import gzip

    text = '{"nodes": [[0, 0], [0, 1]], "edges": [[0, 1, 115]]}'
    (tmp_path / "roads.json").write_text(text)
    (tmp_path / "roads.json.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("roads.json", "roads.json.gz"):
        assert km(RoadGraph.read(tmp_path / name), (0, 0), (0, 1)) == pytest.approx(115, abs=0.01)


def test_two_reports_of_one_spot_off_the_road_are_no_drive_apart() -> None:
    road = RoadGraph([0, 0], [0, 2], [0], [1], [223.0])
    spot = road.snap([0.06, 0.06, 0.061], [1.0, 1.0, 1.0])
    km = road.matrix_km(spot, spot)
    assert km[0, 1] < 0.01
    assert km[0, 2] < 1.0


def test_lines_of_geojson_meet_where_they_share_a_point(tmp_path: Path) -> None:
    lines = [[[0, 0], [1, 0]], [[1, 0], [1, 1]]]
    features = [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": c}, "properties": {"km": 120}}
        for c in lines
    ]
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    graph = RoadGraph.read(file)
    assert (len(graph.lat), len(graph.km)) == (3, 2)
    assert km(graph, (0, 0), (1, 1)) == pytest.approx(240, abs=0.01)


def test_a_table_of_edges_may_leave_lengths_out(tmp_path: Path) -> None:
    file = tmp_path / "roads.csv"
    file.write_text("name,from_lat,from_lon,to_lat,to_lon,km\nM5,0,0,0,1,120\n,0,1,1,1,\n")
    assert km(RoadGraph.read(file), (0, 0), (1, 1)) == pytest.approx(120 + 111.195, abs=0.1)
    for text in ("from_lat,from_lon\n1,2\n", "from_lat,from_lon,to_lat,to_lon\n", "a\n"):
        file.write_text(text)
        with pytest.raises(ValueError, match="not a road graph"):
            RoadGraph.read(file)
    file.write_text("from_lat,from_lon,to_lat,to_lon\n0,0,99,0\n")
    with pytest.raises(ValueError, match="must be degrees"):
        RoadGraph.read(file)


def drawn(*points: object, **facts: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": points}, "properties": facts}


def test_of_an_extract_only_what_can_be_driven_is_read_with_its_number_and_name(tmp_path: Path) -> None:
    features = [
        drawn([0, 0], [1, 0], highway="trunk", ref="M5", name="North road", oneway="yes", maxspeed="none"),
        drawn([1, 0], [1, 1], highway="primary", name=None, ref="M1;M20"),
        drawn([0, 0], [1, 1], highway="footway", name="path"),
        drawn([0, 0], [1, 1], waterway="river", name="river"),
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}, "properties": None},
        {"type": "Feature", "geometry": None, "properties": {"highway": "primary"}},
    ]
    file = tmp_path / "osm.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    graph = RoadGraph.read(file)
    assert graph.names == ("M5 / North road", "M1;M20")
    assert km(graph, (0, 1), (0, 0)) == pytest.approx(111.2, abs=0.1)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.geojson", '{"features": [1]}', "list of objects"),
        ("a.geojson", '{"features": "abc"}', "list of objects"),
        ("a.geojson", "[" * 100_000, "not a road graph"),
        ("a.geojson", json.dumps({"features": [drawn([0, 0], [1, 1]), drawn([None, 1], [2, 2])]}), "feature 2: longi"),
        ("a.geojson", json.dumps({"features": [drawn(*[[0]])]}), r"feature 1: coordinates is not a list of \[lon, lat"),
        ("a.geojson", json.dumps({"features": [drawn([0, 0], [1, 1], km="far")]}), "feature 1: km is not a number"),
        ("a.geojson", json.dumps({"features": [drawn([400000, 3800000], [400100, 3800000])]}), "degrees of WGS 84"),
        ("a.geojson", '{"features": [{"geometry": "x", "properties": []}]}', "no line in it"),
        ("a.csv", "from_lat;from_lon;to_lat;to_lon\n1;2;3;4\n", "names no from_lat"),
        ("a.csv", "from_lat,from_lon,to_lat,to_lon\n0,0,0,1\n1,2,3,x\n", "line 3: to_lon is not a number"),
        ("a.csv", "from_lat,from_lon,to_lat,to_lon\n1,2\n", "line 2: to_lat"),
        ("a.csv", 'from_lat,from_lon,to_lat,to_lon\n1,2,3,"' + "4" * 200_000, "field larger than"),
        ("a.json", '{"nodes": [[0, 0], [0, 1]], "edges": [[0.5, 1, 5]]}', "node that is not there"),
    ],
)
def test_what_is_wrong_with_a_file_of_roads_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=told):
        RoadGraph.read(tmp_path / name)
