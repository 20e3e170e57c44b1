from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.http_headers import MAX_PAUSE_S, content_range, fresh_for_s, length, spent_for_s, strong_validator

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
DATE = format_datetime(NOW, usegmt=True)


def http_date(seconds: int) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "max-age=15"}, 15.0),
        ({"cache-control": 'private , MAX-AGE="900", must-revalidate'}, 900.0),
        ({"cache-control": "max-age=60", "age": "45"}, 15.0),
        ({"cache-control": "max-age=60", "age": "90"}, 0.0),
        ({"cache-control": "max-age=99999999999999999999"}, MAX_PAUSE_S),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "s-maxage=60"}, None),
        ({"cache-control": "max-age=60, no-store"}, 0.0),
        ({"cache-control": "no-cache"}, 0.0),
        ({"expires": http_date(300), "date": DATE}, 300.0),
        ({"expires": http_date(-300), "date": DATE}, 0.0),
        ({"expires": "0", "date": DATE}, 0.0),
        ({"expires": http_date(300), "date": DATE, "cache-control": "max-age=10"}, 10.0),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh_for_s(headers) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "2026-11-02T10:05:00.123456Z", "date": DATE}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-02T10:05:00.000Z", "date": DATE}, 300.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-02T10:05:00", "date": DATE}, 300.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 60), "date": DATE}, 60.0),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(int(NOW.timestamp()) + 60), "date": DATE}, 60.0),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "30", "date": DATE}, 30.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2031-01-01T00:00:00Z", "date": DATE}, MAX_PAUSE_S),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-02T09:00:00Z", "date": DATE}, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
    ],
)
def test_when_a_spent_allowance_is_renewed(headers: dict[str, str], seconds: float | None) -> None:
    assert spent_for_s(headers) == seconds


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"etag": '"one"'}, '"one"'),
        ({"etag": 'W/"one"', "last-modified": http_date(-99), "date": DATE}, None),
        ({"etag": "bare"}, None),
        ({"etag": '""'}, None),
        ({"last-modified": http_date(-60), "date": DATE}, http_date(-60)),
        ({"last-modified": http_date(0), "date": DATE}, None),
        ({"last-modified": http_date(-60)}, None),
        ({"last-modified": "yesterday", "date": DATE}, None),
        ({}, None),
    ],
)
def test_what_names_a_version_surely(headers: dict[str, str], validator: str | None) -> None:
    assert strong_validator(headers) == validator


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("bytes 100-199/500", (100, 500)), ("bytes 0-0/1", (0, 1)), ("bytes 5-9/*", (5, None)),
        ("bytes */500", None), ("bytes 9-5/500", None), ("items 1-2/3", None), ("", None), ("bytes -5/10", None),
        ("bytes 1-2/99999999999999999999999", None),
    ],
)  # fmt: skip
def test_which_part_of_a_file_came(value: str, found: tuple[int, int | None] | None) -> None:
    assert content_range({"content-range": value}) == found


_NAMES = st.sampled_from([
    "cache-control", "age", "expires", "date", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit-remaining",
    "ratelimit-reset", "etag", "last-modified", "content-range", "content-length",
])  # fmt: skip
_VALUES = st.text() | st.sampled_from(["0", "max-age=1e9", "max-age=" + "9" * 30, DATE, "9" * 40, "-1", "1e400", "٣"])


@given(st.dictionaries(_NAMES, _VALUES))
def test_no_header_is_too_strange(headers: dict[str, str]) -> None:
    for seconds in (fresh_for_s(headers), spent_for_s(headers)):
        assert seconds is None or 0 <= seconds <= MAX_PAUSE_S
    part, size = content_range(headers), length(headers)
    assert part is None or part[0] >= 0
    assert size is None or size >= 0
    assert strong_validator(headers) is None or headers
