import io
import json
from typing import Any

import pytest

from geolocate.link_lines import link_files, read_destinations, read_sighting
from tests.unit.convoys import EAST, ROAD, eastward

DESTINATIONS = json.dumps([{"id": EAST.id, "name": EAST.name, "lat": 0.0, "lon": 5.0, "radius_km": 4, "weight": 2}])


def line(number: int, **change: Any) -> str:
    s = eastward()[number]
    row = {
        "id": s.id, "lat": s.lat, "lon": s.lon, "radius_km": s.radius_km, "alternatives": [],
        "seen_from": s.seen_from.isoformat(), "seen_to": s.seen_to.isoformat(), "posted_at": s.posted_at.isoformat(),
        "vehicles_min": 18, "vehicles_max": 25, "kinds": ["tank", "truck"], "bearing_deg": None, "from_hint": None,
        "to_hint": "EAST", "unknown_key": 1,
    } | change  # fmt: skip
    return json.dumps(row)


def run(lines: list[str]) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]], str]:
    out, tracks, err = io.StringIO(), io.StringIO(), io.StringIO()
    code = link_files(lines, DESTINATIONS, ROAD, out, tracks, err)
    rows, more = ([json.loads(x) for x in s.getvalue().splitlines()] for s in (out, tracks))
    return code, rows, more, err.getvalue()


def test_lines_and_tracks_have_the_fields_of_the_contract_in_the_order_of_the_input() -> None:
    code, rows, tracks, err = run([line(k) for k in (3, 0, 4, 1, 2)])
    assert (code, err) == (0, "")
    assert [r["id"] for r in rows] == ["e3", "e0", "e4", "e1", "e2"]
    assert all(set(r) == {"id", "track", "event", "probability"} for r in rows)
    (track,) = tracks
    assert set(track) == {"track", "sightings", "destinations", "eta"}
    assert track["sightings"] == ["e0", "e1", "e2", "e3", "e4"]
    assert {r["track"] for r in rows} == {track["track"]}
    assert sum(track["destinations"].values()) == pytest.approx(1)
    assert max(track["destinations"], key=track["destinations"].get) == "EAST"
    assert set(track["eta"]) == {"from", "to"}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "line 2"),
        ("[]", "not a JSON object"),
        (line(1, id=None), "id is not"),
        (line(1, id="e0"), "seen before"),
        (line(1, lat=None), "lat or lon is missing"),
        (line(1, lat=91), "lat is not a number from -90 to 90"),
        (line(1, lon="5"), "lon is not a number"),
        (line(1, lat=float("nan")), "lat is not a number"),
        (line(1, seen_from="yesterday"), "seen_from is not an ISO 8601 time"),
        (line(1, seen_from=None, seen_to=None, posted_at=None), "none of seen_from"),
        (line(1, seen_from="2030-01-01T00:00Z"), "later than"),
        (line(1, alternatives={}), "alternatives is not a list"),
        (line(1, alternatives=[5]), "not a JSON object"),
        (line(1, vehicles_min="many"), "vehicles_min"),
        (line(1, from_hint={"lat": 1}), "lat or lon is missing"),
    ],
)
def test_a_bad_line_is_told_and_skipped(bad: str, why: str) -> None:
    code, rows, _, err = run([line(0), bad, line(2)])
    assert code == 3
    assert [r["id"] for r in rows] == ["e0", "e2"]
    assert why in err
    assert err.startswith("line 2: ")


def test_empty_lines_and_no_lines_are_no_error() -> None:
    assert run(["", "\n"]) == (0, [], [], "")


def test_numbers_as_ids_come_back_as_numbers() -> None:
    _, rows, tracks, _ = run([line(k, id=k) for k in range(5)])
    assert [r["id"] for r in rows] == [0, 1, 2, 3, 4]
    assert tracks[0]["sightings"] == [0, 1, 2, 3, 4]


def test_what_is_not_given_has_a_plain_reading() -> None:
    _, s = read_sighting('{"id": "a", "lat": 1, "lon": 2, "posted_at": "2024-12-08T06:00"}')
    assert s.seen_from == s.seen_to == s.posted_at
    assert s.posted_at.utcoffset() is not None
    assert (s.radius_km, s.alternatives, s.kinds, s.vehicles_min) == (10.0, (), (), None)


@pytest.mark.parametrize("text", ["{}", "[5]", '[{"id": "a"}]', '[{"id": "elsewhere", "lat": 1, "lon": 2}]'])
def test_wrong_destinations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="destination"):
        read_destinations(text)
