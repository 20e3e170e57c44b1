"""`parse KIND FILE...` keeps its contract: lines, exit codes, folders, standard input, order, memory."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collector.errors import Misconfigured
from collector.parse import MOST_BYTES, PARSERS, parse_files
from tests.unit.telegram_pages import CHANNEL_ID, card, message, page

FIELDS = [
    "platform", "channel", "native_id", "url", "posted_at", "edited", "author", "text", "lang", "forwarded_from",
    "reply_to",    "views", "media", "location", "links", "poll", "service", "served_at", "warnings",
]  # fmt: skip


def run(kind: str, *files: Path) -> tuple[list[dict[str, Any]], str, int]:
    out, err = io.StringIO(), io.StringIO()
    code = parse_files(kind, files, out, err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue(), code


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    file = tmp_path / "feed.html"
    file.write_bytes(page(message(57, text="Колонна у Хмеймим"), message(58, text="رتل")))
    return file


def test_a_line_has_the_fields_of_the_contract(feed: Path) -> None:
    lines, err, code = run("telegram", feed)
    assert (code, err) == (0, "")
    assert [list(line) for line in lines] == [FIELDS, FIELDS]
    assert [line["native_id"] for line in lines] == [f"{CHANNEL_ID}/57", f"{CHANNEL_ID}/58"]
    assert lines[0]["posted_at"] == "2024-12-10T06:15:00Z"


def test_letters_are_written_as_they_are(feed: Path) -> None:
    out = io.StringIO()
    parse_files("telegram", [feed], out, io.StringIO())
    assert "Хмеймим" in out.getvalue()


def test_a_bad_file_is_told_and_skipped_and_the_rest_goes_on(feed: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_bytes(b"\x00\x01")
    lines, err, code = run("telegram", bad, tmp_path / "absent.html", feed)
    assert (len(lines), code) == (2, 3)
    assert err.splitlines()[0].startswith(f"{bad}: unreadable")
    assert "absent.html: No such file" in err


def test_a_page_that_is_no_history_is_told_and_is_not_bad(tmp_path: Path) -> None:
    file = tmp_path / "group.html"
    file.write_bytes(card("Chat", "88 members"))
    lines, err, code = run("telegram", file)
    assert (lines, code) == ([], 0)
    assert err == f"{file}: group: a group, not a channel: its messages have no public preview\n"


def test_a_folder_is_all_its_files_of_the_kind(feed: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no page")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "older.htm").write_bytes(page(message(3, text="x")))
    lines, err, code = run("telegram", tmp_path)
    assert (len(lines), err, code) == (3, "", 0)


def test_an_empty_folder_is_bad(tmp_path: Path) -> None:
    for kind in PARSERS:
        lines, err, code = run(kind, tmp_path)
        assert (lines, code) == ([], 3)
        assert str(tmp_path) in err


def test_what_parse_wrote_can_be_parsed_again_unchanged(feed: Path, tmp_path: Path) -> None:
    first = run("telegram", feed)[0]
    again = tmp_path / "posts.jsonl"
    again.write_text("".join(json.dumps(line) + "\n" for line in first) + "{oops\n", "utf-8")
    lines, err, code = run("jsonl", again)
    assert (lines, code) == (first, 3)
    assert "line 3" in err


def test_a_broken_export_gives_what_came_before_the_break(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text(
        '{"id": 7, "name": "N", "messages": [{"id": 1, "type": "message", "date_unixtime": "1733811300"}, {"id"'
    )
    lines, err, code = run("telegram-export", file)
    assert ([line["native_id"] for line in lines], code) == (["7/1"], 3)
    assert "after 1 messages" in err


def test_a_file_too_large_for_a_page_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "huge.html"
    with file.open("wb") as sparse:
        sparse.truncate(MOST_BYTES + 1)
    assert "larger than" in run("telegram", file)[1]


def test_an_unknown_kind_says_which_there_are(feed: Path) -> None:
    with pytest.raises(Misconfigured, match="telegram-export"):
        run("hologram", feed)


def test_standard_input_is_a_file_too(feed: Path) -> None:
    script = "import sys; from pathlib import Path; from collector.parse import parse_files; "
    script += "sys.exit(parse_files('telegram', [Path('-')], sys.stdout, sys.stderr))"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        input=feed.read_bytes(),
        capture_output=True,
        cwd=root,
        check=False,
    )
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2


def test_importing_the_command_loads_no_parser() -> None:
    script = "import sys, collector.parse; sys.exit(bool({'selectolax', 'bs4', 'ijson', 'lxml'} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
