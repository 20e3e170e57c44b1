"""A square of roads as in `test_roads`, with names drawn beside its southern side."""

from pathlib import Path

import pytest

from geolocate.corridors import named
from geolocate.road_file import read_roads
from geolocate.road_rules import ruled
from geolocate.roads import RoadGraph

SQUARE = RoadGraph([0, 0, 1, 1], [0, 1, 1, 0], [0, 1, 2, 3], [1, 2, 3, 0], [112] * 4)


def corridors(folder: Path, text: str) -> RoadGraph:
    file = folder / "corridors.csv"
    file.write_text("from_lat,from_lon,to_lat,to_lon,name\n" + text)
    return named(SQUARE, read_roads(file))


def test_roads_along_a_corridor_take_its_name_and_can_be_closed_by_it(tmp_path: Path) -> None:
    graph = corridors(tmp_path, "0.02,1.1,0.01,0.5,South road\n0.01,0.5,0,-0.1,South road\n")
    assert graph.names == ("South road", "", "", "")
    assert graph.name(graph.snap(0.01, 0.3), 0) == "South road"
    assert len(ruled(graph, closed_names=["South road"]).km) == 3
    assert SQUARE.names == ()


def test_roads_that_cross_a_corridor_or_follow_only_a_part_of_it_do_not(tmp_path: Path) -> None:
    assert not any(corridors(tmp_path, "0.5,-1,0.5,2,Middle road\n0,0.6,0,0.2,Short road\n").names)


def test_a_corridor_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither name nor ref"):
        corridors(tmp_path, "0,0,0,1,\n")
