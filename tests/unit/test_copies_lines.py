import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collector.copies import address, dedupe_lines
from collector.retold import Retold

LONG = "Seen near the old mill: eleven trucks and two tanks on trailers rolling west in the rain before dawn today"


def post(name: str, hour: int, **more: Any) -> dict[str, Any]:
    return {"platform": "telegram", "native_id": name, "posted_at": f"2024-12-08T{hour:02}:00:00Z", "text": ""} | more


def dedupe(*rows: dict[str, Any], retold: Retold | None = None) -> list[dict[str, Any]]:
    out, err = io.StringIO(), io.StringIO()
    assert dedupe_lines((json.dumps(r) for r in rows), out, err, retold) == 0, err.getvalue()
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"url": "https://t.me/a/1"}, {"forwarded_from": {"name": "A", "url": "https://t.me/s/A/1"}}, "origin"),
        ({"url": "https://twitter.com/a/status/1"}, {"links": ["https://x.com/a/status/1?s=20"]}, "origin"),
        ({"media": [{"sha256": "AB" * 32}]}, {"media": [{"sha256": "ab" * 32}]}, "media"),
        ({"text": LONG}, {"text": LONG.upper() + " \U0001f525 @reposter"}, "text"),
        ({"text": LONG}, {"text": "Reader writes. " + LONG}, "similar"),
    ],
)
def test_the_later_post_is_the_copy_and_says_why(first: dict[str, Any], second: dict[str, Any], reason: str) -> None:
    later, earlier = dedupe(post("b/2", 9, **second), post("a/1", 8, **first))
    assert (later["copy_of"], later["original"], later["reason"]) == ("a/1", False, reason)
    assert (earlier["copy_of"], earlier["original"], earlier["reason"]) == (None, True, None)
    assert later["event"] == earlier["event"]


def test_one_native_id_twice_is_one_post() -> None:
    rows = dedupe(post("a/1", 8), post("a/1", 8))
    assert [r["original"] for r in rows] == [True, False]


def test_linking_to_several_posts_or_to_a_page_that_others_link_to_makes_no_copy() -> None:
    first, second = post("a/1", 8, url="https://t.me/a/1"), post("a/2", 8, url="https://t.me/a/2")
    digest = post("b/1", 9, links=["https://t.me/a/1", "https://t.me/a/2"])
    others = [post(f"c/{k}", 9, links=["https://example.org/map"]) for k in range(2)]
    assert all(r["original"] for r in dedupe(first, second, digest, *others))


def test_bad_lines_are_told_and_skipped() -> None:
    out, err = io.StringIO(), io.StringIO()
    assert dedupe_lines(["{", "[]", '{"id": null}', '{"id": 7, "posted_at": "soon"}', "", '{"id": 7}'], out, err) == 3
    assert len(err.getvalue().splitlines()) == 4
    assert json.loads(out.getvalue())["id"] == 7


def test_addresses_come_in_one_spelling() -> None:
    assert address("http://www.X.com/a/status/1?utm_source=b#c") == address("https://mobile.twitter.com/a/status/1/")
    assert address("https://t.me/channel") is None
    assert address("http://[bad") is None


@pytest.fixture(scope="module")
def retold() -> Iterator[Callable[[], Retold]]:
    made: list[Retold] = []

    def make() -> Retold:
        made.append(Retold())
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_report_in_another_language_is_a_copy_by_its_places_and_figures(retold: Callable[[], Retold]) -> None:
    english = post("a/1", 8, text="A military convoy: 32 trucks and 14 tanks are going from Homs to Tartus", lang="en")
    russian = post("b/2", 9, text="Военный конвой: 32 грузовика и 14 танков идут из Хомса в Тартус")
    other = post("c/3", 9, text="Военный конвой: 32 грузовика и 15 танков идут из Хомса в Тартус")
    late = post("d/4", 8, text=russian["text"], posted_at="2024-12-13T08:00:00Z")
    found = dedupe(russian, english, retold=retold())
    assert [(r["copy_of"], r["reason"]) for r in found] == [("a/1", "report"), (None, None)]
    for stranger in (other, late, post("e/5", 9, text=russian["text"], posted_at=None), english | {"id": "f"}):
        assert not any(r["reason"] == "report" for r in dedupe(english, stranger, retold=retold()))
    assert all(r["original"] for r in dedupe(russian, english))
