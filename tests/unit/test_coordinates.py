"""Coordinates stated in a text."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.text.coordinates import find


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("колонна 35.4085, 35.9487", 35.4085, 35.9487),
        ("35,4085 35,9487", 35.4085, 35.9487),
        ("35.4085N, 35.9487W", 35.4085, -35.9487),
        ("٣٥٫٤٠٨٥، ٣٥٫٩٤٨٧", 35.4085, 35.9487),
        ("35°24'30.6\"N 35°56'55.3\"E", 35.4085, 35.94869),
        ("35°24′ с.ш. 35°56′ в.д.", 35.4, 35.93333),
        ("-33.8688 151.2093", -33.8688, 151.2093),
        ("https://maps.google.com/?q=35.4085,35.9487", 35.4085, 35.9487),
        ("https://www.google.com/maps/place/X/@35.1,35.2,17z/data=!3m1!4b1!8m2!3d35.4085!4d35.9487", 35.4085, 35.9487),
        ("https://yandex.ru/maps/?ll=35.9487%2C35.4085&z=12", 35.4085, 35.9487),
        ("https://www.openstreetmap.org/#map=15/35.4085/35.9487", 35.4085, 35.9487),
        ("https://www.openstreetmap.org/?mlat=35.4085&mlon=35.9487", 35.4085, 35.9487),
        ("https://maps.apple.com/?ll=35.4085,35.9487", 35.4085, 35.9487),
    ],
)
def test_each_way_of_writing_is_read(text: str, lat: float, lon: float) -> None:
    (point,) = find(text)
    assert point.lat == pytest.approx(lat, abs=1e-4)
    assert point.lon == pytest.approx(lon, abs=1e-4)


@pytest.mark.parametrize(
    "text", ["12.05.2024 18.06.2024", "1.5, 2.5", "95.1234, 200.1234", "тел. 555.1234", "0.0000, 0.0000", ""]
)
def test_dates_sums_and_impossible_points_are_not_coordinates(text: str) -> None:
    assert find(text) == []


def test_fewer_digits_leave_a_larger_radius() -> None:
    coarse, fine = find("35.408, 35.948")[0], find("35.40851, 35.94872")[0]
    assert coarse.radius_km >= fine.radius_km
    assert find("35°24' N 35°56' E")[0].radius_km > find("35°24'30\" N 35°56'55\" E")[0].radius_km


@given(st.text(alphabet="0123456789.,°'\"NEnsшд -/@?=&htp:", max_size=300))
def test_points_are_on_earth_and_do_not_overlap(text: str) -> None:
    points = find(text)
    assert all(abs(p.lat) <= 90 and abs(p.lon) <= 180 for p in points)
    assert all(a.end <= b.start for a, b in pairwise(points))


@pytest.mark.parametrize("unit", ["1°1'", "11.11,", "http://", "1", "35.1 "])
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    start = time.perf_counter()
    find(unit * (200_000 // len(unit)))
    assert time.perf_counter() - start < 5
