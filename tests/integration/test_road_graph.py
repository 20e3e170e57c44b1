"""Roads by configuration and by the options of `link`, from files as a user has them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.commands.batch import link as command
from collector.errors import Misconfigured
from collector.parts import make_roads
from collector.settings import load

EDGES = "from_lat,from_lon,to_lat,to_lon,km,ref,name\n33.51,36.29,33.89,35.5,110,M30,Beirut road\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "edges.csv").write_text(EDGES)
    places = [(33.51, 36.29, 6), (33.89, 35.5, 10)]
    sightings = [
        {"id": n, "lat": lat, "lon": lon, "radius_km": 1, "seen_from": f"2025-01-01T{h:02}:00Z", "kinds": ["tank"],
         "seen_to": f"2025-01-01T{h:02}:10Z", "vehicles_min": 19, "vehicles_max": 21}
        for n, (lat, lon, h) in enumerate(places)
    ]  # fmt: skip
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, sightings)))
    (tmp_path / "d.json").write_text('[{"id": "T", "lat": 34.5, "lon": 37.6}]')
    return tmp_path


def link(folder: Path, *options: str) -> Result:
    files = [str(folder / "s.jsonl"), "--destinations", str(folder / "d.json")]
    return CliRunner().invoke(command, [*files, *options])


def tracks(found: Result) -> set[str]:
    assert found.exit_code == 0, found.output
    return {row["track"] for row in map(json.loads, found.output.splitlines()) if row["track"]}


@pytest.mark.parametrize("rule", [(), ("--border-penalty", "9"), ("--closed", "M30"), ("--closed", "33.7,35.9,20")])
def test_two_sightings_are_one_convoy_unless_a_border_or_a_closed_road_lies_between(
    folder: Path, rule: tuple[str, ...]
) -> None:
    # a second road, so that closing one leaves a way around: 320 km
    (folder / "edges.csv").write_text(EDGES + "33.51,36.29,34.6,36.2,140,M5,\n34.6,36.2,33.89,35.5,180,,\n")
    assert len(tracks(link(folder, "--roads", str(folder / "edges.csv"), *rule))) == (not rule)


def test_roads_that_cannot_be_read_or_closed_are_told_and_not_traced(folder: Path) -> None:
    edges = str(folder / "edges.csv")
    for options, told in (
        (("--roads", str(folder)), "is a directory"),
        (("--roads", str(folder / "s.jsonl")), "not a road graph"),
        (("--roads", edges, "--closed", "M77"), "no road of this graph is named M77"),
        (("--closed", "99,36"), "expected a latitude"),
        (("--border-penalty", "-1"), "not in the range"),
    ):
        found = link(folder, *options)
        assert found.exit_code == 2 or isinstance(found.exception, Misconfigured)
        assert told in f"{found.output}{found.exception}"


def test_roads_of_the_configuration_have_the_names_of_its_corridors_and_lack_closed_ones(folder: Path) -> None:
    file = folder / "convoywatch.toml"
    file.write_text('[roads]\ncorridors = "edges.csv"\nclosed = [{lat = 34.8, lon = 36.3, radius_km = 40}]\n')
    (folder / "edges.csv").write_text("from_lat,from_lon,to_lat,to_lon,name\n" + "33.51,36.30,33.75,36.55,M5\n")
    graph = make_roads(load(file))
    assert "M5" in graph.names
    assert graph.snap(34.8, 36.3).off_km.min() > 30
    file.write_text('[roads]\nfile = "convoywatch.toml"\n')
    with pytest.raises(Misconfigured, match=r"\[roads\].*not a road graph"):
        make_roads(load(file))
