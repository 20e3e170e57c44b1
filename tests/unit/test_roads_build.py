from pathlib import Path

import numpy as np

from geolocate.data.build.roads import pack, parse

MODULE = """
from scgraph.core import GeoGraph
graph=[{1: 1.25, 2: 0.5}, {0: 1.25}, {0: 0.5}]
nodes=[[21.04, 105.866], [21.036, 105.855], [-0.001, -179.999]]
world = GeoGraph(graph=graph, nodes=nodes)
"""


def test_the_package_file_is_read_without_importing_it() -> None:
    nodes, edges = parse(MODULE)
    assert nodes == [(21.04, 105.866), (21.036, 105.855), (-0.001, -179.999)]
    assert edges == [(0, 1, 1.25), (0, 2, 0.5)]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    pack(*parse(MODULE), tmp_path / "a.npz")
    pack(*parse(MODULE), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz") as packed:
        assert np.cumsum(packed["lat"]).tolist() == [21040, 21036, -1]
        start = np.cumsum(packed["start"])
        assert (start + packed["end"]).tolist() == [1, 2]
        assert packed["metres"].tolist() == [1250, 500]
