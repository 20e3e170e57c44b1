"""Is what the store says about itself true? Checks that a person can run after a crash or before a backup."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from db.migrate import current, head
from db.session import Store

#: each question with a statement that counts what breaks it
INVARIANTS = {
    "posts with no current revision": """
        SELECT count(*) FROM (SELECT a.platform, a.native_id FROM post_aliases a
        LEFT JOIN posts p ON p.platform = a.platform AND p.native_id = a.native_id AND p.is_current
        WHERE p.id IS NULL) x""",
    "sightings without a post": """
        SELECT count(*) FROM sightings s
        WHERE NOT EXISTS (SELECT 1 FROM sighting_members m WHERE m.sighting_id = s.id)""",
    "posts that name another version than their sighting": """
        SELECT count(*) FROM sighting_members m JOIN sightings s ON s.id = m.sighting_id
        WHERE m.analyzer_id <> s.analyzer_id""",
    "points that name another version than their track": """
        SELECT count(*) FROM track_points p JOIN tracks t ON t.id = p.track_id WHERE p.analyzer_id <> t.analyzer_id""",
    "tracks of fewer than two points": """
        SELECT count(*) FROM tracks t WHERE (SELECT count(*) FROM track_points p WHERE p.track_id = t.id) < 2""",
    "tracks whose destinations do not sum to one": """
        SELECT count(*) FROM (SELECT track_id FROM track_destinations GROUP BY track_id
        HAVING abs(sum(probability) - 1) > 0.01) x""",
    "stages with several current versions": """
        SELECT count(*) FROM (SELECT stage FROM analyzers WHERE is_current GROUP BY stage HAVING count(*) > 1) x""",
}


def check(store: Store) -> Iterator[tuple[str, str | None]]:
    """Each check by its name, with what is wrong or None."""
    at, want = current(store), head()
    yield "schema", None if at == want else f"at {at or 'nothing'}, needs {want}: run `convoywatch db upgrade`"
    if at != want:
        return
    with store.read() as conn:
        if store.is_sqlite:
            yield "file", _file(conn)
        for name, sql in INVARIANTS.items():
            count = conn.execute(text(sql)).scalar_one()
            yield name, f"{count}" if count else None


def _file(conn: Connection) -> str | None:
    damage = [row[0] for row in conn.exec_driver_sql("PRAGMA quick_check") if row[0] != "ok"]
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if damage:
        return f"damaged: {damage[0]}; restore a backup"
    return f"{len(broken)} rows without their owner" if broken else None
