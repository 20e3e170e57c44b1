"""Is anything lost or done twice when the daemon is killed again and again, at moments that nobody chose?"""

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from collector.stages import STAGES
from demo.server import DemoServer
from demo.world import World
from tests.e2e import small
from tests.e2e.small import COAST, EAST, RELAY, REPORTS

KILLS = 22
SEED = 20250303
NAMES = (EAST, COAST, RELAY)

POSTS = "SELECT native_id, text, posted_at FROM posts WHERE is_current ORDER BY native_id"
SIGHTINGS = """
    SELECT s.key, s.place, s.lat, s.lon, s.radius_km, s.seen_from, s.seen_to, s.convoy_probability,
           s.independent_sources, s.copies, s.vehicles_min, s.vehicles_max, s.kinds
    FROM v_sightings s ORDER BY s.key"""
MEMBERS = """
    SELECT s.key, p.native_id, o.native_id, m.copy_reason FROM sighting_members m
    JOIN v_sightings s ON s.id = m.sighting_id JOIN posts p ON p.id = m.post_id
    LEFT JOIN posts o ON o.id = m.copy_of_post_id ORDER BY s.key, p.native_id"""
TRACKS = """
    SELECT first_seen, last_seen, sightings, road_km, destination_id, destination_probability, eta_from, eta_to, state
    FROM v_tracks ORDER BY first_seen, last_seen"""
POINTS = """
    SELECT p.seq, s.key, p.lat, p.lon, p.seen_at, p.probability, p.road_km, p.hours
    FROM v_track_points p JOIN sightings s ON s.id = p.sighting_id ORDER BY s.key"""
HEADINGS = """
    SELECT t.first_seen, d.destination_id, d.probability FROM track_destinations d
    JOIN v_tracks t ON t.id = d.track_id ORDER BY t.first_seen, d.destination_id"""
FRAMES = """
    SELECT m.sha256, f.at_ms, f.sha256 FROM frames f JOIN media m ON m.id = f.media_id ORDER BY m.sha256, f.at_ms"""
OBSERVED = """
    SELECT p.native_id, o.convoy_probability, o.lat, o.lon, o.radius_km FROM observations o
    JOIN posts p ON p.id = o.post_id WHERE p.is_current ORDER BY p.native_id"""
RESULTS = (POSTS, SIGHTINGS, MEMBERS, TRACKS, POINTS, HEADINGS, FRAMES, OBSERVED)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a store over which a daemon was killed KILLS times, then ran to its end."""
    folder = tmp_path_factory.mktemp("killed")
    dice = random.Random(SEED)
    world = small.convoys()
    with small.served(world, folder / "world", page_size=5, shown=8) as server:
        # nobody is to blame for deaths that come from outside, however often in a row
        path = small.config(
            folder, server.base_url, NAMES, telegram__first_pages=50, telegram__max_pages=50, schedule__crash_limit=0
        )
        for turn in range(KILLS):
            live_and_die(path, server, world, dice, turn)
        server.reveal_all()
        last = small.run(path, "run", "--until-idle")
        assert last.returncode == 0, last.stderr.decode()
        assert b"Traceback" not in last.stderr
    return path


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a store that one undisturbed run over the whole world has filled."""
    folder = tmp_path_factory.mktemp("clean")
    with small.served(small.convoys(), folder / "world", page_size=5) as server:
        path = small.config(folder, server.base_url, NAMES, telegram__first_pages=50)
        assert small.run(path, "run", "--until-idle").returncode == 0
    return path


def live_and_die(path: Path, server: DemoServer, world: World, dice: random.Random, turn: int) -> None:
    """Starts the daemon, lets posts out, and kills it in the middle of whatever it is doing."""
    log = (path.parent / f"turn{turn}.log").open("wb")
    daemon = subprocess.Popen(
        small.command(path, "run", "--json"), stdout=log, stderr=subprocess.STDOUT, env=small.quiet_env()
    )
    try:
        if turn % 5 == 4:  # while it starts
            server.reveal(dice.randint(1, 5))
            time.sleep(dice.uniform(0.1, 1.5))
        else:  # while it works
            until_it_polls(server, daemon)
            server.reveal(dice.randint(1, 5))
            time.sleep(dice.uniform(0.0, 1.0))
        assert daemon.poll() is None, Path(log.name).read_text()
    finally:
        daemon.kill()
        assert daemon.wait() == -signal.SIGKILL
        log.close()


def until_it_polls(server: DemoServer, daemon: subprocess.Popen[bytes]) -> None:
    before = len(server.requests("/s/"))
    deadline = time.monotonic() + 20
    while len(server.requests("/s/")) == before and daemon.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)


def test_every_post_is_stored_once_with_one_current_revision(killed: Path) -> None:
    world = small.convoys()
    stored = small.rows(killed, "SELECT channel_name, native_id, text FROM posts WHERE is_current")
    numbers = Counter((name, int(native_id.rpartition("/")[2])) for name, native_id, _ in stored)
    assert set(numbers.values()) == {1}
    assert set(numbers) == {(p.channel, p.native_id) for p in world.timeline}
    final = {(p.channel, p.native_id): p.edited.text if p.edited else p.text for p in world.timeline}
    assert {(name, int(n.rpartition("/")[2])): text for name, n, text in stored} == final


def test_revisions_count_up_from_one_without_holes(killed: Path) -> None:
    history = small.rows(killed, "SELECT native_id, group_concat(revision), sum(is_current) FROM posts GROUP BY 1")
    assert all(told == ",".join(str(n + 1) for n in range(told.count(",") + 1)) for _, told, _ in history)
    assert {current for _, _, current in history} == {1}
    assert sum("," in told for _, told, _ in history) <= 1  # one post was edited, after it was out


def test_the_results_are_those_of_one_undisturbed_run(killed: Path, clean: Path) -> None:
    for question in RESULTS:
        found, expected = small.rows(killed, question), small.rows(clean, question)
        assert expected, question
        assert len(found) == len(expected), question
        for one, other in zip(found, expected, strict=True):
            assert close(one) == close(other), question


def close(row: tuple[Any, ...]) -> list[Any]:
    return [pytest.approx(v, abs=1e-6) if isinstance(v, float) else v for v in row]


def test_the_tracks_are_those_of_the_world(killed: Path) -> None:
    texts = {text: when.date() for _, when, text, _ in REPORTS} | {
        more["edited"].text: when.date() for _, when, _, more in REPORTS if "edited" in more
    }
    tracks = small.rows(killed, "SELECT id, sightings, destination_id FROM v_tracks ORDER BY first_seen")
    assert [destination for _, _, destination in tracks] == ["OSLK", "OSLK"]
    for (track, count, _), day in zip(tracks, sorted(set(texts.values())), strict=True):
        assert count >= 3
        members = small.rows(killed, "SELECT DISTINCT post_text FROM v_evidence_trail WHERE track_id = ?", track)
        assert {texts[text] for (text,) in members if text in texts} == {day}
        assert len(members) >= count


def test_copies_raise_no_confidence(killed: Path) -> None:
    assert small.rows(killed, "SELECT max(independent_sources) FROM v_sightings") == [(1,)]
    assert small.rows(killed, "SELECT count(*) FROM v_sightings WHERE copies = 0")[0][0] <= 1  # the edited one


def test_nothing_is_analysed_twice_in_the_results(killed: Path) -> None:
    for table, key in (
        ("observations", "post_id, analyzer_id"),
        ("frames", "media_id, analyzer_id, at_ms"),
        ("evidence", "post_id, analyzer_id, ordinal"),
        ("sightings", "analyzer_id, key"),
        ("tracks", "analyzer_id, key"),
        ("track_points", "sighting_id"),
        ("media", "sha256"),
        ("captures", "sha256"),
        ("fetches", "source_id, slot"),
        ("work", "analyzer_id, input_id"),
    ):
        twice = small.rows(killed, f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1")
        assert twice == [], table
    assert small.rows(killed, "SELECT count(*) FROM analyzers") == [(len(STAGES),)]
    # a clip that two posts show is downloaded for both, kept once, and sampled once
    assert small.rows(killed, "SELECT count(*) FROM media") == [(2,)]
    assert small.rows(killed, "SELECT count(*) FROM post_media WHERE state = 'done'") == [(4,)]


def test_no_work_is_left_and_none_failed(killed: Path) -> None:
    assert small.rows(killed, "SELECT DISTINCT state FROM work WHERE state NOT IN ('done', 'empty')") == []
    assert small.rows(killed, "SELECT count(*) FROM sources WHERE claimed_until IS NOT NULL") == [(0,)]


def test_the_check_finds_the_store_sound(killed: Path) -> None:
    told = small.run(killed, "db", "check", "--json")
    checks = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode == 0
    assert len(checks) >= 6
    assert all(check["ok"] for check in checks), checks


def test_every_file_is_whole_and_none_is_half_written(killed: Path) -> None:
    data = killed.parent / "data"
    assert [p for p in data.rglob("tmp/*") if p.is_file()] == []
    with small.inside(killed) as ctx:
        for (sha256,) in small.rows(killed, "SELECT sha256 FROM captures"):
            assert ctx.captures.read(sha256)  # raises when the bytes are not those of the name
        for (sha256,) in small.rows(killed, "SELECT DISTINCT sha256 FROM frames"):
            assert ctx.frames.read(sha256).startswith(b"\xff\xd8")
        for sha256, size in small.rows(killed, "SELECT sha256, bytes FROM media"):
            assert ctx.media.path(sha256).stat().st_size == size


def test_the_daemon_was_killed_at_work(killed: Path) -> None:
    logs = [path.read_text() for path in sorted(killed.parent.glob("turn*.log"))]
    assert len(logs) == KILLS >= 20
    events = Counter(json.loads(line)["event"] for log in logs for line in log.splitlines() if line.startswith("{"))
    assert events["polled"] > KILLS // 2  # a slow machine is killed before it has polled, now and then
    assert events["located"] > 5
    assert events["stop"] == 0
    assert not [log for log in logs if "Traceback" in log]
