import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.sphere import angle_between_deg, bearing_deg, distance_km, offset

latitudes = st.floats(-80, 80)
longitudes = st.floats(-179, 179)


def test_damascus_to_latakia_is_what_maps_say() -> None:
    assert distance_km(33.513, 36.292, 35.532, 35.791) == pytest.approx(229, abs=2)
    assert bearing_deg(33.513, 36.292, 35.532, 35.791) == pytest.approx(348.6, abs=0.5)


def test_bearings_turn_clockwise_from_north() -> None:
    assert bearing_deg(0, 0, 1, 0) == pytest.approx(0)
    assert bearing_deg(0, 0, 0, 1) == pytest.approx(90)
    assert bearing_deg(0, 0, -1, 0) == pytest.approx(180)
    assert bearing_deg(0, 0, 0, -1) == pytest.approx(270)


def test_the_angle_between_bearings_goes_the_short_way() -> None:
    assert angle_between_deg(350.0, 10.0) == pytest.approx(20)
    assert angle_between_deg(0.0, 180.0) == pytest.approx(180)


def test_arrays_broadcast() -> None:
    assert distance_km(np.zeros((3, 1)), 0.0, np.ones(4), 1.0).shape == (3, 4)
    assert isinstance(distance_km(0.0, 0.0, 1.0, 1.0), float)


@given(latitudes, longitudes, st.floats(0, 359.9), st.floats(0.01, 2000))
def test_walking_and_measuring_agree(lat: float, lon: float, bearing: float, km: float) -> None:
    there = offset(lat, lon, bearing, km)
    assert distance_km(lat, lon, *there) == pytest.approx(km, rel=1e-6, abs=1e-6)
    assert -180 <= there[1] < 180


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_bounded(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there, back = distance_km(lat1, lon1, lat2, lon2), distance_km(lat2, lon2, lat1, lon1)
    assert there == pytest.approx(back, abs=1e-9)
    assert 0 <= there <= 20016
    assert 0 <= bearing_deg(lat1, lon1, lat2, lon2) < 360
