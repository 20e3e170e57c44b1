"""Plus codes: whole ones, and short ones by a place near by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.text.plus_codes import find, find_short, near


def test_a_whole_code_is_a_point_and_a_short_one_needs_a_place() -> None:
    text = "Колонна у 8G6QCX6X+9C, CX6X+9C Jableh"
    assert [text[start:end] for start, end, *_ in find(text)] == ["8G6QCX6X+9C"]
    assert [code for *_, code in find_short(text)] == ["CX6X+9C"]


@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_a_short_code_means_the_nearest_point_that_ends_so(north: float, east: float) -> None:
    assert near("CX6X+9C", 34.41094 + north, 35.99856 + east) == pytest.approx((34.41094, 35.99856), abs=2e-5)


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(["22+22", "CX6X+9C", "6QCX6X+9C"]))
def test_a_short_code_is_on_earth_wherever_the_place_is(lat: float, lon: float, code: str) -> None:
    if len(code) < 7:
        code = "22" + code
    found = near(code, lat, lon)
    assert abs(found[0]) <= 90
    assert abs(found[1]) <= 180
