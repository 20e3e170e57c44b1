"""Which stored clips may show the footage of this one? Fingerprints in an SQLite file, looked up by words.

A word is 24 bits of a point's signature, or a quarter of a still's hash. Some words of each clip are stored, and those
of a question looked up, as it is and in a mirror; the clips that share most, rare ones above all, are compared whole.
One transaction a clip: a killed process leaves whole clips, and adding one again changes nothing.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.fingerprint import VERSION, Fingerprint, FramePrint, pack, unpack
from geolocate.frames.hashes import MIRROR_MASK
from geolocate.frames.kinship import SCHEMA as KIN_SCHEMA
from geolocate.frames.kinship import Kin
from geolocate.frames.video_match import THRESHOLD, Match, compare

#: "cwfp" in ASCII: marks our files among SQLite's
_APPLICATION = 0x63776670
_SCHEMA = """
CREATE TABLE clip (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, print BLOB NOT NULL);
CREATE TABLE name (clip INTEGER NOT NULL REFERENCES clip, name BLOB NOT NULL, PRIMARY KEY (clip, name)) WITHOUT ROWID;
CREATE TABLE word (word INTEGER NOT NULL, clip INTEGER NOT NULL, PRIMARY KEY (word, clip)) WITHOUT ROWID;
"""
_WORD_BITS = 24
#: points' words of a clip, evenly from its stills, and the least of each still
_WORDS = 512
_LEAST_A_STILL = 8
#: a word that more clips have says nothing: a blank wall, a channel's badge
_COMMON = 400
#: keeps a word that a single clip has from outweighing several that a few have
_RARE = 5
#: words in common from which on a clip is worth comparing
_LEAST_SHARED = 4
#: clips compared at most, and how many in a row without a match end the search: footage may have hundreds of copies
_COMPARED = 1000
_IN_VAIN = 6


class NotAnIndex(ValueError):
    """The file is something else, damaged, or of another version."""


class FingerprintIndex:
    """Open with `FingerprintIndex(path)`; path ":memory:" keeps it in memory. Close it when done."""

    def __init__(self, path: Path | str) -> None:
        try:
            self._db = sqlite3.connect(str(path), isolation_level=None, timeout=30.0)
        except sqlite3.Error as error:
            raise NotAnIndex(f"{path} cannot be opened: {error}") from error
        try:
            self._prepare(path)
        except (NotAnIndex, sqlite3.Error) as error:
            self._db.close()
            if isinstance(error, NotAnIndex):
                raise
            raise NotAnIndex(f"{path} cannot be used as a fingerprint index: {error}") from error

    def _prepare(self, path: Path | str) -> None:
        with self._transaction():
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if application == 0 and tables == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
                self._db.execute(f"PRAGMA user_version = {VERSION}")
            elif application != _APPLICATION:
                raise NotAnIndex(f"{path} is another program's database")
            elif version != VERSION:
                raise NotAnIndex(f"{path} holds fingerprints of version {version}, not {VERSION}: make it again")
            self._db.execute(KIN_SCHEMA)  # files of before it go on with an empty one
        self._db.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __len__(self) -> int:
        """How many distinct files are stored."""
        return int(self._db.execute("SELECT count(*) FROM clip").fetchone()[0])

    def add(self, name: str, print_: Fingerprint, matches: Mapping[int, Match] | None = None) -> None:
        """Store a clip under a name; a file of the same bytes is stored once, under all its names.

        `matches`: what `matches` found for it, that later clips are led on by.
        """
        with self._transaction():
            found = self._db.execute("SELECT id FROM clip WHERE sha256 = ?", (print_.sha256,)).fetchone()
            if found is None:
                cursor = self._db.execute(
                    "INSERT INTO clip (sha256, print) VALUES (?, ?)", (print_.sha256, pack(print_))
                )
                assert cursor.lastrowid is not None, "SQLite numbers the row"
                found = (cursor.lastrowid,)
                stored = words_of(print_)
                self._db.executemany("INSERT INTO word (word, clip) VALUES (?, ?)", [(w, found[0]) for w in stored])
                Kin(self._db).add(found[0], matches or {})
            self._db.execute("INSERT OR IGNORE INTO name (clip, name) VALUES (?, ?)", (found[0], os.fsencode(name)))

    def find(self, print_: Fingerprint) -> list[tuple[str, Match]]:
        """The names of stored clips that show the same footage, best first."""
        direct = self.matches(print_)
        return self.named(direct | self.beyond(direct))

    def matches(self, print_: Fingerprint) -> dict[int, Match]:
        """The stored clips, by id, that show the same footage."""
        return best_matches(print_, self.candidates(print_), self._print)

    def beyond(self, matches: Mapping[int, Match]) -> dict[int, Match]:
        """The stored clips that show the same as these matches of a clip, at the same time."""
        return Kin(self._db).beyond(matches)

    def joined(self, matches: Mapping[int, Match]) -> list[tuple[str, str, Match]]:
        """Names of stored clips that a clip's matches bring together: the later one, the earlier one, their match."""
        return [
            (later, earlier, match)
            for one, other, match in Kin(self._db).joined(matches)
            for later in self._names(one)
            for earlier in self._names(other)
        ]

    def named(self, matches: Mapping[int, Match]) -> list[tuple[str, Match]]:
        """Matches with the names of the stored clips, best first."""
        found = [(name, match) for clip, match in matches.items() for name in self._names(clip)]
        return sorted(found, key=lambda pair: (-pair[1].score, pair[0]))

    def _names(self, clip: int) -> list[str]:
        rows = self._db.execute("SELECT name FROM name WHERE clip = ? ORDER BY name", (clip,))
        return [os.fsdecode(name) for (name,) in rows]

    def _print(self, clip: int) -> Fingerprint:
        (data,) = self._db.execute("SELECT print FROM clip WHERE id = ?", (clip,)).fetchone()
        try:
            return unpack(data)
        except ValueError as error:
            raise NotAnIndex(f"the index is damaged: {error}") from error

    def candidates(self, print_: Fingerprint) -> list[tuple[int, bool]]:
        """Ids of the stored clips worth comparing, and whether in a mirror, most promising first.

        A clip of the same bytes is always the first.
        """
        same = self._db.execute("SELECT id FROM clip WHERE sha256 = ?", (print_.sha256,)).fetchall()
        others = [found for found in worth_comparing(print_, self._with_word) if (found[0],) not in same]
        return [(row[0], False) for row in same] + others

    def _with_word(self, word: int, most: int) -> list[int]:
        found = self._db.execute("SELECT clip FROM word WHERE word = ? LIMIT ?", (word, most))
        return [clip for (clip,) in found]


def best_matches(
    print_: Fingerprint, candidates: Sequence[tuple[int, bool]], load: Callable[[int], Fingerprint]
) -> dict[int, Match]:
    """The candidates (id, in a mirror) that show the same footage, each with its better match."""
    best: dict[int, Match] = {}
    in_vain = 0
    for clip, mirrored in candidates:
        if in_vain == _IN_VAIN:
            break
        match = compare(print_, load(clip), (mirrored,))
        if match is None or match.score < THRESHOLD:
            in_vain += 1
            continue
        in_vain = 0
        if clip not in best or match.score > best[clip].score:
            best[clip] = match
    return best


def worth_comparing(print_: Fingerprint, with_word: Callable[[int, int], list[int]]) -> list[tuple[int, bool]]:
    """Ids of clips that share enough words with this one, and whether in a mirror, most promising first.

    `with_word` gives the ids of clips that have a word, at most so many.
    """
    ranked = [
        (weight, clip, mirrored)
        for mirrored in (False, True)
        for clip, weight in _sharing(words_of(print_, mirrored=mirrored), with_word)
    ]
    ranked.sort(key=lambda found: (-found[0], found[1], found[2]))
    return [(clip, mirrored) for _, clip, mirrored in ranked[:_COMPARED]]


def _sharing(words: list[int], with_word: Callable[[int, int], list[int]]) -> list[tuple[int, float]]:
    """The clips that share enough of the words, with the weight of these: rare words weigh more."""
    found: list[NDArray[np.int64]] = []
    weights: list[NDArray[np.float64]] = []
    for word in sorted(words):
        rows = with_word(word, _COMMON + 1)
        if 0 < len(rows) <= _COMMON:
            found.append(np.array(rows, np.int64))
            weights.append(np.full(len(rows), 1 / (_RARE + len(rows))))
    if not found:
        return []
    clips, place, counts = np.unique(np.concatenate(found), return_inverse=True, return_counts=True)
    weight = np.bincount(place, np.concatenate(weights))
    worth = np.flatnonzero(counts >= _LEAST_SHARED)
    best = worth[np.argsort(-weight[worth], kind="stable")][:_COMPARED]
    return list(zip(clips[best].tolist(), weight[best].tolist(), strict=True))


def words_of(print_: Fingerprint, mirrored: bool = False) -> list[int]:
    """Some 500 distinct words of a clip, as many of each still, its strongest points first."""
    words: dict[int, None] = {}
    share = max(_LEAST_A_STILL, _WORDS // max(1, len(print_.frames)))
    for frame in print_.frames:
        words.update(dict.fromkeys([*_hash_words(frame, mirrored), *_point_words(frame, mirrored, share)]))
    return list(words)


def _point_words(frame: FramePrint, mirrored: bool, most: int) -> list[int]:
    points = frame.points.mirrored() if mirrored else frame.points
    return [int(w) for w in points.signs[:most, 0] & np.uint64((1 << _WORD_BITS) - 1)]


def _hash_words(frame: FramePrint, mirrored: bool) -> list[int]:
    bits = frame.hash ^ (MIRROR_MASK if mirrored else 0)
    # above the points' words, each quarter in a range of its own
    return [((1 + quarter) << _WORD_BITS) + (bits >> (16 * quarter) & 0xFFFF) for quarter in range(4)]
