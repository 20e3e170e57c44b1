"""Linking a few more sightings gives exactly what linking all of them afresh gives."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geolocate import partition
from geolocate.roads import RoadGraph
from geolocate.track import Linked, Linker, link
from geolocate.types import Candidate, Destination, Sighting
from tests.unit.convoys import EAST, NORTH, ROAD, crowded, eastward, seen, sightings

WATCHED = [EAST, NORTH]
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = sightings(most=30) | crowded()


def afresh(reports: list[Sighting]) -> Linked:
    return link(reports, WATCHED, ROAD)


@few
@given(many, st.randoms(use_true_random=False), st.integers(1, 12))
def test_any_order_of_arrival_in_any_portions_gives_the_same(
    reports: list[Sighting], shuffle: random.Random, portion: int
) -> None:
    arriving = list(reports)
    shuffle.shuffle(arriving)
    linker = Linker(WATCHED, ROAD)
    for at in range(0, len(arriving), portion):
        found = linker.update(arriving[at : at + portion])
        assert found == afresh(arriving[: at + portion])


@few
@given(many, st.randoms(use_true_random=False))
def test_sightings_that_go_or_change_are_as_if_they_had_never_been_otherwise(
    reports: list[Sighting], chance: random.Random
) -> None:
    linker = Linker(WATCHED, ROAD)
    linker.link(reports)
    stay = [s for s in reports if chance.random() < 0.7]
    moved = [replace(s, lon=s.lon + 0.4) if chance.random() < 0.2 else s for s in stay]
    assert linker.link(moved) == afresh(moved)
    assert linker.link(reports) == afresh(reports)


@few
@given(many)
def test_linking_the_same_again_changes_nothing(reports: list[Sighting]) -> None:
    linker = Linker(WATCHED, ROAD)
    assert linker.link(reports) == linker.link(reports) == linker.update([])


def test_large_parts_are_cut_the_same_way_however_they_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "_MOST", 6)
    reports = [s for k in range(6) for s in eastward(f"c{k}", 1.5 * k, vehicles_min=5 + 4 * k, vehicles_max=9 + 4 * k)]
    linker = Linker(WATCHED, ROAD)
    for s in reports:
        found = linker.update([s])
    assert found == afresh(reports)
    assert found.tracks


def test_so_many_changes_that_empty_slots_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from geolocate import linker as module

    monkeypatch.setattr(module, "_EMPTY", 3)
    linker = Linker(WATCHED, ROAD)
    for k in range(8):
        reports = eastward(f"e{k}-", k)
        assert linker.link(reports) == afresh(reports)
    assert linker.link([]) == Linked((), {})


def test_what_cannot_be_is_refused() -> None:
    linker = Linker(WATCHED, ROAD)
    with pytest.raises(ValueError, match="one id"):
        linker.update([seen("a", 0, 0, 0), seen("a", 0, 1, 0)])
    with pytest.raises(ValueError, match="never heard of b"):
        linker.update([], ["b"])


BASE = Destination("BASE", "A base", 35.4, 35.9, 4.0)


def cut_sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many crossroads each cut of the roads has, as they are asked for."""
    cuts: list[int] = []
    around = RoadGraph.around

    def counting(self: RoadGraph, *places: Any) -> RoadGraph:
        cut = around(self, *places)
        cuts.append(len(cut.lat))
        return cut

    monkeypatch.setattr(RoadGraph, "around", counting)
    return cuts


def with_namesake(share: float) -> list[Sighting]:
    """Two reports near each other, one of which may mean a place on another continent."""
    far = Candidate("geonames:1", "Homs", -30.0, -60.0, 5.0, share)
    return [seen("a", 35.0, 37.0, 3.0), seen("b", 35.2, 37.5, 6.0, alternatives=(far,))]


def test_an_unlikely_namesake_on_another_continent_does_not_bring_the_roads_of_the_world(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cuts = cut_sizes(monkeypatch)
    for share in (0.02, 0.2):
        Linker([BASE], RoadGraph.embedded()).link(with_namesake(share))
    assert cuts[0] < 20_000 < cuts[1]


def test_a_report_wants_the_same_roads_when_it_is_new_and_when_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    cuts = cut_sizes(monkeypatch)
    linker = Linker([BASE], RoadGraph.embedded())
    linker.update(with_namesake(0.05))  # just on the edge
    linker.update([seen("c", 35.1, 37.2, 5.0)])
    assert len(cuts) == 2
    assert len(set(cuts)) == 1


def ruled_by(chance: random.Random, reports: list[Sighting]) -> dict[tuple[str, str], bool]:
    names = sorted(s.id for s in reports)
    picked = [tuple(sorted(chance.sample(names, 2))) for _ in range(min(4, len(names) // 2))]
    return {(a, b): chance.random() < 0.5 for a, b in picked}


@few
@given(many, st.randoms(use_true_random=False))
def test_rulings_that_come_and_go_are_as_if_all_were_linked_with_them_afresh(
    reports: list[Sighting], chance: random.Random
) -> None:
    linker = Linker(WATCHED, ROAD)
    before = linker.link(reports)
    for _ in range(2):
        ruled = ruled_by(chance, reports)
        found = linker.link(reports, ruled)
        assert found == link(reports, WATCHED, ROAD, ruled=ruled)
        track = {name: m.track or name for name, m in found.membership.items()}
        assert all(track[a] != track[b] for (a, b), one in ruled.items() if not one)
    assert linker.link(reports) == before


def test_a_person_parts_and_joins_whatever_the_evidence() -> None:
    reports = eastward()
    assert len(afresh(reports).tracks) == 1
    apart = {(a, b): False for a in ("e0", "e1") for b in ("e2", "e3", "e4")}
    parted = link(reports, WATCHED, ROAD, ruled=apart)
    assert [[p.sighting_id for p in t.points] for t in parted.tracks] == [["e0", "e1"], ["e2", "e3", "e4"]]
    later = eastward("f", 300.0)
    assert len(afresh(reports + later).tracks) == 2
    joined = link(reports + later, WATCHED, ROAD, ruled={(e.id, f.id): True for e in reports for f in later})
    assert [len(t.points) for t in joined.tracks] == [10]
    assert "a person" in joined.tracks[0].points[3].explanation
