"""Posts as JSON lines come back as they were written, and a bad line costs only itself."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import Unparseable
from collector.parse import line_of
from collector.sources.base import Channel, Location, Media, Origin, Poll, Post
from collector.sources.jsonl import PLATFORMS, read_line, read_lines

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE = st.none() | TEXT
TIMES = st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))
NUMBERS = st.floats(0, 1e6, allow_nan=False)
POSTS = st.builds(
    Post,
    platform=st.sampled_from(sorted(PLATFORMS)),
    channel=st.builds(Channel, MAYBE, MAYBE, MAYBE),
    native_id=TEXT.filter(bool),
    url=MAYBE,
    posted_at=TIMES,
    text=TEXT,
    edited=st.booleans(),
    author=MAYBE,
    lang=MAYBE,
    forwarded_from=st.none() | st.builds(Origin, MAYBE, MAYBE),
    reply_to=st.none() | TEXT.filter(bool),
    views=st.none() | st.integers(0, 10**12),
    media=st.lists(
        st.builds(
            Media, st.sampled_from(["video", "photo", "sticker"]), MAYBE, MAYBE, st.none() | NUMBERS, st.booleans()
        ),
        max_size=3,
    ).map(tuple),
    location=st.none() | st.builds(Location, st.floats(-90, 90), st.floats(-180, 180), MAYBE),
    links=st.lists(TEXT, max_size=3).map(tuple),
    poll=st.none() | st.builds(Poll, TEXT, st.lists(TEXT, max_size=3).map(tuple)),
    service=MAYBE,
    served_at=TIMES,
    warnings=st.lists(TEXT, max_size=3).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(POSTS)
def test_a_post_comes_back_from_its_line_as_it_was(post: Post) -> None:
    line = line_of(post)
    assert len(line.splitlines()) == 1
    assert read_line(line) == post


def test_a_bad_line_is_told_with_its_number_and_the_rest_go_on() -> None:
    good = '{"platform": "manual", "native_id": "1"}'
    bad: list[tuple[int, str]] = []
    posts = list(
        read_lines([good, "{oops", "", "[]", b"\xff\xfe", good], lambda number, wrong: bad.append((number, wrong)))
    )
    assert len(posts) == 2
    assert [number for number, _ in bad] == [2, 4, 5]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("platform", "gopher"), ("native_id", ""), ("native_id", 3), ("posted_at", "soon"),
        ("media", [{"kind": "hologram"}]),
        ("media", {}), ("location", {"lat": 91, "lon": 0}), ("links", [1]),
        ("views", -1), ("edited", "yes"), ("channel", "x"), ("forwarded_from", []), ("text", 5),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    line = json.dumps({"platform": "manual", "native_id": "1", field: value})
    with pytest.raises(Unparseable, match=field.split("_", maxsplit=1)[0]):
        read_line(line)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(Unparseable):
        read_line('{"platform": "manual", "native_id": "1", "views": NaN}')


def test_half_a_character_is_written_as_its_replacement() -> None:
    line = line_of(Post("manual", Channel(None, None, None), "1", None, None, text="a\ud800b"))
    assert line.encode()
    assert json.loads(line)["text"] == "a\ufffdb"


def test_nesting_without_end_is_a_bad_line() -> None:
    with pytest.raises(Unparseable):
        read_line("[" * 200_000)
