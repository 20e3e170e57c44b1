"""What locating gave for each post, and the observations that clustering reads."""

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from db import spots
from db.among import among
from db.models import Bucket, Doubt, Evidence, Observation, ObservationSpot, Post
from db.rows import NewDoubt, NewEvidence, NewObservation
from db.types import AnyRow
from db.upsert import insert

Cell = tuple[str, int, int]  # day, whole degrees of latitude and longitude


def cell_of(at: datetime, lat: float, lon: float) -> Cell:
    """The bucket of space and time that a point falls into: a UTC day and a one-degree cell."""
    return at.astimezone(UTC).date().isoformat(), math.floor(lat), math.floor(lon)


def bucket_id(conn: Connection, kind: str, cell: Cell) -> int:
    """The row id of a bucket, made when it is not there."""
    row = {"kind": kind, "day": cell[0], "cell_lat": cell[1], "cell_lon": cell[2]}
    conn.execute(insert(conn, Bucket).values(row).on_conflict_do_nothing())
    return conn.execute(select(Bucket.id).filter_by(**row)).scalar_one()


def bucket_ids(conn: Connection, kind: str) -> list[int]:
    """The row ids of all buckets of a kind, for a new version of an analyzer."""
    return list(conn.execute(select(Bucket.id).where(Bucket.kind == kind)).scalars())


def save(
    conn: Connection,
    post_id: int,
    analyzer_id: int,
    evidence: Sequence[NewEvidence],
    observed: NewObservation,
    doubts: Sequence[NewDoubt] = (),
) -> set[int]:
    """Replace what this analyzer said of this post; returns the buckets that this touches, old and new."""
    mine = (Observation.post_id == post_id, Observation.analyzer_id == analyzer_id)
    touched = {b for b in conn.execute(select(Observation.bucket_id).where(*mine)).scalars() if b is not None}
    conn.execute(delete(Evidence).where(Evidence.post_id == post_id, Evidence.analyzer_id == analyzer_id))
    rows = [asdict(e) | {"post_id": post_id, "analyzer_id": analyzer_id, "ordinal": n} for n, e in enumerate(evidence)]
    if rows:
        conn.execute(insert(conn, Evidence), rows)
    conn.execute(delete(Doubt).where(Doubt.post_id == post_id, Doubt.analyzer_id == analyzer_id))
    if doubts:
        owner = {"post_id": post_id, "analyzer_id": analyzer_id}
        conn.execute(insert(conn, Doubt), [asdict(d) | owner for d in doubts])
    bucket = None
    if observed.lat is not None and observed.lon is not None and observed.seen_from is not None:
        bucket = bucket_id(conn, "cell", cell_of(observed.seen_from, observed.lat, observed.lon))
        touched.add(bucket)
    values = asdict(observed) | {"post_id": post_id, "analyzer_id": analyzer_id, "bucket_id": bucket}
    conn.execute(delete(Observation).where(*mine))
    conn.execute(insert(conn, Observation).values(values))
    spots.save(conn, post_id, analyzer_id, observed)
    return touched


def doubts(conn: Connection, analyzer_id: int, post_ids: Collection[int]) -> Sequence[AnyRow]:
    """What speaks against the claims of these posts: columns of doubts, each post's strongest first."""
    found = (
        select(*Doubt.__table__.columns)
        .where(Doubt.analyzer_id == analyzer_id, among(conn, Doubt.post_id, post_ids))
        .order_by(Doubt.post_id, Doubt.probability.desc(), Doubt.kind)
    )
    return conn.execute(found).all()


def posts_in(conn: Connection, analyzer_id: int, bucket_ids: Collection[int]) -> set[int]:
    """Every post that was ever observed in these buckets, older revisions included."""
    found = select(Observation.post_id).where(
        Observation.analyzer_id == analyzer_id, among(conn, Observation.bucket_id, bucket_ids)
    )
    return set(conn.execute(found).scalars())


def buckets_of_posts(conn: Connection, analyzer_id: int, post_ids: Collection[int]) -> set[int]:
    """The buckets in which these posts were observed."""
    found = conn.execute(
        select(Observation.bucket_id).where(
            Observation.analyzer_id == analyzer_id, among(conn, Observation.post_id, post_ids)
        )
    )
    return {b for b in found.scalars() if b is not None}


def active(
    conn: Connection,
    analyzer_id: int,
    threshold: float,
    *,
    post_ids: Collection[int] | None = None,
    tiles: Collection[int] | None = None,
) -> list[AnyRow]:
    """Observations of a located convoy in current posts; only of these posts, or with a spot in these tiles, if given.

    With `platform`, `native_id`, `posted_at`, `collected_at` and `text` of the post.
    """
    query = (
        select(
            *Observation.__table__.columns, Post.platform, Post.native_id, Post.posted_at, Post.collected_at, Post.text
        )
        .join(Post, Post.id == Observation.post_id)
        .where(
            Observation.analyzer_id == analyzer_id,
            Observation.convoy_probability >= threshold,
            Observation.bucket_id.is_not(None),
            Post.is_current,
        )
    )  # fmt: skip
    if tiles is not None:
        mine = ObservationSpot.analyzer_id == analyzer_id
        there = select(ObservationSpot.post_id).where(mine, among(conn, ObservationSpot.tile, tiles))
        query = query.where(Observation.post_id.in_(there))
    if post_ids is not None:
        query = query.where(among(conn, Observation.post_id, post_ids))
    return list(conn.execute(query).all())


def place_names(conn: Connection, analyzer_id: int, post_ids: Collection[int]) -> dict[int, str]:
    """The name of the piece of evidence that each post's position was taken from: the nearest to it."""
    off = (Evidence.lat - Observation.lat) * (Evidence.lat - Observation.lat) + (Evidence.lon - Observation.lon) * (
        Evidence.lon - Observation.lon
    )
    mine = (Observation.post_id == Evidence.post_id) & (Observation.analyzer_id == Evidence.analyzer_id)
    found = conn.execute(
        select(Evidence.post_id, Evidence.name)
        .join(Observation, mine)
        .where(
            Evidence.analyzer_id == analyzer_id, among(conn, Evidence.post_id, post_ids), Observation.lat.is_not(None)
        )
        .order_by(off, Evidence.ordinal)
    )
    names: dict[int, str] = {}
    for row in found:
        names.setdefault(row.post_id, row.name)
    return names
