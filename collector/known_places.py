"""Where are the places that footage is held against? In the store; their features in memory, read as they come."""

import threading
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection

from db import landmarks
from geolocate.frames.landmarks import Scene, unpack
from geolocate.frames.landmarks_index import Hit, LandmarkIndex

#: when so many landmarks are gone (share of those in memory), the index is made anew
_GONE = 0.25


class KnownPlaces:
    """The index of this process. What other processes add or take back is noticed at the next `refresh`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = LandmarkIndex()
        self._loaded: set[int] = set()

    def refresh(self, conn: Connection) -> dict[int, int]:
        """Read what is new; the row id of every landmark by its serial."""
        there = landmarks.serials(conn)
        with self._lock:
            if len(self._loaded - there.keys()) > _GONE * len(self._loaded):
                self._index, self._loaded = LandmarkIndex(), set()
            if fresh := there.keys() - self._loaded:
                self._index.add([(row.serial, _scenes(row.packed)) for row in landmarks.packed(conn, fresh)])
                self._loaded |= fresh
        return there

    def find(self, scenes: Sequence[Scene], among: Collection[int]) -> dict[int, tuple[Scene, Hit]]:
        """For each landmark (by serial, of those `among`) that the stills show: the surest still and how it matches."""
        wanted, best = frozenset(among), dict[int, tuple[Scene, Hit]]()
        with self._lock:
            index = self._index
        for scene in scenes if wanted else ():
            for hit in index.find(scene, wanted):
                if hit.owner not in best or hit.same.score > best[hit.owner][1].same.score:
                    best[hit.owner] = (scene, hit)
        return best


def _scenes(packed: bytes) -> list[Scene]:
    """Those of another version are as if they were not there: they are taken again."""
    try:
        return unpack(packed)
    except ValueError:
        return []


def matches(found: dict[int, tuple[Scene, Hit]], ids: dict[int, int], still: bool) -> list[dict[str, Any]]:
    """As rows of landmark_matches; `still`: the file is a picture, which has no time."""
    return [
        {
            "landmark_id": ids[serial], "at_ms": None if still else scene.at_ms, "reference_ms": hit.at_ms,
            "score": hit.same.score, "inliers": hit.same.inliers, "share": hit.same.share, "box": list(hit.same.box),
        }
        for serial, (scene, hit) in sorted(found.items())
    ]  # fmt: skip
