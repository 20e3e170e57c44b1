"""How much do the places named together in a text speak for each other's readings?

Readings that lie in one area, one country or close together support each other, each with its likelihood; the three
names that speak loudest for a reading count. Two rounds over all names of a post at once; long articles name by name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geolocate.gazetteer import Entry
from geolocate.sphere import EARTH_RADIUS_KM

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROUNDS = 2
#: names whose support counts
_LOUDEST = 3
#: mentions looked at before and after each, and other names among them that count; keeps long articles linear
MOST_MENTIONS, MOST_SUPPORTERS = 60, 30
#: a text of so many mentions, fewer than would be left out, is looked at as a whole
TOGETHER = 24
#: readings of another mention that speak for a reading of this one
MOST_SUPPORTING = 8
#: how much an area speaks for another area of its country, and a region for what lies in it
SIBLINGS, WITHIN = 1.5, 2.0


@dataclass(frozen=True, slots=True)
class Group:
    """The readings of one mention, and their scores with that of "none of them" as the last."""

    entries: Sequence[Entry]
    scores: Floats

    @property
    def ref(self) -> str:
        """The reference of the likeliest reading out of context: mentions that share it are one name."""
        return self.entries[0].ref


def settled(groups: Sequence[Group]) -> list[Floats]:
    """The likelihood of each reading of each group, and of none, after ROUNDS of support."""
    weights = [_softmax(group.scores) for group in groups]
    if len({group.ref for group in groups}) < 2:
        return weights
    if len(groups) <= TOGETHER:
        return _settled_together(groups, weights)
    for _ in range(ROUNDS):
        weights = _supported(groups, weights)
    return weights


def _settled_together(groups: Sequence[Group], weights: list[Floats]) -> list[Floats]:
    """All mentions in one matrix: a row a reading (and one a group for none), a column a supporting reading."""
    spoken = [entry for group in groups for entry in group.entries[:MOST_SUPPORTING]]
    others = _Traits(spoken)
    bonus = _with_none(groups, _bonus(_Traits([e for g in groups for e in g.entries]), others), _ideal(others))
    columns = _starts([min(MOST_SUPPORTING, len(group.entries)) for group in groups])
    sizes = [len(group.scores) for group in groups]
    rows, owner = _starts(sizes), np.repeat(np.arange(len(groups)), sizes)
    heard = _heard(groups)[owner]
    scores = np.concatenate([group.scores for group in groups])
    flat = np.concatenate(weights)
    taken = np.concatenate([rows[i] + np.arange(min(MOST_SUPPORTING, len(g.entries))) for i, g in enumerate(groups)])
    for _ in range(ROUNDS):
        summed = np.add.reduceat(bonus * flat[taken], columns, axis=1) * heard
        shifted = scores + _loudest(summed)
        shifted = np.exp(shifted - np.repeat(np.maximum.reduceat(shifted, rows), sizes))
        flat = shifted / np.repeat(np.add.reduceat(shifted, rows), sizes)
    return np.split(flat, rows[1:])


def _with_none(groups: Sequence[Group], bonus: Floats, ideal: Floats) -> Floats:
    """`bonus` with the row for "none of them" behind the rows of each group."""
    ends = np.cumsum([len(group.entries) for group in groups])
    return np.insert(bonus, ends, ideal, axis=0)


def _starts(sizes: Sequence[int]) -> Ints:
    return np.cumsum([0, *sizes[:-1]])


def _loudest(summed: Floats) -> Floats:
    if summed.shape[1] > _LOUDEST:
        summed = np.partition(summed, -_LOUDEST, axis=1)[:, -_LOUDEST:]
    total: Floats = summed.sum(axis=1)
    return total


def _heard(groups: Sequence[Group]) -> Bools:
    """Which group's words count for which: the nearest of every other name."""
    heard = np.zeros((len(groups), len(groups)), dtype=np.bool_)
    for i in range(len(groups)):
        heard[i, _neighbours(groups, i)] = True
    return heard


def _supported(groups: Sequence[Group], weights: Sequence[Floats]) -> list[Floats]:
    """One round, mention by mention."""
    result = []
    for i, group in enumerate(groups):
        near = _neighbours(groups, i)
        if not near:
            result.append(weights[i])
            continue
        bonus = _support(group, [groups[j] for j in near], [weights[j] for j in near])
        result.append(_softmax(group.scores + _loudest(bonus)))
    return result


def _neighbours(groups: Sequence[Group], i: int) -> list[int]:
    """The nearest mentions of other names, each name once."""
    seen = {groups[i].ref}
    found: list[int] = []
    window = range(max(0, i - MOST_MENTIONS), min(len(groups), i + MOST_MENTIONS))
    for j in sorted(window, key=lambda j: abs(j - i)):
        if groups[j].ref not in seen:
            seen.add(groups[j].ref)
            found.append(j)
    return found[:MOST_SUPPORTERS]


def _support(group: Group, others: Sequence[Group], weights: Sequence[Floats]) -> Floats:
    """How much each other mention, with its likeliest readings, speaks for each reading of this one and for none."""
    sizes = [min(MOST_SUPPORTING, len(other.entries)) for other in others]
    likely = np.concatenate([w[:n] for w, n in zip(weights, sizes, strict=True)])
    spoken = _Traits([entry for other in others for entry in other.entries[:MOST_SUPPORTING]])
    bonus = np.vstack([_bonus(_Traits(group.entries), spoken), _ideal(spoken)])
    summed: Floats = np.add.reduceat(bonus * likely, _starts(sizes), axis=1)
    return summed


class _Traits:
    """Readings as arrays: unit vectors, and what tells whether one place lies in another."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.vectors = vectors([(e.lat, e.lon) for e in entries])
        self.countries = np.array([hash(e.country) for e in entries])
        self.regions = np.array([hash((e.country, e.admin1)) for e in entries])
        self.is_country = np.array([e.kind == "country" for e in entries])
        self.is_area = np.array([e.kind == "area" for e in entries])
        self.reaches = np.array([e.radius_km if e.kind == "region" else 0.0 for e in entries])


def _bonus(of: _Traits, by: _Traits) -> Floats:
    """What each reading of `by`, were it certain, would be worth to each reading of `of`: a matrix of both."""
    away = distances(of.vectors, by.vectors)
    bonus: Floats = 2.0 * np.exp(-away / 40.0) + 1.5 * np.exp(-away / 250.0)
    compatriots = of.countries[:, None] == by.countries
    bonus += compatriots * (1.0 + 2.0 * (by.is_country & ~of.is_country[:, None]))
    if by.is_area.any():
        # Alabama beside Georgia: states of one country are told together
        bonus += SIBLINGS * (by.is_area & of.is_area[:, None] & compatriots)
    together = of.regions[:, None] == by.regions
    bonus += together * (1.0 + 2.0 * (by.is_area & ~of.is_area[:, None]))
    if by.reaches.any():
        # a region has no code that its places share: they lie within its reach
        bonus += WITHIN * ((away < by.reaches) & (of.reaches[:, None] == 0.0))
    return bonus


def _ideal(by: _Traits) -> Floats:
    """What `by` would be worth to a place that no gazetteer has, near by."""
    ideal: Floats = 2.3 + 2.0 * by.is_country + 3.0 * by.is_area
    return ideal


def vectors(points: Sequence[tuple[float, float]]) -> Floats:
    """Unit vectors of points in degrees, a row each."""
    return np.array([_vector(*point) for point in points])


@lru_cache(maxsize=50_000)
def _vector(lat: float, lon: float) -> tuple[float, float, float]:
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def distances(a: Floats, b: Floats) -> Floats:
    """Great-circle distances in km between unit vectors, as a matrix."""
    found: Floats = EARTH_RADIUS_KM * np.arccos(np.clip(a @ b.T, -1.0, 1.0))
    return found


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max())
    weights: Floats = shifted / shifted.sum()
    return weights
