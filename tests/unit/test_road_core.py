import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geolocate import road_core
from geolocate.road_core import Core, stepped


def ways(n: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A random graph in which parallel ways, loops and lone parts occur."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, n, count), rng.integers(0, n, count), stepped(rng.uniform(0.5, 90, count))


def searched(n: int, start: np.ndarray, end: np.ndarray, km: np.ndarray) -> np.ndarray:
    best: dict[tuple[int, int], float] = {}
    for a, b, d in zip(start.tolist(), end.tolist(), km.tolist(), strict=True):
        if a != b:
            for pair in ((a, b), (b, a)):
                best[pair] = min(d, best.get(pair, np.inf))
    rows = np.array([(a, b, d) for (a, b), d in best.items()]).reshape(-1, 3)
    graph = coo_array((rows[:, 2], (rows[:, 0].astype(int), rows[:, 1].astype(int))), shape=(n, n)).tocsr()
    return np.asarray(dijkstra(graph))


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.floats(0.5, 4), st.integers(0, 9999))
def test_distances_are_those_of_a_plain_search(n: int, roads_a_node: float, seed: int) -> None:
    graph = ways(n, int(n * roads_a_node), seed)
    every = np.arange(n)[:, None]
    # a place at a crossroad is as near to it as a step allows
    step = 1 / 1024
    found = Core(n, *graph).matrix(every, np.zeros((n, 1)), every, np.zeros((n, 1)))
    expected = searched(n, *graph) + 2 * step
    assert np.array_equal(found, expected)


def test_a_full_table_is_emptied_and_the_answers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = ways(300, 2400, 5)
    places, legs = np.arange(300)[:, None], np.zeros((300, 1))
    whole = Core(300, *graph).matrix(places, legs, places, legs)
    monkeypatch.setattr(road_core, "_TABLE_BYTES", 1)
    small = Core(300, *graph)
    assert np.array_equal(small.matrix(places, legs, places, legs), whole)
    assert np.array_equal(small.matrix(places[7:9], legs[7:9], places, legs), whole[7:9])


def test_of_several_ways_to_a_place_the_shortest_counts() -> None:
    road = Core(3, np.array([0, 1]), np.array([1, 2]), np.array([10.0, 20.0]))
    ends, legs = np.array([[0, 2]]), np.array([[1.0, 5.0]])
    assert road.matrix(ends, legs, np.array([[1]]), np.array([[2.0]])).item() == 13.0
    none = np.array([[np.inf, np.inf]])
    assert np.isinf(road.matrix(ends, none, np.array([[1]]), np.array([[2.0]]))).all()
