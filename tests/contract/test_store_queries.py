"""The questions of docs/howto/queries.md are answered rightly on both databases; docs/schema.md names every column."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from db import media, observations, sightings, tracks
from db.alerts import Finding, settle
from db.models import PostAbsence
from db.readonly import run
from db.rows import NewMember
from db.session import Store
from db.upsert import insert
from tests.contract import made
from tests.contract.made import HOUR, NOW, analyzer, evidence, observation, saved_post, sighting, track

DOCS = Path(__file__).resolve().parents[2] / "docs"
BASE = {"id": "OSLK", "name": "Khmeimim airbase", "lat": 35.4, "lon": 35.9, "radius_km": 4.0, "weight": 4.0}

#: by the number of the question, all values of the first column of its answer, as text
ANSWERS = {
    1: ["T1"], 2: ["2026-03-01 11:00"], 3: ["2026-03-01 11:00", "2026-03-01 12:00"], 4: ["alpha", "beta"],
    5: ["S2", "S1"], 6: ["P5"], 7: ["track:1"], 8: ["telegram"], 9: ["telegram"], 10: ["T1"], 11: ["T1", "T1"],
    12: ["beta"], 13: ["beta"], 14: ["S2", "S1", "S3"], 15: ["T1"], 16: ["2026-03-01"], 17: ["S3"], 18: ["0", "1"],
    19: ["2026-03-01 12:00"], 20: ["S2", "S1"], 21: ["alpha"],
}  # fmt: skip


def filled(store: Store) -> dict[str, str]:
    """A small store in which every question has an answer; row numbers by what the answers above call them."""
    with store.write() as conn:
        tracks.sync_destinations(conn, [BASE])
        locate, cluster, linker = (analyzer(conn, stage) for stage in ("locate", "cluster", "track"))

        def told(number: int, channel: str, **more: object) -> int:
            facts = {"channel_name": channel, "url": f"https://t.me/{channel}/{number}"} | more
            return saved_post(conn, f"{channel}/{number}", f"text {number}", **facts)

        clip = made.media()
        first = told(1, "alpha", media=(clip,))
        copy = told(2, "beta", posted_at=NOW, media=(clip,))
        second = told(3, "alpha", posted_at=NOW - HOUR)
        old = told(4, "beta", posted_at=NOW - HOUR)
        lost = told(5, "gamma", media=(made.media(None, withheld=True, state="withheld"),))
        told(6, "alpha", media=(made.media(None, withheld=True, state="withheld"),))
        conn.execute(text("UPDATE post_media SET state = 'done' WHERE post_id = :p"), {"p": lost})
        for post_id in (first, second):
            observations.save(conn, post_id, locate, [evidence()], observation())
        observations.save(conn, lost, locate, [evidence("Tiyas")], observation(None, None, radius_km=None))
        file = media.save(conn, "c1" * 32, 10, "video/mp4", NOW)
        conn.execute(
            text("UPDATE post_media SET media_id = :m WHERE post_id IN (:a, :b)"), {"m": file, "a": first, "b": copy}
        )
        events = [
            sighting("1", [first, NewMember(copy, first, "media")], seen_to=NOW - HOUR),
            sighting("2", [second], seen_to=NOW, seen_from=NOW - HOUR),
            sighting("3", [old], lat=10.0, recycled_of="x", seen_from=NOW - 3 * HOUR),
        ]
        sightings.replace(conn, cluster, [first, copy, second, old], events)
        ids = tracks.sighting_ids(conn, cluster)
        whole = track("1", [ids["1"], ids["2"]], state="arrived", state_destination_id="OSLK", last_seen=NOW + HOUR)
        tracks.replace(conn, linker, [track("9", [ids["3"]], sightings=1)], NOW)
        tracks.replace(conn, linker, [whole], NOW)
        for destination in ("OSLK", "TARTUS"):
            finding = Finding("track", "track:1", "info", "heads", {"destination_id": destination}, anew=True)
            settle(conn, [finding], NOW)
        gone = {"platform": "telegram", "native_id": "beta/4", "reads": 2, "first_missing_at": NOW}
        absent = gone | {"last_missing_at": NOW, "removed_at": NOW}
        conn.execute(insert(conn, PostAbsence).values(absent))
        conn.execute(
            text("UPDATE sources SET failures = 3, last_error = 'gone', last_post_at = :at"),
            {"at": str(NOW - timedelta(days=9)) if store.is_sqlite else NOW - timedelta(days=9)},
        )
        (track_id,) = conn.execute(text("SELECT id FROM v_tracks")).scalars()
        names = {f"S{key}": str(i) for key, i in ids.items()}
        return names | {"T1": str(track_id), "P5": str(lost)}


def questions() -> list[tuple[int, str]]:
    page = (DOCS / "howto" / "queries.md").read_text(encoding="utf-8")
    return [(int(n), sql) for n, sql in re.findall(r"^## (\d+)\..*?```sql\n(.*?)```", page, re.DOTALL | re.MULTILINE)]


def test_every_question_is_answered(store: Store) -> None:
    names = filled(store)
    asked = questions()
    assert [n for n, _ in asked] == list(ANSWERS)
    found, wanted = {}, {}
    for number, sql in asked:
        answer = run(store, sql)
        is_time = answer.columns[0].endswith("_at")
        found[number] = [str(row[0])[:16] if is_time else str(row[0]) for row in answer.rows]
        wanted[number] = [names.get(value, value) for value in ANSWERS[number]]
    assert found == wanted


def views() -> dict[str, list[str]]:
    """The columns that docs/schema.md names, by view, in its order."""
    told: dict[str, list[str]] = {}
    for name, body in re.findall(
        r"^## (v_\w+)\n(.*?)(?=^## |\Z)", (DOCS / "schema.md").read_text("utf-8"), re.S | re.M
    ):
        rows = re.findall(r"^\| ([a-z_0-9, ]+) \|", body, re.M)
        told[name] = [c.strip() for row in rows if row != "column" for c in row.split(",")]
    return told


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_schema_names_every_column_of_every_view(store: Store) -> None:
    told = views()
    there = [name for (name,) in run(store, "SELECT name FROM sqlite_master WHERE type = 'view'").rows]
    assert sorted(told) == sorted(there)
    for name in there:
        assert sorted(told[name]) == sorted(run(store, f"SELECT * FROM {name} LIMIT 0").columns), name
