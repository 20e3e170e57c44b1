import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geolocate.cluster import clear_pairs, cluster, order
from geolocate.types import Sighting
from tests.unit.convoys import eastward, seen, sightings


def test_reports_of_one_place_and_hour_are_one_event() -> None:
    groups = cluster([seen("a", 0, 1, 0), seen("b", 0.01, 1.01, 0.2), seen("c", 0, 1.005, 0.1)])
    assert groups == [("a", "b", "c")]


def test_another_place_another_hour_or_another_size_is_another_event() -> None:
    reports = [
        seen("here", 0, 1, 0),
        seen("there", 0, 1.3, 0),
        seen("later", 0, 1, 4),
        seen("smaller", 0, 1, 0, vehicles_min=1, vehicles_max=2, kinds=("apc",)),
    ]
    assert cluster(reports) == [("here",), ("later",), ("smaller",), ("there",)]


def test_a_convoy_seen_town_by_town_is_not_one_event() -> None:
    assert cluster(eastward()) == [(f"e{k}",) for k in range(5)]


def test_reports_across_the_border_of_a_cell_meet() -> None:
    assert cluster([seen("a", 0.4999, 0.9999, 0), seen("b", 0.5001, 1.0001, 0)]) == [("a", "b")]


@settings(deadline=None)
@given(sightings(), st.randoms(use_true_random=False))
def test_groups_hold_everyone_once_whatever_the_order(reports: list[Sighting], shuffle: random.Random) -> None:
    groups = cluster(reports)
    assert sorted(name for g in groups for name in g) == sorted(s.id for s in reports)
    shuffled = list(reports)
    shuffle.shuffle(shuffled)
    assert cluster(shuffled) == groups


@settings(max_examples=40, deadline=None)
@given(sightings(most=16), st.integers(0, 15))
def test_what_no_chain_of_clear_pairs_leads_to_changes_nothing(reports: list[Sighting], first: int) -> None:
    ordered = order(reports)
    i, j = clear_pairs(ordered)
    reached = {first % max(1, len(ordered))} if ordered else set()
    for _ in ordered:
        reached |= {b for a, b in zip([*i, *j], [*j, *i], strict=True) if a in reached}
    part = [ordered[k] for k in sorted(reached)]
    names = {s.id for s in part}
    whole = [event for event in cluster(reports) if names & set(event)]
    assert cluster(part) == whole
    if reached:
        near = clear_pairs(ordered, np.array(sorted(reached)))
        assert {*near[0].tolist(), *near[1].tolist()} <= reached
