"""Which roads do columns drive? The graph that the configuration, or the options of `link`, describe."""

from pathlib import Path

from collector.settings import Roads
from geolocate.corridors import named
from geolocate.road_file import read_roads
from geolocate.road_rules import ClosedNear, ruled
from geolocate.roads import RoadGraph


def roads_of(said: Roads, base: Path) -> RoadGraph:
    """The road graph of a section; its files are relative to `base`. Raises OSError and ValueError, saying why."""
    graph = RoadGraph.read(base / said.file) if said.file else RoadGraph.embedded()
    if said.corridors:
        graph = named(graph, read_roads(base / said.corridors))
    names = [c for c in said.closed if isinstance(c, str)]
    places = [ClosedNear(c.lat, c.lon, c.radius_km) for c in said.closed if not isinstance(c, str)]
    return ruled(graph, names, places, said.border_penalty_h)
