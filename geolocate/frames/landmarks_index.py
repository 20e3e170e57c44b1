"""Which of many reference stills may show the place that this still shows? Words of features, in sorted tables.

A word is some bits of a feature's signature. A still that is looked up also tries the words that it would have if its
most doubtful bits were otherwise (multi-probe hashing; Lv et al. 2007), so that two tables do the work of dozens. What
is found is compared bit by bit, counted, and the best are checked by geometry.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.landmarks import DOUBTFUL, WORD_BITS, Scene
from geolocate.frames.landmarks_match import THRESHOLD, Same, same_place

#: one table a half of the signature; so many doubtful bits at a time are tried otherwise
_TABLES, _FLIPPED = 2, 2
#: blocks from which on they are made one
_MANY_BLOCKS = 16
#: bits in which the signatures of one thing from two sides may differ to be counted
_NEAR_BITS = 30
#: a word with more features than one in so many of all says nothing
_COMMON_SHARE, _COMMON_LEAST = 1 / 2000, 200
#: features in common from which on a still is worth a check, how many are checked, and how many in vain in a row
LEAST_VOTES, MOST_CHECKED, _IN_VAIN = 5, 8, 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A reference still that shows the same place: `owner` as it was added, the still's `at_ms`, and how sure."""

    owner: int
    at_ms: int
    same: Same


class LandmarkIndex:
    """Reference stills of places. About 35 bytes a feature, 10 kB a still; adding to it makes another block."""

    def __init__(self, references: Iterable[tuple[int, Sequence[Scene]]] = ()) -> None:
        """`references`: each owner (any number that means something to the caller) with its stills."""
        self._stills: list[tuple[int, Scene]] = []
        self._blocks: list[_Block] = []
        self.add(references)

    def __len__(self) -> int:
        """How many stills are in it."""
        return len(self._stills)

    def add(self, references: Iterable[tuple[int, Sequence[Scene]]]) -> None:
        """Add stills of owners that are not in it yet."""
        first = len(self._stills)
        self._stills += [(owner, scene) for owner, scenes in references for scene in scenes]
        if len(self._blocks) >= _MANY_BLOCKS:
            self._blocks, first = [], 0
        fresh = [scene for _, scene in self._stills[first:]]
        if any(len(scene.at) for scene in fresh):
            self._blocks.append(_Block(fresh, first))

    def find(self, scene: Scene, among: frozenset[int] | None = None, threshold: float = THRESHOLD) -> list[Hit]:
        """Reference stills that show the place of a still, the surest first; `among`: owners to look at."""
        votes = self._votes(scene)
        found: list[tuple[int, int, Same | None]] = []
        for still in sorted(votes, key=lambda s: (-votes[s], s)):
            owner, reference = self._stills[still]
            in_vain = len(found) >= _IN_VAIN and not any(_shows(same, threshold) for *_, same in found[-_IN_VAIN:])
            if len(found) >= MOST_CHECKED or in_vain or votes[still] < LEAST_VOTES:
                break
            if among is None or owner in among:
                found.append((owner, reference.at_ms, same_place(scene, reference)))
        hits = [Hit(owner, at, same) for owner, at, same in found if same is not None and _shows(same, threshold)]
        return sorted(hits, key=lambda hit: -hit.same.score)

    def _votes(self, scene: Scene) -> dict[int, int]:
        """How many features of the scene each reference still has, for those that have any."""
        if not len(scene.at):
            return {}
        probes = _probes(scene)
        found: dict[int, int] = {}
        for block in self._blocks:
            found |= block.votes(scene.signs, probes)
        return found


def _shows(same: Same | None, threshold: float) -> bool:
    return same is not None and same.score >= threshold


class _Block:
    """The features of some stills, numbered from `first` on."""

    def __init__(self, scenes: Sequence[Scene], first: int) -> None:
        self._signs = np.concatenate([scene.signs for scene in scenes])
        counts = [len(scene.signs) for scene in scenes]
        self._still = np.repeat(np.arange(first, first + len(scenes), dtype=np.int32), counts)
        self._common = max(_COMMON_LEAST, int(len(self._signs) * _COMMON_SHARE))
        self._words: list[NDArray[np.uint32]] = []
        self._order: list[NDArray[np.int32]] = []
        for table in range(_TABLES):
            words = _words(self._signs, table)
            order = np.argsort(words, kind="stable").astype(np.int32)
            self._words.append(words[order])
            self._order.append(order)

    def votes(self, signs: NDArray[np.uint64], probes: Sequence[NDArray[np.uint32]]) -> dict[int, int]:
        """How many of these features each still has; `probes`: (n, tried) words of each table."""
        pairs = []
        for table, tried in enumerate(probes):
            words = self._words[table]
            low = np.searchsorted(words, tried.ravel(), "left")
            counts = np.searchsorted(words, tried.ravel(), "right") - low
            counts[counts > self._common] = 0
            query = np.repeat(np.repeat(np.arange(len(signs)), tried.shape[1]), counts)
            within = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts)
            theirs = self._order[table][np.repeat(low, counts) + within]
            apart = np.bitwise_count(self._signs[theirs, 0] ^ signs[query, 0])
            apart += np.bitwise_count(self._signs[theirs, 1] ^ signs[query, 1])
            near = apart <= _NEAR_BITS
            pairs.append(query[near] + self._still[theirs[near]].astype(np.int64) * len(signs))
        stills, counted = np.unique(np.unique(np.concatenate(pairs)) // len(signs), return_counts=True)
        return dict(zip(stills.tolist(), counted.tolist(), strict=True))


def _words(signs: NDArray[np.uint64], table: int) -> NDArray[np.uint32]:
    """Each table's word from the bits of another half of the signature."""
    return (signs[:, table] & np.uint64((1 << WORD_BITS) - 1)).astype(np.uint32)


def _probes(scene: Scene) -> list[NDArray[np.uint32]]:
    """The words to try for the features of a still, (n, tried) a table."""
    found = []
    for table in range(_TABLES):
        word = _words(scene.signs, table)
        doubted = (scene.doubt[:, None] >> (np.arange(WORD_BITS) + WORD_BITS * table).astype(np.uint64)) & np.uint64(1)
        flips = np.uint32(1) << np.nonzero(doubted)[1].reshape(-1, DOUBTFUL).astype(np.uint32)
        tried = [word]
        for many in range(1, _FLIPPED + 1):
            for which in combinations(range(DOUBTFUL), many):
                tried.append(word ^ np.bitwise_or.reduce(flips[:, which], axis=1))
        found.append(np.stack(tried, axis=1))
    return found
