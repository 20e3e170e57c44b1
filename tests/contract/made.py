"""Rows for the tests of the store, with everything that a test does not care about filled in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from db import analyzers, observations, posts, sightings, sources, tracks
from db.rows import (
    NewEvidence,
    NewFetch,
    NewMedia,
    NewMember,
    NewObservation,
    NewPost,
    NewSighting,
    NewTrack,
    NewTrackPoint,
    SourceUpdate,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def post(native_id: str = "chan/1", text: str = "a column on the M5", **more: Any) -> NewPost:
    values: dict[str, Any] = {"platform": "telegram", "content_hash": f"hash of {text}", "posted_at": NOW - HOUR} | more
    return NewPost(native_id=native_id, text=text, **values)


def media(url: str | None = "https://cdn.example/1.mp4", **more: Any) -> NewMedia:
    values: dict[str, Any] = {"kind": "video", "thumb_url": None, "file": None, "duration_s": None, "withheld": False}
    return NewMedia(url=url, **(values | {"state": "pending"} | more))


def source(conn: Connection, name: str = "chan") -> int:
    return sources.add(conn, "telegram", name, NOW)[0]


def saved_post(conn: Connection, native_id: str = "chan/1", text: str = "a column on the M5", **more: Any) -> int:
    return posts.save(conn, source(conn), [post(native_id, text, **more)], NOW).new[0]


def analyzer(conn: Connection, stage: str, version: str = "1") -> int:
    return analyzers.register(conn, stage, version, {}, NOW)[0]


def evidence(name: str = "Homs", **more: Any) -> NewEvidence:
    values: dict[str, Any] = {
        "kind": "mention", "role": "at", "text": name, "start_at": 0, "end_at": len(name), "ref": f"place:{name}",
        "lat": 34.73, "lon": 36.71, "radius_km": 5.0, "probability": 0.8, "alternatives": [],
    }  # fmt: skip
    return NewEvidence(name=name, **(values | more))


def observation(lat: float | None = 34.73, lon: float | None = 36.71, **more: Any) -> NewObservation:
    values: dict[str, Any] = {
        "lang": "en", "convoy_probability": 0.9, "radius_km": 5.0,
        "alternatives": [{"ref": "r", "lat": 1.0, "lon": 2.0, "probability": 0.1}],
        "seen_from": NOW - 2 * HOUR, "seen_to": NOW - HOUR, "vehicles_min": 10, "vehicles_max": 20, "kinds": ["tank"],
        "bearing_deg": None, "from_hint": None, "to_hint": None, "explanation": "named in the text",
    }  # fmt: skip
    return NewObservation(lat=lat, lon=lon, **(values | more))


def observed(conn: Connection, post_id: int, **more: Any) -> set[int]:
    """Locate a post; the buckets that this touches."""
    return observations.save(conn, post_id, analyzer(conn, "locate"), [evidence()], observation(**more))


def sighting(key: str, members: Sequence[int | NewMember], **more: Any) -> NewSighting:
    values: dict[str, Any] = {
        "lat": 34.7312345, "lon": 36.7098765, "radius_km": 5.0, "alternatives": [], "seen_from": NOW - 2 * HOUR,
        "seen_to": NOW - HOUR, "posted_at": NOW - HOUR, "convoy_probability": 0.9, "independent_sources": 1,
        "copies": 0, "vehicles_min": 10, "vehicles_max": None, "kinds": ["tank"], "bearing_deg": None,
        "from_hint": None, "to_hint": None, "place": "Homs", "public_lat": 34.75, "public_lon": 36.75,
        "public_radius_km": 12.9, "public_after": NOW + 23 * HOUR,
    }  # fmt: skip
    whole = tuple(m if isinstance(m, NewMember) else NewMember(m) for m in members)
    return NewSighting(key=key, members=whole, **(values | more))


def saved_sightings(conn: Connection, *keys: str) -> dict[str, int]:
    """A sighting for each key, on a post of its own; their row ids."""
    made = {key: saved_post(conn, f"chan/{key}", f"text of {key}") for key in keys}
    cluster = analyzer(conn, "cluster")
    sightings.replace(conn, cluster, list(made.values()), [sighting(key, [i]) for key, i in made.items()])
    return tracks.sighting_ids(conn, cluster)


def track(key: str, sighting_ids: Sequence[int], **more: Any) -> NewTrack:
    points = tuple(
        NewTrackPoint(
            i, 34.7 + n / 10, 36.7, NOW + n * HOUR, 0.9, 30.5 if n else None, 1.0 if n else None, None, "by road"
        )
        for n, i in enumerate(sighting_ids)
    )  # fmt: skip
    values: dict[str, Any] = {
        "first_seen": NOW, "last_seen": NOW + HOUR, "sightings": len(points), "road_km": 30.5, "vehicles_min": 10,
        "vehicles_max": None, "eta_from": None, "eta_to": None, "destinations": {"OSLK": 0.7, "elsewhere": 0.3},
    }  # fmt: skip
    return NewTrack(key=key, points=points, **(values | more))


def fetch(slot: datetime = NOW, **more: Any) -> NewFetch:
    values: dict[str, Any] = {"slot": slot, "started_at": slot, "finished_at": slot + HOUR / 60, "state": "history"}
    return NewFetch(**(values | more))


def update_of(**more: Any) -> SourceUpdate:
    values: dict[str, Any] = {
        "state": "ok",
        "next_check_at": NOW + HOUR,
        "interval_s": 3600.0,
        "failures": 0,
        "ok": True,
    }
    return SourceUpdate(**(values | more))


def count(conn: Connection, table: str, where: str = "1 = 1") -> int:
    return int(conn.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())
