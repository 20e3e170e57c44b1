"""Which reports are known, and what is believed of each? Arrays that grow and shrink as reports come and go.

A report keeps its slot as long as it is known. Its rank is its place in the order of content: whatever has to be done
in some order is done in that one, so that answers do not depend on the order of arrival.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geolocate.belief import Beliefs, believe
from geolocate.cluster import content
from geolocate.likeness import Described, describe
from geolocate.link_params import LinkParams
from geolocate.roads import Ints, RoadGraph
from geolocate.types import Sighting


class Reports:
    """Sightings by slot, with beliefs and descriptions about them on one part of the road graph."""

    def __init__(self, roads: RoadGraph, priors: Mapping[str, float], params: LinkParams) -> None:
        self._roads, self._priors, self._params = roads, priors, params
        self.sightings: list[Sighting] = []
        self.slot: dict[str, int] = {}
        self.alive: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self.rank: Ints = np.zeros(0, dtype=np.int64)
        self.beliefs: Beliefs = believe([], roads, params)
        self.said: Described = describe([], priors)
        self._ordered: list[tuple[tuple[Any, ...], int]] = []

    def __len__(self) -> int:
        """How many slots there are, those of forgotten reports among them."""
        return len(self.sightings)

    def change(self, fresh: Sequence[Sighting], gone: Sequence[str]) -> tuple[Ints, Ints]:
        """Forget and take in; the slots of the fresh and of the gone."""
        left = np.array([self.slot.pop(name) for name in gone], dtype=np.int64)
        slots = np.arange(len(self), len(self) + len(fresh))
        for k in left.tolist():
            del self._ordered[bisect_left(self._ordered, (content(self.sightings[k]), k))]
        self.alive = np.concatenate([self.alive, np.ones(len(fresh), dtype=bool)])
        self.alive[left] = False
        self.sightings.extend(fresh)
        self.slot.update((s.id, k) for s, k in zip(fresh, slots.tolist(), strict=True))
        for s, k in zip(fresh, slots.tolist(), strict=True):
            if len(fresh) < 100:
                insort(self._ordered, (content(s), k))
            else:
                self._ordered.append((content(s), k))
        self._ordered.sort()
        self.rank = np.full(len(self), -1, dtype=np.int64)
        self.rank[[k for _, k in self._ordered]] = np.arange(len(self._ordered))
        self.beliefs = self.beliefs.extended(believe(fresh, self._roads, self._params))
        self.said = self.said.extended(describe(fresh, self._priors))
        return slots, left

    def ranked(self, slots: Ints) -> Ints:
        """These slots in the order of content."""
        return slots[np.argsort(self.rank[slots], kind="stable")]
