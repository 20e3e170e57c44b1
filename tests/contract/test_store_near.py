"""What lies near a place is found, at the poles and across the 180th meridian too, the same on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import observations, sightings
from db.session import Store
from db.spatial import boxes, distance_km, near
from tests.contract.made import HOUR, NOW, analyzer, observation, saved_post, sighting

LATS, LONS = st.floats(-90, 90), st.floats(-180, 180)


@given(LATS, LONS, st.floats(0.001, 20_000), LATS, LONS)
def test_no_point_of_a_circle_is_outside_of_its_boxes(lat: float, lon: float, km: float, at: float, on: float) -> None:
    inside = any(s <= at <= n and w <= on <= e for s, n, w, e in boxes(lat, lon, km))
    assert inside or distance_km(lat, lon, at, on) > km


def place(store: Store, **places: tuple[float, float]) -> None:
    with store.write() as conn:
        for name, (lat, lon) in places.items():
            post_id = saved_post(conn, f"chan/{name}", f"text of {name}")
            observations.save(conn, post_id, analyzer(conn, "locate"), [], observation(lat, lon))
            event = sighting(name, [post_id], lat=lat, lon=lon)
            sightings.replace(conn, analyzer(conn, "cluster"), [post_id], [event])


@pytest.mark.parametrize(
    ("at", "km", "wanted"),
    [
        ((34.73, 36.71), 20, ["homs"]),
        ((34.73, 36.71), 60, ["homs", "hama"]),
        ((34.73, 36.71), 0.5, ["homs"]),
        ((-16.5, 180.0), 60, ["west", "east"]),
        ((-16.5, -180.0), 60, ["west", "east"]),
        ((90.0, 10.0), 60, ["pole"]),
        ((0.0, 0.0), 500, []),
    ],
)
def test_what_is_near_is_found_nearest_first(
    store: Store, at: tuple[float, float], km: float, wanted: list[str]
) -> None:
    place(
        store, homs=(34.73, 36.71), hama=(35.13, 36.75), east=(-16.5, 179.6), west=(-16.5, -179.7), pole=(89.8, -170.0)
    )
    with store.read() as conn:
        found = near(conn, *at, km)
        assert [n.facts["key"] for n in found if n.kind == "sighting"] == wanted
        assert [n.facts["native_id"].removeprefix("chan/") for n in found if n.kind == "post"] == wanted
        assert [n.distance_km for n in found] == sorted(n.distance_km for n in found)
        assert near(conn, *at, km, NOW + HOUR) == []
