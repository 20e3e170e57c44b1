"""Alerts are opened once, closed when over, told anew when they have changed; and the rules find what they should."""

import json
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import update

from collector.alerts import rules
from collector.alerts.atom import feed
from collector.settings import Settings
from collector.status import snapshot
from db import alerts, posts, reviews, tracks, work
from db.alerts import Finding
from db.models import Source, Track, TrackDestination, Work
from db.session import Store
from tests.contract.made import HOUR, NOW, analyzer, count, post, saved_sightings, source, track

SILENT = Finding("silent", "source:1", "warning", "telegram/chan: silent", {"source": "telegram/chan"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"data_dir": str(tmp_path), "alerts": {"min_free_gb": 0}})


def settle(store: Store, *findings: Finding, hours: int = 0) -> list[Finding]:
    with store.write() as conn:
        return alerts.settle(conn, findings, NOW + hours * HOUR)


def open_ones(store: Store) -> list[tuple[int, str]]:
    with store.read() as conn:
        return [(row.id, row.kind) for row in alerts.open_ones(conn)]


def kinds(settings: Settings, store: Store, hours: float = 0) -> dict[str, Finding]:
    return {f.kind: f for f in rules.findings(settings, store, NOW + hours * HOUR)}


def change(store: Store, **values: Any) -> None:
    with store.write() as conn:
        conn.execute(update(Source).values(**values))


def test_what_lasts_is_one_alert_and_what_is_over_is_closed(store: Store) -> None:
    assert settle(store, SILENT) == [SILENT]
    first = open_ones(store)
    assert settle(store, SILENT, hours=1) == []
    assert open_ones(store) == first
    assert settle(store, hours=2) == []
    assert open_ones(store) == []
    assert settle(store, SILENT, hours=3) == [SILENT]
    assert open_ones(store) != first
    with store.read() as conn:
        assert [row.closed_at for row in alerts.newest(conn, 9)] == [None, NOW + 2 * HOUR]


def test_what_changed_much_is_told_again(store: Store) -> None:
    settle(store, SILENT)
    anew = Finding("silent", "source:1", "warning", "still", {}, anew=True)
    assert settle(store, anew) == [anew]
    with store.read() as conn:
        assert len(alerts.open_ones(conn)) == 1
        assert len(alerts.to_deliver(conn, NOW)) == 2


def test_a_delivery_that_fails_waits_and_one_that_was_taken_is_over(store: Store) -> None:
    settle(store, SILENT)
    with store.write() as conn:
        (row,) = alerts.to_deliver(conn, NOW)
        alerts.not_delivered(conn, row.id, "answered 500", NOW + HOUR)
        assert alerts.to_deliver(conn, NOW) == []
        (again,) = alerts.to_deliver(conn, NOW + HOUR)
        assert (again.attempts, again.delivery_error) == (1, "answered 500")
        alerts.delivered(conn, row.id, NOW + HOUR)
        assert alerts.to_deliver(conn, NOW + 99 * HOUR) == []
        assert alerts.acknowledge(conn, row.id, "somebody", NOW)
        assert not alerts.acknowledge(conn, row.id + 1, "somebody", NOW)


def test_a_healthy_store_gives_no_alert_and_a_whole_status(store: Store, settings: Settings) -> None:
    with store.write() as conn:
        source(conn)
    change(store, state="ok", last_ok_at=NOW, last_post_at=NOW)
    assert kinds(settings, store) == {}
    told = snapshot(settings, store, NOW)
    assert told["sources"]["by_state"] == {"ok": 1}
    assert told["needs"] == ["no daemon is running on this data folder"]
    assert json.loads(json.dumps(told)) == told


def test_each_ill_of_a_source_is_an_alert(store: Store, settings: Settings) -> None:
    with store.write() as conn:
        source(conn)
    for state in ("drift", "soft_ban", "silent"):
        change(store, state=state, last_ok_at=NOW, last_post_at=NOW, last_error="why")
        assert "why" in kinds(settings, store)[state].message
    change(store, state="error", failures=3, last_ok_at=NOW, canary=True)
    assert set(kinds(settings, store)) == {"canary"}
    assert set(kinds(settings, store, hours=25)) == {"canary", "failing"}
    change(store, enabled=False)
    assert kinds(settings, store, hours=25) == {}


def test_silence_is_measured_by_what_is_usual(store: Store, settings: Settings) -> None:
    with store.write() as conn:
        made = [post(f"chan/{n}", f"text {n}", posted_at=NOW - n * 10 * HOUR) for n in range(10)]
        posts.save(conn, source(conn), made, NOW)
    change(store, state="ok", last_ok_at=NOW, last_post_at=NOW)
    assert kinds(settings, store, hours=39) == {}
    assert "where 10.0 h is usual" in kinds(settings, store, hours=41)["silent"].message
    change(store, max_silence_s=99 * 3600.0)  # the operator's word wins
    assert kinds(settings, store, hours=41) == {}


def test_work_that_waits_fails_or_kills_is_an_alert(store: Store, settings: Settings) -> None:
    with store.write() as conn:
        mine = analyzer(conn, "locate")
        work.enqueue(conn, mine, range(30))
        conn.execute(update(Work).values(asked_at=NOW))
    assert kinds(settings, store, hours=5) == {}
    assert kinds(settings, store, hours=7)["backlog"].data == {"due": 30}
    with store.write() as conn:
        for claim in work.claim(conn, mine, NOW, 30, HOUR):
            if claim.input_id % 3:
                work.fail(conn, claim, NOW, "bug", "oh", None)
            else:
                work.finish(conn, claim.work_id, NOW)
    assert kinds(settings, store)["analyzer"].data == {"failed": 20, "ended": 30}
    assert kinds(settings, store, hours=25) == {}
    with store.write() as conn:
        conn.execute(update(Work).where(Work.input_id == 3).values(state="poisoned"))
        conn.execute(update(Work).where(Work.input_id == 6).values(state="pending", error_kind="quota", asked_at=NOW))
    assert set(kinds(settings, store, hours=1)) == {"analyzer", "poisoned", "quota"}
    assert "locate: 1 inputs killed" in snapshot(settings, store, NOW)["needs"][-1]


def test_a_crash_is_blamed_on_the_suspect_and_poisons_in_the_end(store: Store) -> None:
    with store.write() as conn:
        mine, copied = analyzer(conn, "locate"), analyzer(conn, "download")
        work.enqueue(conn, mine, [1, 2])
        work.enqueue(conn, copied, [9])
        poisoned = []
        for turn in range(work.CRASH_LIMIT):
            work.claim(conn, copied, NOW, 10, HOUR)
            claims = work.claim(conn, mine, NOW, 10, HOUR)
            assert [c.input_id for c in claims] == ([1, 2] if turn < work.SUSPECT_AFTER else [1])
            assert [c.input_id for c in work.claim(conn, mine, NOW, 10, HOUR, suspects=False)] == []
            poisoned += work.blame(conn, ("download",), NOW)
            work.release_all(conn)
        assert poisoned == [("locate", 1)]
        (last,) = work.claim(conn, mine, NOW, 10, HOUR)
        assert (last.input_id, last.suspect) == (2, True)
        work.finish(conn, last.work_id, NOW)
        assert count(conn, "work", "crashes > 0") == 1


def test_a_track_toward_a_destination_is_told_and_again_when_it_changed(store: Store, settings: Settings) -> None:
    with store.write() as conn:
        tracks.sync_destinations(
            conn, [{"id": "OSLK", "name": "Khmeimim", "lat": 35.4, "lon": 35.9, "radius_km": 4.0, "weight": 1.0}]
        )
        ids = saved_sightings(conn, "1", "2")
        tracks.replace(conn, analyzer(conn, "track"), [track("1", list(ids.values()))], NOW)
        conn.execute(update(Track).values(last_seen=NOW - HOUR))
        conn.execute(update(TrackDestination).where(TrackDestination.destination_id == "OSLK").values(probability=0.6))
    found = kinds(settings, store)["track"]
    assert "heads to Khmeimim: 60%" in found.message
    assert "not confirmed by a person" in found.message
    assert found.data["place"] == "Homs"
    settle(store, found)
    assert not kinds(settings, store)["track"].anew
    with store.write() as conn:
        conn.execute(update(TrackDestination).where(TrackDestination.destination_id == "OSLK").values(probability=0.85))
    again = kinds(settings, store)["track"]
    assert again.anew
    settle(store, again)
    assert not kinds(settings, store)["track"].anew
    assert b"heads to Khmeimim: 85%" in feed(store)
    assert "track" not in kinds(settings, store, hours=100)
    with store.write() as conn:
        conn.execute(update(TrackDestination).values(probability=0.4))
    assert kinds(settings, store) == {}


def test_a_name_of_strangers_makes_no_broken_feed(store: Store) -> None:
    settle(store, Finding("silent", "source:1", "warning", "chan\x01 <b>&</b> \U0001f4a5", {"x": "]]>"}))
    read = feedparser.parse(feed(store))
    assert not read.bozo
    assert read.entries[0].title.startswith("chan")


SQUARE = [[34.0, 36.0], [34.0, 37.0], [35.0, 37.0], [35.0, 36.0]]


@pytest.mark.parametrize(
    ("area", "found"),
    [
        ({"lat": 34.7, "lon": 36.7, "radius_km": 10}, True),
        ({"lat": 35.4, "lon": 36.7, "radius_km": 10}, False),
        ({"polygon": SQUARE}, True),
        ({"polygon": SQUARE[1:]}, True),
        ({"polygon": [[34.0, 36.0], [34.5, 37.0], [34.0, 37.0]]}, False),
    ],
)
def test_a_sighting_in_a_watched_area_is_told(settings: Settings, store: Store, area: Any, found: bool) -> None:
    watched = Settings.model_validate(settings.model_dump() | {"areas": [{"id": "m5", "name": "the M5"} | area]})
    with store.write() as conn:
        ids = saved_sightings(conn, "1")
    told = kinds(watched, store)
    assert ("area" in told) == found
    assert "area" not in kinds(watched, store, hours=100)
    if found:
        assert told["area"].subject == "area:m5:1"
        assert "the M5" in told["area"].message
        json.dumps(told["area"].data)
    with store.write() as conn:
        reviews.add(conn, "sighting", ids["1"], "reject", None, "Ann", NOW)
    assert "area" not in kinds(watched, store)


@pytest.mark.parametrize(
    "area", [{}, {"lat": 1}, {"lat": 1, "lon": 1, "radius_km": 1, "polygon": SQUARE}, {"polygon": SQUARE[:2]}]
)
def test_an_area_of_no_shape_or_two_is_refused(area: Any) -> None:
    with pytest.raises(ValueError, match=r"area has either|three corners"):
        Settings.model_validate({"areas": [{"id": "x"} | area]})
