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
        ("https://maps.apple.com/place?coordinate=35.4085,35.9487", 35.4085, 35.9487),
        ("https://www.google.com/maps/place/35%C2%B024'30.6%22N+35%C2%B056'55.3%22E", 35.4085, 35.94869),
        ("https://www.google.com/maps/place/35.4085,35.9487/@35.1,35.2,9z", 35.4085, 35.9487),
        ("https://www.google.com/maps/embed?pb=!1m18!2d35.9487!3d35.4085", 35.4085, 35.9487),
        ("yandex.com/maps/?ll=30.1,30.1&pt=35.9487,35.4085", 35.4085, 35.9487),
        ("https://yandex.ru/maps/?whatshere%5Bpoint%5D=35.9487%2C35.4085", 35.4085, 35.9487),
        ("https://www.openstreetmap.org/?mlat=35.4085&mlon=35.9487#map=4/2.0/3.0", 35.4085, 35.9487),
        ("https://www.bing.com/maps?cp=35.4085~35.9487", 35.4085, 35.9487),
        ("https://2gis.ru/geo/35.9487,35.4085", 35.4085, 35.9487),
        ("geo:35.4085,35.9487", 35.4085, 35.9487),
        ("N 35.4085° E 35.9487°", 35.4085, 35.9487),
        ("N35°24'30.6\" W35°56'55.3\"", 35.4085, -35.94869),
        ("35°24'30.6\", 35°56'55.3\"", 35.4085, 35.94869),
        ("35 24 30.6 S 35 56 55.3 E", -35.4085, 35.94869),
        ("35°24'30\" северной широты, 35°56'55\" восточной долготы", 35.40833, 35.94861),
        ("٣٥°٢٤′٣٠″ شمال ٣٥°٥٦′٥٥″ شرق", 35.40833, 35.94861),
        ("lat: 35.4085, lon: -35.9487", 35.4085, -35.9487),
        ("широта 35,4085 долгота 35,9487", 35.4085, 35.9487),
        ("خط العرض 35.4085 خط الطول 35.9487", 35.4085, 35.9487),
        ("координаты 37S BV 12345 67890", 35.81302, 35.81636),
        ("37SBV1234567890", 35.81302, 35.81636),
        ("19HCC0000000000", -34.3220, -71.17376),
        ("8G6QCX6X+9C", 34.41094, 35.99856),
    ],
)
def test_each_way_of_writing_is_read(text: str, lat: float, lon: float) -> None:
    (point,) = find(text)
    assert point.lat == pytest.approx(lat, abs=1e-4)
    assert point.lon == pytest.approx(lon, abs=1e-4)


@pytest.mark.parametrize(
    "text",
    [
        "12.05.2024 18.06.2024",
        "12,345 45,678 men",
        "С 10:30 в 11:30",
        "с 10 30 в 11 45",
        "5 N, 3 E",
        "В 12 З 15",
        "2024 05 12 10 30",
        "37SIO 12345 67890",
        "99SBV1234567890",
        "37SZV1234567890",
        "37SBV123 4567",
        "A+B",
        "2222+22",
        "https://yandex.ru/maps/-/CDxxx",
        "1.5, 2.5",
        "95.1234, 200.1234",
        "тел. 555.1234",
        "0.0000, 0.0000",
        "",
    ],
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


@pytest.mark.parametrize(
    "unit", ["1°1'", "11.11,", "http://", "1", "35.1 ", "N 35 24 ", "35 24 30 ", "37SBV1", "8G6Q+", "geo:1.1,"]
)
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    start = time.process_time()
    find(unit * (200_000 // len(unit)))
    assert time.process_time() - start < 5
