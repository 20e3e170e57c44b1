"""How much do the places named together in a text speak for each other's readings?

Readings that lie in one area, one country or close together support each other, each with its likelihood; the three
names that speak loudest for a reading count. Two rounds over all names of a post at once; long articles name by name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from geolocate.gazetteer import Entry
from geolocate.sphere import EARTH_RADIUS_KM

Floats = NDArray[np.float64]
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
    """The readings of one mention with their `traits`, and their scores with that of "none of them" as the last."""

    entries: Sequence[Entry]
    traits: Floats
    scores: Floats

    @property
    def ref(self) -> str:
        """The reference of the likeliest reading out of context: mentions that share it are one name."""
        return self.entries[0].ref


def settled(groups: Sequence[Group]) -> list[Floats]:
    """The likelihood of each reading of each group, and of none, after ROUNDS of support."""
    if 1 < len(groups) <= TOGETHER and len({group.ref for group in groups}) > 1:
        return _settled_together(groups)
    weights = [_softmax(group.scores) for group in groups]
    if len({group.ref for group in groups}) < 2:
        return weights
    for _ in range(ROUNDS):
        weights = _supported(groups, weights)
    return weights


def _settled_together(groups: Sequence[Group]) -> list[Floats]:
    """All mentions in one matrix: a row a reading (and one a group for none), a column a supporting reading."""
    sizes = [len(group.scores) for group in groups]
    speaking = [min(MOST_SUPPORTING, size - 1) for size in sizes]
    rows, columns = _starts(sizes), _starts(speaking)
    taken = [row for first, many in zip(rows, speaking, strict=True) for row in range(first, first + many)]
    traits = np.concatenate([group.traits for group in groups])
    spoken = traits[taken]
    bonus = _bonus(traits, spoken)
    bonus[[first + size - 1 for first, size in zip(rows, sizes, strict=True)]] = _ideal(spoken)
    heard = np.repeat(_heard(groups), sizes, axis=0)
    scores = np.concatenate([group.scores for group in groups])
    flat = _shares(scores, rows, sizes)
    for _ in range(ROUNDS):
        summed = np.add.reduceat(bonus * flat[taken], columns, axis=1) * heard
        flat = _shares(scores + _loudest(summed), rows, sizes)
    return [flat[first : first + size] for first, size in zip(rows, sizes, strict=True)]


def _shares(scores: Floats, rows: Sequence[int], sizes: Sequence[int]) -> Floats:
    """Each group's scores as likelihoods; group i starts at `rows[i]`."""
    shifted = np.exp(scores - np.maximum.reduceat(scores, rows).repeat(sizes))
    shares: Floats = shifted / np.add.reduceat(shifted, rows).repeat(sizes)
    return shares


def _starts(sizes: Sequence[int]) -> list[int]:
    return list(accumulate(sizes[:-1], initial=0))


def _loudest(summed: Floats) -> Floats:
    if summed.shape[1] > _LOUDEST:
        summed = np.partition(summed, -_LOUDEST, axis=1)[:, -_LOUDEST:]
    total: Floats = summed.sum(axis=1)
    return total


def _heard(groups: Sequence[Group]) -> Bools:
    """Which group's words count for which: the nearest of every other name."""
    if len({group.ref for group in groups}) == len(groups):
        return ~np.eye(len(groups), dtype=np.bool_)
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
    spoken = np.concatenate([other.traits[:n] for other, n in zip(others, sizes, strict=True)])
    bonus = _bonus(group.traits, spoken)
    bonus[-1] = _ideal(spoken)
    summed: Floats = np.add.reduceat(bonus * likely, _starts(sizes), axis=1)
    return summed


#: columns of traits: the unit vector, country and region as numbers, kind, and how far a region reaches
_PLACE, _LAND, _PART, _IS_COUNTRY, _IS_AREA, _REACH = slice(0, 3), 3, 4, 5, 6, 7
#: numbers that a float holds exactly
_EXACT = (1 << 52) - 1


def traits(entries: Sequence[Entry]) -> Floats:
    """What tells whether one place lies in another: a row a reading, and a last one, of zeros, for none of them."""
    rows = [
        (
            *_vector(e.lat, e.lon), hash(e.country) & _EXACT, hash((e.country, e.admin1)) & _EXACT,
            e.kind == "country", e.kind == "area", e.radius_km if e.kind == "region" else 0.0,
        )
        for e in entries
    ]  # fmt: skip
    return np.array([*rows, (0.0,) * 8], dtype=np.float64)


def _bonus(of: Floats, by: Floats) -> Floats:
    """What each reading of `by`, were it certain, would be worth to each reading of `of`: a matrix of both."""
    away = distances(of[:, _PLACE], by[:, _PLACE])
    bonus: Floats = 2.0 * np.exp(-away / 40.0) + 1.5 * np.exp(-away / 250.0)
    compatriots = of[:, _LAND, None] == by[:, _LAND]
    bonus += compatriots * (1.0 + 2.0 * (by[:, _IS_COUNTRY] > of[:, _IS_COUNTRY, None]))
    areas = by[:, _IS_AREA]
    if areas.any():
        # Alabama beside Georgia: states of one country are told together
        bonus += SIBLINGS * (areas * of[:, _IS_AREA, None] * compatriots)
    together = of[:, _PART, None] == by[:, _PART]
    bonus += together * (1.0 + 2.0 * (areas > of[:, _IS_AREA, None]))
    reaches = by[:, _REACH]
    if reaches.any():
        # a region has no code that its places share: they lie within its reach
        bonus += WITHIN * ((away < reaches) & (of[:, _REACH, None] == 0.0))
    return bonus


def _ideal(by: Floats) -> Floats:
    """What `by` would be worth to a place that no gazetteer has, near by."""
    ideal: Floats = 2.3 + 2.0 * by[:, _IS_COUNTRY] + 3.0 * by[:, _IS_AREA]
    return ideal


def vectors(points: Sequence[tuple[float, float]]) -> Floats:
    """Unit vectors of points in degrees, a row each."""
    return np.array([_vector(*point) for point in points])


@lru_cache(maxsize=10_000)
def _vector(lat: float, lon: float) -> tuple[float, float, float]:
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def distances(a: Floats, b: Floats) -> Floats:
    """Great-circle distances in km between unit vectors, as a matrix."""
    found: Floats = EARTH_RADIUS_KM * np.arccos(np.minimum(np.maximum(a @ b.T, -1.0), 1.0))
    return found


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max())
    weights: Floats = shifted / shifted.sum()
    return weights
