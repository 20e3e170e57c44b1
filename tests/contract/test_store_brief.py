"""The brief tells the same on both databases, and nothing of strangers' words is taken for markup."""

from sqlalchemy import text

from collector.brief import as_json, as_lines, gather
from db import tracks
from db.session import Store
from tests.contract.made import HOUR, NOW, analyzer, saved_sightings, track


def test_what_moved_is_told_and_what_is_older_is_not(store: Store) -> None:
    with store.write() as conn:
        ids = saved_sightings(conn, "1", "2", "3")
        conn.execute(text("UPDATE sightings SET place = '*Homs* [x](y)'"))
        tracks.replace(conn, analyzer(conn, "track"), [track("1", [ids["1"], ids["2"]])], NOW)
    with store.read() as conn:
        told = gather(conn, NOW - 2 * HOUR)
        later = gather(conn, NOW + 2 * HOUR)
    assert [(t["key"], t["fresh"], t["headings"][0]["destination_id"]) for t in told.tracks] == [("1", 2, "OSLK")]
    assert [s["key"] for s in told.sightings] == ["3"]
    assert as_json(told)["tracks"][0]["last_seen"] == "2026-03-01T13:00:00Z"
    whole = "\n".join(as_lines(told, markdown=True))
    assert r"\*Homs\* \[x\](y)" in whole
    assert "*Homs* [x](y)" in "\n".join(as_lines(told, markdown=False))
    assert (later.tracks, later.sightings, later.changes, later.removed) == ([], [], [], [])
