"""The batch contract of `locate`: JSON lines in, JSON lines out."""

import io
import json
from collections.abc import Iterator
from functools import cache

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.locate_lines import locate_lines

PLACE = {"text", "start", "end", "name", "ref", "lat", "lon", "radius_km", "role", "probability", "alternatives"}


@cache
def _locator() -> Locator:
    return Locator(Gazetteer.open())


def _run(*lines: str) -> tuple[int, list[dict[str, object]], str]:
    out, err = io.StringIO(), io.StringIO()
    code = locate_lines(lines, _locator(), out, err)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_an_answer_has_exactly_the_fields_of_the_contract() -> None:
    line = json.dumps({"id": "a", "text": "30 trucks near Homs today", "posted_at": "2025-01-10T12:00:00Z", "x": 1})
    code, (answer,), err = _run(line)
    assert (code, err) == (0, "")
    assert set(answer) == {"id", "lang", "places", "position", "convoy", "seen"}
    places = answer["places"]
    assert isinstance(places, list)
    assert set(places[0]) == PLACE
    assert isinstance(answer["position"], dict)
    assert set(answer["position"]) == {"lat", "lon", "radius_km"}
    assert isinstance(answer["convoy"], dict)
    assert set(answer["convoy"]) == {"probability", "vehicles_min", "vehicles_max", "kinds"}
    assert answer["seen"] == {"from": "2025-01-09T21:00:00Z", "to": "2025-01-10T12:00:00Z"}


def test_nothing_said_is_null() -> None:
    _, (answer,), _ = _run('{"id": 1, "text": "", "lang": null}')
    assert (answer["places"], answer["position"], answer["seen"]) == ([], None, None)


def test_ids_and_order_are_kept() -> None:
    _, answers, _ = _run('{"id": "z", "text": "Homs"}\n', "\n", '{"id": {"k": [1]}, "text": "x"}', '{"text": "no id"}')
    assert [a["id"] for a in answers] == ["z", {"k": [1]}, None]


@pytest.mark.parametrize(
    "bad",
    [
        "nonsense",
        "[1]",
        '"text"',
        "{}",
        '{"text": 5}',
        '{"text": "x", "lang": 3}',
        '{"text": "x", "posted_at": "noon"}',
        '{"text": "x", "posted_at": 12}',
        '{"text": "x", "spans": [[0, 9]]}',
        '{"text": "x", "spans": [[1, 0]]}',
        '{"text": "x", "spans": [["0", "1"]]}',
        '{"text": "x", "spans": 4}',
        '{"text": "x", "spans": [[true, 1]]}',
        "[" * 5000,
    ],
)
def test_a_bad_line_is_reported_and_skipped(bad: str) -> None:
    code, answers, err = _run('{"id": 1, "text": "Homs"}', bad, '{"id": 2, "text": "Aleppo"}')
    assert code == 3
    assert [a["id"] for a in answers] == [1, 2]
    assert err.startswith("line 2: ")
    assert err.count("\n") == 1


def test_given_spans_are_answered() -> None:
    _, (answer,), _ = _run('{"id": 1, "text": "from homs on", "spans": [[5, 9]]}')
    places = answer["places"]
    assert isinstance(places, list)
    assert [(p["start"], p["end"], p["name"]) for p in places] == [(5, 9, "Homs")]


def test_lone_surrogates_and_nul_pass_through() -> None:
    code, (answer,), _ = _run('{"id": "\\ud800", "text": "\\ud800 \\u0000 \\u0425\\u043e\\u043c\\u0441"}')
    assert code == 0
    assert answer["id"] == "\ud800"


def test_lines_are_answered_as_they_come() -> None:
    out, err = io.StringIO(), io.StringIO()

    def lines() -> Iterator[str]:
        yield '{"id": 1, "text": "Homs"}'
        assert out.getvalue().count("\n") == 1
        yield '{"id": 2, "text": "Homs"}'

    assert locate_lines(lines(), _locator(), out, err) == 0
    assert out.getvalue().count("\n") == 2
