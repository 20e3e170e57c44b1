import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geolocate.roads import RoadGraph
from geolocate.track import Linked, link
from geolocate.types import Candidate, Sighting
from tests.unit.convoys import EAST, NORTH, ROAD, eastward, seen, sightings

WATCHED = [EAST, NORTH]
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def linked(reports: list[Sighting]) -> Linked:
    return link(reports, WATCHED, ROAD)


def test_reports_along_a_road_are_one_track_in_the_order_of_driving() -> None:
    result = linked(eastward())
    (track,) = result.tracks
    assert [p.sighting_id for p in track.points] == ["e0", "e1", "e2", "e3", "e4"]
    assert track.key == "track:e0"
    assert all(m.track == track.key and m.probability > 0.8 for m in result.membership.values())


def test_each_step_tells_distance_time_speed_and_why() -> None:
    (track,) = linked(eastward()).tracks
    first, second = track.points[:2]
    assert (first.road_km, first.hours, first.speed_kmh) == (None, None, None)
    assert second.road_km == pytest.approx(89.6, abs=1)
    assert second.hours == pytest.approx(2.4, abs=0.3)
    assert second.speed_kmh is not None
    assert 25 < second.speed_kmh < 50
    assert "90 km by road in" in second.explanation


def test_a_small_and_a_large_convoy_on_one_road_stay_two() -> None:
    small = eastward("small", 0.4, vehicles_min=2, vehicles_max=3, kinds=("apc",))
    result = linked(eastward("large") + small)
    assert {t.key: len(t.points) for t in result.tracks} == {"track:large0": 5, "track:small0": 5}


def test_a_report_that_fits_no_convoy_stays_outside() -> None:
    stray = seen("stray", 2.0, 3.0, 1.0, vehicles_min=1, vehicles_max=2, kinds=("air_defence",))
    result = linked([*eastward(), stray])
    assert result.membership["stray"].track is None
    assert result.membership["stray"].probability > 0.8


def test_one_report_and_two_reports_of_one_event_are_no_track() -> None:
    assert linked([seen("a", 0, 1, 0)]).tracks == ()
    twins = linked([seen("a", 0, 1, 0), seen("b", 0.001, 1.001, 0.1)])
    assert twins.tracks == ()
    assert twins.membership["a"].event == twins.membership["b"].event


def test_the_track_chooses_between_places_of_one_name() -> None:
    reports = eastward()
    right = Candidate("x:1", "Namesake", reports[2].lat, reports[2].lon, 2.0, 0.3)
    reports[2] = replace(reports[2], lat=2.0, lon=3.0, alternatives=(right,))
    (track,) = linked(reports).tracks
    point = track.points[2]
    assert (point.sighting_id, point.lat, point.lon) == ("e2", right.lat, right.lon)
    assert "of 2 places that may be meant, not the first fits the others best" in point.explanation
    assert "not chosen: 2.00, 3.00" in point.explanation


def test_two_entries_of_one_spot_are_not_told_as_places_to_choose_from() -> None:
    reports = eastward()
    again = Candidate("x:1", "District", reports[2].lat + 0.02, reports[2].lon, 2.0, 0.3)
    reports[2] = replace(reports[2], alternatives=(again,))
    (track,) = linked(reports).tracks
    assert "may be meant" not in track.points[2].explanation


def test_points_are_never_later_than_their_posts() -> None:
    late = [replace(s, seen_from=s.seen_from - timedelta(hours=10), seen_to=s.posted_at) for s in eastward()]
    posted = {s.id: s.posted_at for s in late}
    for track in linked(late).tracks:
        assert all(p.at <= posted[p.sighting_id] + timedelta(minutes=1) for p in track.points)


def test_a_convoy_a_week_later_is_another_track() -> None:
    result = linked(eastward("one") + eastward("two", 24.0 * 7))
    assert [len(t.points) for t in result.tracks] == [5, 5]


def test_no_sightings_give_no_tracks_and_twins_are_refused() -> None:
    assert linked([]) == Linked((), {})
    with pytest.raises(ValueError, match="one id"):
        linked([seen("a", 0, 0, 0), seen("a", 0, 1, 0)])


@few
@given(sightings(), st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(reports: list[Sighting], shuffle: random.Random) -> None:
    shuffled = list(reports)
    shuffle.shuffle(shuffled)
    assert linked(shuffled) == linked(reports)


@few
@given(sightings())
def test_every_sighting_is_answered_and_none_is_in_two_tracks(reports: list[Sighting]) -> None:
    result = linked(reports)
    tracked = [p.sighting_id for t in result.tracks for p in t.points]
    assert len(tracked) == len(set(tracked))
    assert set(result.membership) == {s.id for s in reports}
    for track in result.tracks:
        assert len(track.points) >= 2
        assert sum(track.destinations.values()) == pytest.approx(1)
        assert set(track.destinations) == {"EAST", "NORTH", "elsewhere"}
        assert all(a.at <= b.at for a, b in zip(track.points, track.points[1:], strict=False))
        assert all(result.membership[p.sighting_id].track == track.key for p in track.points)
        assert all(0 <= p.probability <= 1 for p in track.points)


@few
@given(sightings())
def test_names_play_no_part(reports: list[Sighting]) -> None:
    # same alphabetical order, other names: twins may swap only when their names do
    renamed = linked([replace(s, id=f"x{s.id}y") for s in reports])
    assert [[p.sighting_id[1:-1] for p in t.points] for t in renamed.tracks] == [
        [p.sighting_id for p in t.points] for t in linked(reports).tracks
    ]


def test_a_train_and_a_road_column_beside_it_are_two() -> None:
    rail = eastward("rail", 0.3, kinds=("tank", "train"))
    result = linked([*eastward("road"), *rail])
    assert {t.key: len(t.points) for t in result.tracks} == {"track:road0": 5, "track:rail0": 5}


def test_a_train_of_which_one_report_leaves_the_wagons_out_stays_one() -> None:
    reports = eastward(kinds=("tank", "train"))
    reports[2] = replace(reports[2], kinds=("tank",))
    assert [len(t.points) for t in linked(reports).tracks] == [5]


def test_a_point_tells_what_else_was_considered() -> None:
    small = eastward("small", 4.0, vehicles_min=7, vehicles_max=9, kinds=("apc",))
    between = seen("between", 0.0, 1.6, 6.8, vehicles_min=None, vehicles_max=None, kinds=())
    points = [p for t in linked([*eastward("large"), *small, between]).tracks for p in t.points]
    assert all("in no track" in p.explanation for p in points)
    assert any("else in the track of 5 sightings with " in p.explanation for p in points)


def test_a_point_on_a_named_road_tells_its_name() -> None:
    named = RoadGraph(ROAD.lat, ROAD.lon, ROAD.start, ROAD.end, ROAD.km, ("M7",) * 6 + ("",))
    (track,) = link(eastward(), WATCHED, named).tracks
    assert all("on the M7" in p.explanation for p in track.points)
