"""One position from all the evidence of a post."""

from geolocate.fuse import Named, fuse, stated_radius
from geolocate.gazetteer import Entry
from geolocate.sphere import distance_km
from geolocate.text.coordinates import Point
from geolocate.text.mention import Mention
from geolocate.text.resolve import Resolved
from geolocate.text.roles import Assigned
from geolocate.types import Position, Role

HOMS = Entry("t:1", "Homs", "town", 34.73, 36.71, 5.0, "SY", "11", 700_000)
FAR_HOMS = Entry("t:2", "Homs", "town", 32.65, 14.26, 3.0, "LY", "01", 9_000)
PROVINCE = Entry("t:3", "Homs", "area", 34.5, 38.0, 100.0, "SY", "11", 1_000_000)
RASTAN = Entry("t:4", "Rastan", "town", 34.92, 36.73, 3.0, "SY", "11", 40_000)


def _named(role: Role, *pairs: tuple[Entry, float], arrived: bool = False) -> Named:
    mention = Mention(0, 4, 0, 1, (), 0.95, None)
    entries, weights = zip(*pairs, strict=True)
    return Named(entries[0].name, Resolved(mention, entries, weights), Assigned(role, arrived))


def test_where_it_was_seen_beats_where_it_goes() -> None:
    fused = fuse([], [_named("to", (HOMS, 1.0)), _named("at", (RASTAN, 1.0))])
    assert fused.position == Position(RASTAN.lat, RASTAN.lon, round(stated_radius(RASTAN), 1))
    assert "Rastan" in fused.explanation


def test_only_an_origin_and_a_destination_give_no_position() -> None:
    fused = fuse([], [_named("from", (HOMS, 1.0)), _named("to", (RASTAN, 1.0))])
    assert fused.position is None
    assert fused.explanation


def test_an_arrival_was_seen_where_it_arrived() -> None:
    position = fuse([], [_named("to", (RASTAN, 1.0), arrived=True)]).position
    assert position
    assert (position.lat, position.lon) == (RASTAN.lat, RASTAN.lon)


def test_a_town_beats_the_province_that_holds_it() -> None:
    position = fuse([], [_named("at", (PROVINCE, 1.0)), _named("at", (RASTAN, 1.0))]).position
    assert position
    assert position.lat == RASTAN.lat


def test_doubt_between_two_places_widens_the_radius_to_hold_both() -> None:
    sure, torn = (fuse([], [_named("at", (HOMS, share), (FAR_HOMS, 1 - share))]).position for share in (0.97, 0.6))
    assert sure
    assert torn
    away = distance_km(HOMS.lat, HOMS.lon, FAR_HOMS.lat, FAR_HOMS.lon)
    assert sure.radius_km < 20 < away <= torn.radius_km


def test_stated_coordinates_and_a_geotag_beat_names() -> None:
    tag = Position(1.0, 2.0, 0.1)
    assert fuse([], [_named("at", (HOMS, 1.0))], tag).position == tag
    assert fuse([Point(0, 5, 35.0, 36.0, 0.3)], [_named("at", (HOMS, 1.0))], tag).position == Position(35.0, 36.0, 0.3)


def test_no_evidence_gives_no_position() -> None:
    assert fuse([], []).position is None
