"""`convoywatch sources`: adding what people paste, what is expected of it, and what the list says loudly."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.cli import main
from tests.e2e import small
from tests.integration.loopback import serve
from tests.unit import telegram_pages

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs `convoywatch --config PATH WORDS` in this process; its exit code and what it wrote."""

    def call(path: Path, *words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["convoywatch", "--config", str(path), *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_what_people_paste_is_added_and_told_as_json(tmp_path: Path, say: Say) -> None:
    path = small.config(tmp_path, "http://127.0.0.1:9", [])
    pasted = ("https://mastodon.social/@watch", "@road.bsky.social", "https://www.youtube.com/@road", "t.me/north_road")
    code, out, err = say(path, "sources", "add", "--json", *pasted)
    assert code == 0, err
    added = [json.loads(line) for line in out.splitlines()]
    assert [(line["platform"], line["name"], line["added"]) for line in added] == [
        ("mastodon", "@watch@mastodon.social", True), ("bluesky", "road.bsky.social", True),
        ("youtube", "@road", True), ("telegram", "north_road", True),
    ]  # fmt: skip
    hopes = ("--min-posts", "4", "--max-silence", "36", "--canary", "--option", "lang=ru")
    assert "there already" in say(path, "sources", "add", pasted[0], *hopes)[1]
    kept = small.rows(path, "SELECT min_posts, max_silence_s, canary, options FROM sources WHERE platform = 'mastodon'")
    assert [(*row[:3], json.loads(row[3])) for row in kept] == [(4, 36 * 3600.0, 1, {"lang": "ru"})]
    assert say(path, "sources", "pause", "https://bsky.app/profile/road.bsky.social")[1].startswith("bluesky/road")
    assert say(path, "sources", "remove", "@watch@mastodon.social")[0] == 0
    assert say(path, "sources", "remove", "@watch@mastodon.social")[0] == 1


def test_a_wrong_option_and_an_unclear_address_are_refused(tmp_path: Path, say: Say) -> None:
    path = small.config(tmp_path, "http://127.0.0.1:9", [])
    assert say(path, "sources", "add", "north_road", "--option", "x")[0] == 2
    code, _, err = say(path, "sources", "add", "https://news.example/17")
    assert code == 2
    assert "--platform feed" in err


def test_the_configuration_names_sources_by_address_with_what_is_expected(tmp_path: Path, say: Say) -> None:
    with serve() as site:
        page = telegram_pages.page(telegram_pages.message(1, text="one"))
        site.page(f"/s/{telegram_pages.NAME}", page, Content_Type="text/html")
        path = small.config(tmp_path, site.base, [])
        lines = f'\n[[sources]]\nurl = "https://t.me/{telegram_pages.NAME}"\nmin_posts = 3\ncanary = true\n'
        path.write_text(path.read_text() + lines)
        say(path, "db", "upgrade")
        code, out, err = say(path, "sources", "check", telegram_pages.NAME)
        assert code == 1
        assert "drift" in out + err
        assert "DRIFT" in say(path, "sources", "list")[1]
        listed = [json.loads(line) for line in say(path, "sources", "list", "--json")[1].splitlines()]
        assert [line["state"] for line in listed] == ["drift"]
        assert small.rows(path, "SELECT canary, min_posts FROM sources") == [(1, 3)]
