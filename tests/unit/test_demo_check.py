"""Does the closing check of the demo tell a right track from a wrong one, and does its configuration load?"""

import sqlite3
from pathlib import Path

from collector.settings import load as load_settings
from demo import settings, truth
from demo.check import HEADINGS, MEMBERS, Heading, compare, told
from demo.world import load

FIRST = truth.CONVOYS[0]


def perfect() -> tuple[list[tuple[int, str]], list[Heading]]:
    members = [(n, report.post) for n, convoy in enumerate(truth.CONVOYS, 1) for report in convoy.reports]
    return members, [Heading(n, convoy.destination, 0.9) for n, convoy in enumerate(truth.CONVOYS, 1)]


def test_perfect_tracks_are_right_and_hold_no_strangers() -> None:
    verdicts = compare(*perfect())
    assert all(verdict.right for verdict in verdicts)
    assert [(v.found, v.split, v.strangers) for v in verdicts] == [(len(c.reports), 0, ()) for c in truth.CONVOYS]
    assert told(verdicts[0]).startswith("right   Qamishli to Khmeimim: track T1 holds 12 of its 12 reports")


def test_copies_on_a_track_are_no_strangers() -> None:
    members, headings = perfect()
    copy = next(copy for copy, post in truth.COPIES.items() if post == FIRST.reports[0].post)
    assert compare([*members, (1, copy)], headings)[0].strangers == ()


def test_a_decoy_on_a_track_is_named() -> None:
    members, headings = perfect()
    verdict = compare([*members, (1, truth.DECOYS[0])], headings)[0]
    assert verdict.strangers == (truth.DECOYS[0],)
    assert truth.DECOYS[0] in told(verdict)


def test_a_track_to_the_wrong_place_is_wrong() -> None:
    members, _ = perfect()
    verdict = compare(members, [Heading(1, "elsewhere", 0.6)])[0]
    assert not verdict.right
    assert told(verdict).startswith("WRONG")


def test_reports_on_other_tracks_are_counted_as_split() -> None:
    members = [(1 + (n >= 7), report.post) for n, report in enumerate(FIRST.reports)]
    verdict = compare(members, [Heading(1, "OSLK", 0.5)])[0]
    assert (verdict.track, verdict.found, verdict.split) == (1, 7, 5)
    assert "5 went to other tracks" in told(verdict)


def test_without_tracks_every_convoy_is_missed() -> None:
    verdicts = compare([], [])
    assert [verdict.track for verdict in verdicts] == [None] * len(truth.CONVOYS)
    assert told(verdicts[0]).startswith("MISSED")


def test_the_queries_turn_native_ids_into_keys() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE v_evidence_trail (track_id, channel_name, native_id)")
    rows = [(1, "kolonna_demo", "2101000005/540"), (2, "c", "c/7"), (None, "c", "c/8")]
    connection.executemany("INSERT INTO v_evidence_trail VALUES (?, ?, ?)", rows)
    found = connection.execute(MEMBERS).fetchall()
    connection.close()
    assert sorted(found) == [(1, "kolonna_demo/540"), (2, "c/7")]
    assert "v_tracks" in HEADINGS


def test_the_configuration_loads_and_names_every_channel(tmp_path: Path) -> None:
    channels = load().channels
    loaded = load_settings(settings.write(tmp_path, 4711, channels.values()), environ={})
    assert {source.name for source in loaded.sources} == set(channels)
    assert loaded.telegram.base_url == "http://127.0.0.1:4711"
    assert loaded.http.allow_hosts == ("127.0.0.1:4711",)
    assert {line.id for line in loaded.destinations} == {convoy.destination for convoy in truth.CONVOYS}
    assert loaded.data == tmp_path.resolve()
