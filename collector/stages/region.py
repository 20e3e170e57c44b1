"""Which posts may have other events than before, when something changed in a few cells of space and time?

Those of the cells, the copies of all of them, whatever stood in one sighting with them, and every report that a chain
of clear pairs leads to: clustering looks at such chains one by one (`geolocate.cluster`), so nothing else can change.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from collector.company import whole_company
from collector.context import Context
from collector.stages.shapes import stored
from db import observations, rulings, sightings, spots
from db.types import AnyRow
from geolocate.cluster import clear_pairs
from geolocate.types import Sighting

#: farther apart than this (km, days of the middles of their times) two reports are no pair: see `cluster.candidates`
REACH_KM, REACH_DAYS = 125.0, 1


@dataclass(frozen=True, slots=True)
class Region:
    """A part of space and time that nothing outside can change: its observations, and all posts that are copies."""

    observed: dict[int, AnyRow]
    posts: frozenset[int]


def touched_by(ctx: Context, conn: Connection, bucket_ids: Collection[int]) -> Region:
    """Everything that what happened in these buckets can touch."""
    locate, threshold = ctx.analyzers["locate"], ctx.settings.locate.convoy_threshold
    near = _Near(conn, locate, threshold)
    friends = _joined_posts(conn)
    # posts that were observed in these buckets, edited ones too: their former sightings have to go
    posts, fresh = set[int](), observations.posts_in(conn, locate, bucket_ids)
    observed: dict[int, AnyRow] = {}
    while fresh:
        fresh |= sightings.standing_with(conn, ctx.analyzers["cluster"], fresh)
        fresh = whole_company(conn, fresh.union(*(f for f in friends if not fresh.isdisjoint(f)))) - posts
        posts |= fresh
        rows = {o.post_id: o for o in observations.active(conn, locate, threshold, post_ids=fresh)}
        observed |= rows
        fresh = near.to(rows) - posts
    return Region(observed, frozenset(posts))


def _joined_posts(conn: Connection) -> list[set[int]]:
    """Posts that a person holds to be of one event, wherever they are, a set a merger."""
    mergers = [r for r in rulings.holding(conn, "sighting") if r.one]
    ids = rulings.current_posts(conn, {name for m in mergers for name in m.named})
    return [{ids[name] for name in m.named if name in ids} for m in mergers]


class _Near:
    """Reports by where and when they are, read tile by tile as they are needed."""

    def __init__(self, conn: Connection, analyzer_id: int, threshold: float) -> None:
        self._conn, self._analyzer_id, self._threshold = conn, analyzer_id, threshold
        self._tiles: set[int] = set()
        self._place: dict[int, int] = {}
        self._reports: list[Sighting] = []
        self._posts: list[int] = []

    def to(self, rows: dict[int, AnyRow]) -> set[int]:
        """The posts whose reports make a clear pair with one of these."""
        self._read(rows.values())
        fresh = np.array(sorted(self._place[post] for post in rows if post in self._place), dtype=np.int64)
        if not len(fresh):
            return set()
        i, j = clear_pairs(self._reports, fresh)
        return {self._posts[k] for k in np.unique(np.concatenate([i, j])).tolist()}

    def _read(self, rows: Collection[AnyRow]) -> None:
        """Have everything that lies within reach of these."""
        here = (spot for row in rows for spot in spots.spots_of(row))
        around = spots.tiles_around(here, REACH_KM, REACH_DAYS) - self._tiles
        self._tiles |= around
        for row in observations.active(self._conn, self._analyzer_id, self._threshold, tiles=around):
            if row.post_id not in self._place:
                self._place[row.post_id] = len(self._posts)
                self._posts.append(row.post_id)
                self._reports.append(stored(str(row.post_id), row))
