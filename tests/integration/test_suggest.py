"""Are the channels that sources lead to counted once a post, and nobody else offered?"""

import json
from pathlib import Path

import pytest

from collector.stages.suggest import channel_of
from demo.world import DemoPost, world_of
from tests.e2e import small
from tests.e2e.small import at, poll_now

NAME, ORIGIN = "quiet_test", "origin_test"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://t.me/Some_Channel/12", "some_channel"),
        ("http://t.me/s/some_channel/12?single", "some_channel"),
        ("https://t.me/some_channel", None),  # may be a person
        ("https://t.me/+AbCdEfGhIjK", None),
        ("https://t.me/joinchat/AbCdEf", None),
        ("https://t.me/c/1234567/12", None),
        ("https://t.me/addstickers/12", None),
        ("tg://resolve?domain=some_channel", None),
        ("https://example.org/some_channel/12", None),
        ("", None),
    ],
)
def test_only_an_address_of_a_public_post_names_a_channel(url: str, name: str | None) -> None:
    assert channel_of(url) == name


def post(number: int, text: str = "", **more: str) -> DemoPost:
    return small.post(NAME, number, at(1, f"10:{number:02d}"), text, **more)


def test_forwards_and_links_are_counted_once_a_post_and_offered(tmp_path: Path) -> None:
    told = [
        post(1, "forwarded", forwarded_from=f"{ORIGIN}/1"),
        post(2, "again, and a link to https://t.me/origin_test/1", forwarded_from=f"{ORIGIN}/1"),
        post(3, "see https://t.me/third_test/44 and https://t.me/third_test/45 and https://t.me/some_person"),
        post(4, "our own: https://t.me/quiet_test/1, a secret: https://t.me/c/99/1, https://t.me/+abcdefghijk"),
    ]
    world = world_of([small.channel(NAME, 1001, told), small.channel(ORIGIN, 7, small.chatter(ORIGIN, 1))])
    with small.served(world, tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [NAME])
        with small.inside(path) as ctx:
            poll_now(ctx)
            poll_now(ctx)
            found = small.rows(ctx, "SELECT name, forwards, links, example_url FROM suggestions ORDER BY 1")
            assert found == [(ORIGIN, 2, 0, f"https://t.me/{NAME}/2"), ("third_test", 0, 1, f"https://t.me/{NAME}/3")]
        shown = [json.loads(line) for line in small.run(path, "sources", "suggest", "--json").stdout.splitlines()]
        assert [s["name"] for s in shown] == [ORIGIN, "third_test"]
        assert small.run(path, "sources", "suggest", "--add", ORIGIN, "--dismiss", "third_test").returncode == 0
        assert small.run(path, "sources", "suggest", "--json").stdout == b""
        assert small.rows(path, "SELECT state FROM sources WHERE name = ?", ORIGIN) == [("new",)]
        assert small.run(path, "sources", "suggest", "--dismiss", "nobody_test").returncode == 1
