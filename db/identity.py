"""Which track is the continuation of which? Keys and numbers stay with a convoy while sightings come and go.

Tracks are linked afresh without knowing what they were called. Of the standing tracks each goes on in the one that has
most of its sightings; what does not go on anywhere was taken in (merged) or is left (split off, ended).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.rows import NewTrack


@dataclass(frozen=True, slots=True)
class Standing:
    """A track in the store, and the row ids of its sightings."""

    id: int
    key: str
    sightings: frozenset[int]


@dataclass(frozen=True, slots=True)
class Succession:
    """A track as it is to be written; `id` of the row that goes on in it, how many sightings that had, and changes:
    rows of `track_changes` but for `analyzer_id` and `at`."""

    track: NewTrack
    id: int | None
    before: int
    changes: tuple[dict[str, Any], ...]


def succeed(fresh: Sequence[NewTrack], standing: Sequence[Standing], taken: Collection[str]) -> list[Succession]:
    """Each fresh track with the standing one that goes on in it. `taken` are the keys of all tracks there are."""
    members = [frozenset(p.sighting_id for p in t.points) for t in fresh]
    heir = _heirs(fresh, members, standing)
    going_on = {standing[k].id for k in heir.values()}
    used = set(taken)
    found = []
    for n, track in enumerate(fresh):
        old = standing[heir[n]] if n in heir else None
        key = old.key if old else _free(track.key, used)
        used.add(key)
        others = [s for s in standing if s.sightings & members[n] and s is not old]
        merged = [s for s in others if s.id not in going_on and _most(s, members, n)]
        parted = [s for s in others if s.id in going_on]
        changes = _changes(key, old, members[n], merged, parted)
        found.append(Succession(replace(track, key=key), old.id if old else None, _size(old), tuple(changes)))
    return found


def _heirs(
    fresh: Sequence[NewTrack], members: Sequence[frozenset[int]], standing: Sequence[Standing]
) -> dict[int, int]:
    """Fresh -> standing, one to one: most sightings in common first, then the same key, then the older track."""
    home: dict[int, list[int]] = {}
    for k, s in enumerate(standing):
        for sighting in s.sightings:
            home.setdefault(sighting, []).append(k)
    shared = Counter((n, k) for n, ids in enumerate(members) for i in ids for k in home.get(i, ()))
    keys = {s.key: k for k, s in enumerate(standing)}
    for n, track in enumerate(fresh):
        if track.key in keys:
            shared[(n, keys[track.key])] += 0
    ranked = sorted(shared, key=lambda p: (-shared[p], fresh[p[0]].key != standing[p[1]].key, standing[p[1]].id, p[0]))
    heir: dict[int, int] = {}
    gone_on: set[int] = set()
    for n, k in ranked:
        if n not in heir and k not in gone_on:
            heir[n] = k
            gone_on.add(k)
    return heir


def _most(old: Standing, members: Sequence[frozenset[int]], n: int) -> bool:
    """Whether this fresh track has most of an old one's sightings (the first of equals)."""
    counts = [len(old.sightings & m) for m in members]
    return counts.index(max(counts)) == n


def _changes(
    key: str, old: Standing | None, now: frozenset[int], merged: Sequence[Standing], parted: Sequence[Standing]
) -> list[dict[str, Any]]:
    told = []
    if old is None and not parted:
        told.append(_change("begun", key, None, len(now), f"{len(now)} sightings hold together"))
    for other in merged:
        count = len(other.sightings & now)
        told.append(_change("merged", key, other.key, count, f"took in {count} sightings of a track that is no more"))
    for other in parted:
        count = len(other.sightings & now)
        kind = "split" if old is None else "moved"
        told.append(_change(kind, key, other.key, count, f"{count} sightings that were of another track"))
    if old is not None and old.sightings:
        gained = len(now - old.sightings) - sum(len(o.sightings & now) for o in (*merged, *parted))
        lost = len(old.sightings - now)
        if gained > 0:
            told.append(_change("grown", key, None, gained, f"{gained} sightings more"))
        if lost:
            told.append(_change("shrunk", key, None, lost, f"{lost} sightings left"))
    return told


def _change(kind: str, key: str, other: str | None, count: int, detail: str) -> dict[str, Any]:
    detail = detail.replace("1 sightings hold", "1 sighting holds") if count == 1 else detail
    detail = detail.replace("1 sightings", "1 sighting") if count == 1 else detail
    return {"kind": kind, "track_key": key, "other_key": other, "sightings": count, "detail": detail}


def _size(old: Standing | None) -> int:
    return len(old.sightings) if old else 0


def _free(key: str, used: Collection[str]) -> str:
    """A key that no other track has: the founding sighting may be that of a track that others go on in."""
    if key not in used:
        return key
    return next(name for n in range(2, len(used) + 3) if (name := f"{key}#{n}") not in used)
