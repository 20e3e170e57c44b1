"""Known places by their pictures: adding and taking back, what is to be held against what, and what was found."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from db.among import among
from db.models import (
    Analyzer,
    Landmark,
    LandmarkMatch,
    Media,
    MediaPair,
    MediaScene,
    Post,
    PostMedia,
    Review,
    Sighting,
    SightingMember,
)
from db.sightings import VERDICTS
from db.types import AnyRow
from db.upsert import insert

#: files that are held against new landmarks, the newest ones: a place is wanted for what is new
LOOK_BACK = 5_000
_SHORT = [c for c in Landmark.__table__.columns if c.name != "packed"]


def add_picture(conn: Connection, row: dict[str, Any], packed: bytes) -> tuple[int, bool]:
    """Keep a picture of the operator's: the landmark's row id, and whether it is new; the same one again moves it."""
    known = conn.execute(select(Landmark.id).where(Landmark.key == row["key"])).scalar()
    values = row | {"kind": "operator", "packed": packed, "serial": next_serial(conn)}
    if known is not None:
        values.pop("added_at")
        conn.execute(update(Landmark).where(Landmark.id == known).values(values))
        return known, False
    return conn.execute(insert(conn, Landmark).values(values).returning(Landmark.id)).scalar_one(), True


def next_serial(conn: Connection) -> int:
    """The serial for a landmark whose features are stored now."""
    return (conn.execute(select(func.max(Landmark.serial))).scalar() or 0) + 1


def set_features(conn: Connection, landmark_id: int, packed: bytes) -> bool:
    """Store a landmark's features; False when it was taken back meanwhile."""
    done = update(Landmark).where(Landmark.id == landmark_id).values(packed=packed, serial=next_serial(conn))
    return conn.execute(done.returning(Landmark.id)).first() is not None


def listing(conn: Connection) -> list[AnyRow]:
    """Every landmark without its features: all columns but packed, and `files`: how many files show it."""
    mine = (LandmarkMatch.landmark_id == Landmark.id, LandmarkMatch.analyzer_id.in_(_shown()))
    files = select(func.count()).where(*mine).scalar_subquery().label("files")
    return list(conn.execute(select(*_SHORT, files).order_by(Landmark.id)).all())


def _shown() -> Any:
    return select(Analyzer.id).where(Analyzer.stage == "landmark", Analyzer.is_current)


def get(conn: Connection, landmark_id: int) -> AnyRow | None:
    """A landmark without its features."""
    return conn.execute(select(*_SHORT).where(Landmark.id == landmark_id)).first()


def remove(conn: Connection, landmark_ids: Collection[int]) -> set[int]:
    """Forget landmarks; the current posts that had been placed by them, which are to be placed again."""
    touched = posts_showing(conn, landmark_ids)
    conn.execute(delete(Landmark).where(among(conn, Landmark.id, landmark_ids)))
    return touched


def posts_showing(conn: Connection, landmark_ids: Collection[int]) -> set[int]:
    """Current posts whose files show one of these places."""
    found = (
        select(PostMedia.post_id)
        .join(Post, Post.id == PostMedia.post_id)
        .join(LandmarkMatch, _shows(LandmarkMatch.media_id))
        .where(Post.is_current, among(conn, LandmarkMatch.landmark_id, landmark_ids))
    )
    return set(conn.execute(found).scalars())


def _shows(media_id: Any) -> Any:
    return or_(PostMedia.media_id == media_id, PostMedia.poster_id == media_id)


def confirmed(conn: Connection) -> list[AnyRow]:
    """Each file under a confirmed sighting: sighting_key, place, lat, lon, radius_km, media_id, sha256.

    Only what was collected before the person decided: nobody has looked at what joined the sighting since. Not files
    that stand under all posts of a channel, and none of recycled sightings: they show another place.
    """
    newest = select(func.max(Review.id)).where(Review.kind == "sighting", Review.decision.in_(VERDICTS))
    said = (
        select(Review.key, Review.decided_at)
        .where(Review.id.in_(newest.group_by(Review.key)), Review.decision == "confirm")
        .subquery()
    )
    found = (
        select(
            Sighting.key.label("sighting_key"), Sighting.place, Sighting.lat, Sighting.lon, Sighting.radius_km,
            Media.id.label("media_id"), Media.sha256,
        )
        .distinct()
        .join(said, said.c.key == Sighting.key)
        .join(SightingMember, SightingMember.sighting_id == Sighting.id)
        .join(Post, Post.id == SightingMember.post_id)
        .join(PostMedia, PostMedia.post_id == Post.id)
        .join(Media, Media.id == PostMedia.media_id)
        .where(
            Post.collected_at <= said.c.decided_at, Sighting.recycled_of.is_(None),
            or_(Media.banner.is_(None), ~Media.banner),
            Sighting.analyzer_id.in_(select(Analyzer.id).where(Analyzer.stage == "cluster", Analyzer.is_current)),
        )
        .order_by(Sighting.key, Media.id)
    )  # fmt: skip
    return list(conn.execute(found).all())


def of_sightings(conn: Connection) -> list[AnyRow]:
    """The landmarks that stand on confirmed sightings, without their features."""
    return list(conn.execute(select(*_SHORT).where(Landmark.kind == "sighting").order_by(Landmark.id)).all())


def add_sighting(conn: Connection, row: dict[str, Any]) -> int:
    """A landmark out of a confirmed sighting's file; its features are taken later."""
    new = insert(conn, Landmark).values(row | {"kind": "sighting", "pictures": []}).returning(Landmark.id)
    added: int = conn.execute(new).scalar_one()
    return added


def move(conn: Connection, landmark_id: int, lat: float, lon: float, radius_km: float, name: str) -> None:
    """A landmark's place is another now."""
    place = {"lat": lat, "lon": lon, "radius_km": radius_km, "name": name}
    conn.execute(update(Landmark).where(Landmark.id == landmark_id).values(place))


def serials(conn: Connection) -> dict[int, int]:
    """The row id of every landmark that has features, by its serial."""
    found = conn.execute(select(Landmark.serial, Landmark.id).where(Landmark.serial.is_not(None)))
    return {row.serial: row.id for row in found}


def packed(conn: Connection, wanted: Collection[int]) -> list[AnyRow]:
    """serial and packed of the landmarks with these serials, in order."""
    found = select(Landmark.serial, Landmark.packed).where(among(conn, Landmark.serial, wanted))
    return list(conn.execute(found.order_by(Landmark.serial)).all())


def scene(conn: Connection, media_id: int, analyzer_id: int) -> AnyRow | None:
    """A file's packed features, up to which serial they were held against landmarks, and how many lines were hidden."""
    mine = (MediaScene.media_id == media_id, MediaScene.analyzer_id == analyzer_id)
    return conn.execute(select(MediaScene.packed, MediaScene.serial, MediaScene.hidden).where(*mine)).first()


def save_scene(
    conn: Connection, media_id: int, analyzer_id: int, packed: bytes, state: tuple[int, int],
    found: Sequence[dict[str, Any]],
) -> None:  # fmt: skip
    """Store a file's features with their `state` (serial, hidden), and add matches: rows of landmark_matches without
    `media_id` and `analyzer_id`.

    What a landmark that is gone meanwhile matched is left out.
    """
    owner = {"media_id": media_id, "analyzer_id": analyzer_id}
    new = insert(conn, MediaScene).values(owner | {"packed": packed, "serial": state[0], "hidden": state[1]})
    kept = {name: new.excluded[name] for name in ("packed", "serial", "hidden")}
    conn.execute(new.on_conflict_do_update(index_elements=["media_id", "analyzer_id"], set_=kept))
    ids = [row["landmark_id"] for row in found]
    there = set(conn.execute(select(Landmark.id).where(among(conn, Landmark.id, ids))).scalars())
    for row in found:
        if row["landmark_id"] in there:
            conn.execute(delete(LandmarkMatch).filter_by(**owner, landmark_id=row["landmark_id"]))
            conn.execute(insert(conn, LandmarkMatch).values(owner | row))


def matched(conn: Connection, media_id: int, analyzer_id: int) -> bool:
    """Whether a file is held to show a known place."""
    mine = select(LandmarkMatch.landmark_id).filter_by(media_id=media_id, analyzer_id=analyzer_id)
    return conn.execute(mine.limit(1)).first() is not None


def forget_matches(conn: Connection, media_id: int, analyzer_id: int) -> None:
    """Before a file is held against all landmarks anew."""
    conn.execute(delete(LandmarkMatch).filter_by(media_id=media_id, analyzer_id=analyzer_id))


def recent(conn: Connection, analyzer_id: int) -> list[int]:
    """The newest files whose features are stored: those that new landmarks are held against."""
    found = select(MediaScene.media_id).where(MediaScene.analyzer_id == analyzer_id)
    return list(conn.execute(found.order_by(MediaScene.media_id.desc()).limit(LOOK_BACK)).scalars())


def of_post(conn: Connection, post_id: int, analyzer_id: int, same_footage: float, same_share: float) -> list[AnyRow]:
    """The known places that the files of a post show: columns of landmark_matches, kind, name, lat, lon, radius_km,
    sighting_key of the landmark, and `copied`: the file is, or is footage of, what the landmark was taken from (by its
    print's likeness, or by the share of points that agree): then it says nothing new."""
    pair = select(MediaPair.score).where(
        MediaPair.media_id == LandmarkMatch.media_id, MediaPair.other_id == Landmark.media_id,
        MediaPair.score >= same_footage,
    )  # fmt: skip
    alike = and_(Landmark.kind == "sighting", LandmarkMatch.share >= same_share)
    copied = or_(func.coalesce(Landmark.media_id, 0) == LandmarkMatch.media_id, pair.exists(), alike)
    found = (
        select(
            *LandmarkMatch.__table__.columns, Landmark.kind, Landmark.name, Landmark.lat, Landmark.lon,
            Landmark.radius_km, Landmark.sighting_key, copied.label("copied"),
        )
        .join(Landmark, Landmark.id == LandmarkMatch.landmark_id)
        .join(PostMedia, _shows(LandmarkMatch.media_id))
        .where(PostMedia.post_id == post_id, LandmarkMatch.analyzer_id == analyzer_id)
        .order_by(LandmarkMatch.score.desc(), LandmarkMatch.landmark_id)
    )  # fmt: skip
    return list(conn.execute(found).all())


def of_media(conn: Connection, media_id: int) -> list[int]:
    """The landmarks that a file gives."""
    return list(conn.execute(select(Landmark.id).where(Landmark.media_id == media_id)).scalars())


def added(now: datetime, key: str, name: str, place: tuple[float, float, float]) -> dict[str, Any]:
    """The columns that every new landmark has; `place`: latitude, longitude, radius in km."""
    lat, lon, radius_km = place
    return {"key": key, "name": name, "lat": lat, "lon": lon, "radius_km": radius_km, "added_at": now}
