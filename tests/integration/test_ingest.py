"""Does what a person hands over end up where a poll would have put it, once, whatever the order?"""

import json
import random
import signal
import sqlite3
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.drain import drain
from collector.ingest import Told, ingest, read_any
from demo.render import render_history
from demo.server import DemoServer
from tests.e2e import small
from tests.e2e.small import COAST, EAST, RELAY, REPORTS
from tests.integration import clips

TEXT = "Russian military convoy of 30 trucks passing Palmyra now"


def line(number: int, text: str = TEXT, when: str = "2025-03-04T10:00:00Z", name: str = "lines_test") -> dict[str, Any]:
    return {
        "platform": "telegram", "channel": {"id": "77", "name": name, "title": None}, "native_id": f"77/{number}",
        "url": f"https://t.me/{name}/{number}", "posted_at": when, "edited": False, "author": None, "text": text,
        "lang": None, "forwarded_from": None, "reply_to": None, "views": None, "media": [], "location": None,
        "links": [], "poll": None, "service": None, "served_at": None, "warnings": [],
    }  # fmt: skip


def lines(*posts: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(post).encode() + b"\n" for post in posts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small.config(tmp_path, "http://127.0.0.1:9", [])


def count(path: Path, table: str = "posts") -> int:
    return int(small.rows(path, f"SELECT count(*) FROM {table}")[0][0])


def test_lines_on_standard_input_are_stored_but_for_the_bad_one(path: Path) -> None:
    body = lines(line(1)) + b"{not json\n" + lines(line(2, "Bread and tomatoes are dear today, says the market"))
    told = small.run(path, "ingest", "-", stdin=body)
    assert told.returncode == 3, told.stderr.decode()
    assert "line 2" in told.stdout.decode()
    assert "2 new" in told.stdout.decode()
    assert count(path) == 2
    assert small.rows(path, "SELECT place IS NOT NULL, vehicles_max FROM v_sightings") == [(1, 30)]
    again = small.run(path, "ingest", "-", stdin=lines(line(1)))
    assert (again.returncode, count(path)) == (0, 2)
    assert "0 new, 0 edited, 1 known" in again.stdout.decode()


def test_interrupted_it_ends_in_order_and_called_again_it_goes_on(path: Path, tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    many.write_bytes(lines(*(line(n, f"Bread and tomatoes, price list number {n}") for n in range(1, 241))))
    child = subprocess.Popen(
        small.command(path, "ingest", str(many)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=small.quiet_env(),
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not stored(path):
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    told, _ = child.communicate(timeout=60)
    assert child.returncode == 130, told
    assert b"interrupted" in told
    assert small.run(path, "ingest", str(many)).returncode == 0
    assert count(path) == 240
    assert small.rows(path, "SELECT count(*) FROM work WHERE claimed_by IS NOT NULL OR state = 'pending'") == [(0,)]


def stored(path: Path) -> int:
    """How many posts are there; none while the store is being made."""
    try:
        return count(path)
    except sqlite3.OperationalError:
        return 0


def test_a_saved_page_is_read_like_a_polled_one(path: Path, tmp_path: Path) -> None:
    world = small.one_channel(5)
    saved = tmp_path / "saved page.html"
    site = DemoServer(world, folder=tmp_path / "world")
    page = render_history(site.site(), world.channels["quiet_test"], world.timeline, older=None, newer=None)
    site._http.server_close()
    saved.write_text(page, encoding="utf-8")
    with small.inside(path) as ctx:
        assert take_in(ctx, saved) == []
        assert small.numbers(ctx) == [1, 2, 3, 4, 5]
        assert small.rows(ctx, "SELECT count(DISTINCT capture_sha256) FROM posts") == [(1,)]
        take_in(ctx, saved)
        assert count(path) == 5


def take_in(ctx: Context, what: Path | str, told: Told = Told()) -> list[tuple[str, str]]:  # noqa: B008
    """Ingests and analyses; what was bad."""
    bad: list[tuple[str, str]] = []
    ingest(ctx, read_any(ctx, str(what), told, lambda item, wrong: bad.append((item, wrong))), lambda saved: None)
    drain(ctx)
    return bad


def export(folder: Path) -> Path:
    """A Telegram Desktop export of a channel: a text, a photo with words, a video that was not exported."""
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "photo_1.jpg").write_bytes(clips.jpeg(clips.scene(5)))
    message = {"type": "message", "from": "Export", "from_id": "channel88", "date": "2025-03-04T12:00:00"}
    messages = [
        message | {"id": 1, "date_unixtime": "1741082400", "text": TEXT},
        message | {"id": 2, "date_unixtime": "1741082500", "text": "a photo", "photo": "photos/photo_1.jpg",
                   "width": 320, "height": 240},
        message | {"id": 3, "date_unixtime": "1741082600", "text": "a film",
                   "file": "(File not included. Change data exporting settings to download.)",
                   "media_type": "video_file", "mime_type": "video/mp4", "duration_seconds": 9},
    ]  # fmt: skip
    told = {"name": "Export", "type": "public_channel", "id": 88, "messages": messages}
    (folder / "result.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_a_desktop_export_brings_its_files_along(path: Path, tmp_path: Path) -> None:
    with small.inside(path) as ctx:
        assert take_in(ctx, export(tmp_path / "export")) == []
        assert small.numbers(ctx) == [1, 2, 3]
        media = small.rows(ctx, "SELECT kind, state FROM post_media ORDER BY post_id")
        assert media == [("photo", "done"), ("video", media[1][1])]
        assert media[1][1] in ("withheld", "skipped")
        assert count(path, "frames") == 1
        assert count(path, "sightings") == 1
        take_in(ctx, tmp_path / "export" / "result.json")
        assert (count(path), count(path, "media")) == (3, 1)


def test_a_bare_video_with_its_words_becomes_a_sighting(path: Path, tmp_path: Path) -> None:
    video = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(3), 30))
    words = ("ingest", str(video), "--text", TEXT, "--at", "2025-03-04 10:00")
    told = small.run(path, *words)
    assert told.returncode == 0, told.stderr.decode()
    assert small.rows(path, "SELECT seen_to, vehicles_max FROM v_sightings") == [("2025-03-04 10:00:00.000000", 30)]
    assert count(path, "frames") >= 1
    assert small.run(path, *words).returncode == 0
    assert (count(path), count(path, "media"), count(path, "sightings")) == (1, 1, 1)


def test_a_link_to_a_post_is_that_post(tmp_path: Path) -> None:
    with small.served(small.convoys(), tmp_path / "world") as server:
        path = small.config(tmp_path, server.base_url, [])
        with small.inside(path) as ctx:
            number = next(p.native_id for p in server.posts(EAST) if "Palmyra" in p.text)
            assert take_in(ctx, f"https://t.me/{EAST}/{number}") == []
            assert small.numbers(ctx) == [number]
            assert count(path, "sightings") == 1
            small.collect(ctx)
            # a poll later knows it
            assert small.rows(ctx, "SELECT enabled FROM sources") == [(0,)]


def test_a_folder_is_searched_and_its_junk_told(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.jsonl").write_bytes(lines(line(1)))
    (folder / "notes.txt").write_text("call the desk")
    (folder / "broken.json").write_text("{")
    (folder / "empty.mp4").write_bytes(b"")
    (folder / ".hidden").write_text("{")
    told = small.run(path, "ingest", str(folder))
    assert told.returncode == 3
    assert b"Traceback" not in told.stderr
    out = told.stdout.decode()
    assert all(name in out for name in ("notes.txt", "broken.json", "empty.mp4"))
    assert ".hidden" not in out
    assert count(path) == 1


def test_what_is_not_there_is_told_with_the_next_step(path: Path) -> None:
    told = small.run(path, "ingest", "no-such-file")
    assert told.returncode in (2, 3)
    assert "there is no file or folder no-such-file" in told.stdout.decode() + told.stderr.decode()


RESULT = """
    SELECT s.key, s.lat, s.lon, s.seen_from, s.seen_to, s.copies, s.independent_sources,
           (SELECT group_concat(n, ' ') FROM (SELECT p.native_id AS n FROM sighting_members m
            JOIN posts p ON p.id = m.post_id WHERE m.sighting_id = s.id ORDER BY 1))
    FROM v_sightings s ORDER BY s.key"""
#: a track keeps the name that it began under, so that it is told by where it begins
TRACKS = """
    SELECT b.key, p.seq, s.key, round(p.lat, 6), round(p.lon, 6), p.seen_at FROM v_track_points p
    JOIN v_sightings s ON s.id = p.sighting_id
    JOIN v_track_points f ON f.track_id = p.track_id AND f.seq = 0 JOIN v_sightings b ON b.id = f.sighting_id
    ORDER BY 1, 2"""


def test_the_order_in_which_posts_come_changes_nothing(tmp_path: Path) -> None:
    posts = [
        line(n, text, when.isoformat(), name) | {"native_id": f"{channel}/{n}", "channel": {
            "id": f"{channel}", "name": name, "title": None}}
        for n, (name, when, text, _) in enumerate(REPORTS, 1) for channel in (11 if name == EAST else 12,)
    ]  # fmt: skip
    copies = [p | {"native_id": f"13/{n}", "url": f"https://t.me/{RELAY}/{n}", "channel": {
        "id": "13", "name": RELAY, "title": None}} for n, p in enumerate(posts, 1)]  # fmt: skip
    assert {p["channel"]["name"] for p in posts} == {EAST, COAST}
    outcomes = []
    for seed in range(3):
        shuffled = [*posts, *copies]
        if seed:
            random.Random(seed).shuffle(shuffled)
        path = small.config(tmp_path / str(seed), "http://127.0.0.1:9", [])
        with small.inside(path) as ctx:
            for part in (shuffled[:7], shuffled[7:12], shuffled[12:]):
                file = path.parent / "part.jsonl"
                file.write_bytes(lines(*part))
                assert take_in(ctx, file) == []
        outcomes.append((small.rows(path, RESULT), small.rows(path, TRACKS)))
    assert len(outcomes[0][0]) >= 7
    assert len({key for key, *_ in outcomes[0][1]}) == 2
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_a_table_and_an_archive_of_all_kinds_come_in_once(path: Path, tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text(
        f"when;body;link\n2025-03-04 13:00;{TEXT};https://t.me/lines_test/1\n03/04/2025;which day;\n", encoding="utf-8"
    )
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.write(table, "posts.csv")
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for file in sorted(export(tmp_path / "export").rglob("*")):
            archive.write(file, f"chat/{file.relative_to(tmp_path / 'export')}")
        archive.write(inner, "more/inner.zip")
        archive.writestr("../evil.jsonl", "{}")
    words = ("--map", "text=body,posted_at=when,url=link", "--timezone", "Asia/Damascus")
    told = small.run(path, "ingest", str(whole), str(table), *words)
    out = told.stdout.decode()
    assert (told.returncode, count(path)) == (3, 4), told.stderr.decode()
    assert "evil.jsonl" in out
    assert "could be two dates" in out
    assert "4 new, 0 edited, 1 known, 3 bad" in out
    assert small.rows(path, "SELECT posted_at FROM posts WHERE native_id = 'lines_test/1'") == [
        ("2025-03-04 10:00:00.000000",)
    ]
    assert count(path, "frames") == 1
    again = small.run(path, "ingest", str(whole), *words, "--json")
    [summed] = [said for line in again.stdout.splitlines() if (said := json.loads(line))["event"] == "ingested"]
    assert (summed["new"], summed["edited"], summed["known"], len(summed["bad"])) == (0, 0, 4, 2)
    assert count(path) == 4
    assert not list((path.parent / "data").glob("unpacked/*"))
