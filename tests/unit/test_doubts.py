"""What speaks against a post's claim: dates of files and in pictures, daylight in the night, signs of far places."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from geolocate.doubts import Doubt, doubts_of, together
from geolocate.sun import elevation_deg, highest_deg
from geolocate.text.dates import stated_days
from geolocate.types import Candidate, Convoy, Interval, Located, Made, Place, Position, Sign, Signed

NOW = datetime(2024, 12, 21, 9, tzinfo=UTC)
NIGHT = Interval(datetime(2024, 12, 21, 0, tzinfo=UTC), datetime(2024, 12, 21, 2, tzinfo=UTC))
HOMS = Position(34.73, 36.71, 5.0)


LAST_HOURS = Interval(NOW - timedelta(hours=8), NOW)


def located(seen: Interval | None = LAST_HOURS, signed: tuple[Signed, ...] = ()) -> Located:
    return Located("en", (), HOMS, Convoy(0.9), seen, signed=signed)


def sign(text: str, kind: Any = "caption", score: float = 1.0) -> Sign:
    return Sign(text, "latin", kind, (0.1, 0.1, 0.2, 0.1), score, 0, 0, 1000)


def far(text: str, lat: float, lon: float, other: Candidate | None = None) -> Signed:
    place = Place(text, 0, 4, text, f"geonames:{text}", lat, lon, 45.0, "mention", 0.9, (other,) if other else ())
    return Signed(sign(text, "scene"), place)


def doubts(
    found: Located | None = None, signs: tuple[Sign, ...] = (), made: tuple[Made, ...] = (), sky: float | None = None
) -> list[Doubt]:
    return doubts_of(found or located(), signs, made, sky)


@pytest.mark.parametrize(
    ("made", "low", "high"),
    [
        (Made("2024-12-20T23:00:00+00:00", "Phone", 0.5), 0, 0),  # the evening before
        (Made("2024-12-19T18:00:00+00:00", "Phone", 0.5), 0.01, 0.49),  # posted late: a hint
        (Made("2024-12-11T09:00:00+00:00", "Phone", 0.5), 0.5, 0.9),
        (Made("2024-12-11T09:00:00", "Phone", 0.5), 0.5, 0.9),
        (Made("2024-12-11T09:00:00+00:00", None, 0.3), 0.01, 0.49),  # nobody's: not enough by itself
        (Made("2024-12-11T09:00:00+00:00", "Phone", 0.15), 0.01, 0.49),
        (Made("2020-01-01T00:12:00+00:00", "Camera", 0.5), 0.01, 0.3),  # a clock that was never set
        (Made("2004-05-06T00:12:00+00:00", "Camera", 0.5), 0.01, 0.3),
    ],
)
def test_a_file_made_long_before_the_claim_is_doubted_by_degrees(made: Made, low: float, high: float) -> None:
    assert low <= together(d.probability for d in doubts(made=(made,))) <= high


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("12.03.2022", "caption", 0.5, 0.9),
        ("١٢/٠٣/٢٠٢٢", "caption", 0.5, 0.9),
        ("12 марта 2022", "caption", 0.5, 0.9),
        ("2022-03-12 14:05:33", "watermark", 0.5, 0.9),
        ("Памяти погибших 12.03.2022 жителей", "caption", 0.01, 0.49),
        ("12.03.2022", "scene", 0.01, 0.3),
        ("21.12.2024", "caption", 0, 0),
        ("20.12.2024", "caption", 0, 0),
        ("11/12/2024", "caption", 0.5, 0.9),  # 11 December, or 12 November: the nearer is taken
        ("12.03.2025", "caption", 0, 0),
        ("M4 12.03", "caption", 0, 0),
        ("31.02.2022", "caption", 0, 0),
    ],
)
def test_a_date_in_the_picture_speaks_by_how_it_got_there(text: str, kind: str, low: float, high: float) -> None:
    assert low <= together(d.probability for d in doubts(signs=(sign(text, kind),))) <= high


def test_the_reading_of_an_ambiguous_date_that_is_nearest_before_the_claim_counts() -> None:
    (doubt,) = doubts(signs=(sign("11/12/2024"),))
    assert doubt.since == datetime(2024, 12, 11, tzinfo=UTC)
    read = stated_days("03.12.2022 10:00")
    assert read is not None
    assert (len(read.readings), read.clock) == (2, True)


def test_a_blue_sky_speaks_against_a_stated_hour_of_deep_night_only() -> None:
    assert [d.kind for d in doubts(located(NIGHT), sky=0.9)] == ["daylight"]
    assert not doubts(located(NIGHT), sky=0.2)
    assert not doubts(located(NIGHT))
    assert not doubts(located(Interval(NIGHT.start - timedelta(hours=7), NIGHT.start)), sky=0.9)  # our guess, not told
    assert not doubts(located(Interval(NOW - timedelta(hours=1), NOW)), sky=0.9)


def test_one_far_sign_is_a_hint_and_two_that_agree_are_enough() -> None:
    voronezh, lipetsk, near = far("Voronezh", 51.67, 39.21), far("Lipetsk", 52.6, 39.6), far("Hama", 35.13, 36.75)
    namesake = Candidate("x", "Voronezh", 34.7, 36.6, 3.0, 0.2)
    assert [d.probability < 0.5 for d in doubts(located(signed=(voronezh,)))] == [True]
    (both,) = doubts(located(signed=(voronezh, lipetsk)))
    assert both.probability >= 0.5
    assert "Voronezh" in both.words
    assert not doubts(located(signed=(voronezh, near)))
    assert not doubts(located(signed=(far("Voronezh", 51.67, 39.21, namesake),)))


def test_hints_add_up_and_without_a_claim_there_is_no_doubt() -> None:
    made = Made("2024-12-11T09:00:00+00:00", None, 0.3)
    found = doubts(located(signed=(far("Voronezh", 51.67, 39.21),)), made=(made,))
    assert [d.kind for d in found] == ["file date", "far sign"]
    assert together(d.probability for d in found) >= 0.5
    assert not doubts(located(None), made=(made,))


@pytest.mark.parametrize(
    ("lat", "lon", "at", "degrees"),
    [  # from astral 3.2 without refraction
        (35.4, 35.95, datetime(2024, 12, 21, 3, tzinfo=UTC), -20.001),
        (35.4, 35.95, datetime(2024, 6, 21, 10, tzinfo=UTC), 77.129),
        (50.45, 30.52, datetime(2022, 2, 24, 5, tzinfo=UTC), 0.34),
        (-33.9, 18.4, datetime(2030, 8, 1, 16, 30, tzinfo=UTC), -5.331),
        (68.97, 33.08, datetime(2023, 6, 21, 22, tzinfo=UTC), 2.428),
    ],
)
def test_the_sun_stands_where_others_say(lat: float, lon: float, at: datetime, degrees: float) -> None:
    assert elevation_deg(lat, lon, at) == pytest.approx(degrees, abs=0.01)
    assert highest_deg(lat, lon, at - timedelta(minutes=30), at) >= elevation_deg(lat, lon, at)
