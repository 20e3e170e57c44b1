"""Which place does each mention of a text stand for, all mentions considered together?

A prior for every reading (size, kind, spelling, preferred countries, nearness to destinations), then two rounds in
which readings that lie in one area, one country or close together support each other. The result is a distribution.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.gazetteer import Entry
from geolocate.sphere import EARTH_RADIUS_KM
from geolocate.text import triggers
from geolocate.text.keys import Unit
from geolocate.text.mention import Mention, Reading
from geolocate.types import Destination

#: readings of one mention that take part in the joint choice
MOST_READINGS = 30
#: mentions looked at before and after each, and other names among them that count; keeps long articles linear
MOST_MENTIONS, MOST_SUPPORTERS = 60, 30
#: how far a destination's neighbourhood reaches, km
DESTINATION_REACH = 300.0
#: score of "a place of that name that the gazetteer lacks"; context lifts it as it would a place near by
UNKNOWN = 4.5
#: the same when only the consonants of the name agree: of such readings one in two to one in five was right
UNKNOWN_BENT = 7.7
#: a village of such a name is less unlikely by so much, less the cost of the bending times the other
BENT_SURE, BENT_DOUBT = 2.2, 1.5
#: a text of so few words that names one village, and nothing else, says little where villages are known in depth: of
#: one-word names of villages (so many people) one in five meant another; the score by which that is less likely
ALONE, VILLAGE, VILLAGE_ALONE = 3, 5_000, 1.5

#: readings of another mention that speak for a reading of this one
MOST_SUPPORTING = 8
_ARRAYS = ("vectors", "countries", "regions", "is_country", "is_area", "reaches")

#: how much an area speaks for another area of its country
SIBLINGS = 1.5
#: and a region for what lies in it
WITHIN = 2.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A mention with its readings from likely to unlikely; what `weights` lack of 1 is a place no gazetteer knows."""

    mention: Mention
    entries: tuple[Entry, ...]
    weights: tuple[float, ...]


def resolve(
    mentions: Sequence[Mention],
    units: Sequence[Unit],
    region: Collection[str] = (),
    destinations: Sequence[Destination] = (),
) -> list[Resolved]:
    """One distribution a mention, in the order given."""
    candidates = [_candidates(m, units, region, destinations) for m in mentions]
    alone = bool(region) and len(mentions) == 1 and len(units) <= ALONE
    groups = [
        _group(entries, np.append(scores, _unknown(mention, entries, scores, alone)))
        for mention, (entries, scores) in zip(mentions, candidates, strict=True)
    ]
    weights = [_softmax(group.scores) for group in groups]
    for _ in range(2):
        weights = _supported(groups, weights)
    found = []
    for mention, (entries, _), weight in zip(mentions, candidates, weights, strict=True):
        order = np.argsort(-weight[:-1], kind="stable")
        found.append(Resolved(mention, tuple(entries[i] for i in order), tuple(float(weight[i]) for i in order)))
    return found


def _unknown(mention: Mention, entries: Sequence[Entry], scores: Floats, alone: bool) -> float:
    """The score of "a place that the gazetteer lacks"; `alone`: the text is hardly more than this one name."""
    village = entries[0].kind == "town" and entries[0].population <= VILLAGE
    if all(reading.bent for reading in mention.readings):
        doubt = min(reading.cost for reading in mention.readings) * BENT_DOUBT
        return max(UNKNOWN_BENT, float(scores[0]) - max(0.0, BENT_SURE - doubt)) if village else UNKNOWN_BENT
    if alone and mention.last - mention.first == 1 and village:
        return max(UNKNOWN, float(scores[0]) - VILLAGE_ALONE)
    return UNKNOWN


def _candidates(
    mention: Mention, units: Sequence[Unit], region: Collection[str], destinations: Sequence[Destination]
) -> tuple[list[Entry], Floats]:
    best: dict[str, tuple[float, Entry]] = {}
    wanted = _wanted_kind(mention, units)
    arabic = units[mention.first].token.script == "arabic"
    for reading in mention.readings:
        score = _prior(reading, wanted, region)
        score -= (
            2.0
            if arabic and reading.named.entry.kind == "town" and reading.named.entry.country not in triggers.ARAB
            else 0.0
        )
        if reading.named.entry.ref not in best or score > best[reading.named.entry.ref][0]:
            best[reading.named.entry.ref] = score, reading.named.entry
    ranked = sorted(best.values(), key=lambda pair: -pair[0])[:MOST_READINGS]
    scores = np.array([score for score, _ in ranked])
    entries = [entry for _, entry in ranked]
    if destinations:
        there = _vectors([d.lat for d in destinations], [d.lon for d in destinations])
        scores = scores + 1.2 * np.exp(-_distances(_of(entries), there).min(axis=1) / DESTINATION_REACH)
    return entries, scores


def _wanted_kind(mention: Mention, units: Sequence[Unit]) -> str | None:
    before = units[mention.first - 1].token.fold if mention.first else ""
    after = units[mention.last].token.fold if mention.last < len(units) else ""
    inside = {u.token.fold for u in units[mention.first : mention.last]}
    if before in triggers.AREA_BEFORE or after in triggers.AREA_AFTER or inside & triggers.AREA_AFTER:
        return "area"
    if inside & triggers.REGION_AFTER:
        return "region"
    if before in triggers.AIRFIELD_BEFORE or after in triggers.AIRFIELD_AFTER:
        return "airfield"
    return None


def _prior(reading: Reading, wanted: str | None, region: Collection[str]) -> float:
    entry = reading.named.entry
    score = 1.0 * math.log(entry.population + 300) * (0.75 if entry.kind in {"area", "region"} else 1.0)
    score += {"country": 2.0, "area": -1.0}.get(entry.kind, 0.0)
    if wanted == "area":
        score += {"area": 6.0, "region": 4.0, "town": 0.0}.get(entry.kind, 0.0)
    if wanted == "region":
        score += {"region": 4.0, "quarter": 3.0}.get(entry.kind, 0.0)
    if wanted == "airfield":
        score += 4.0 if entry.kind in {"airfield", "base"} else 0.0
    score += 4.5 if entry.country in region else 1.0 if entry.country in triggers.FOCUS else 0.0
    score += 1.5 if reading.named.primary else 0.0
    return score - 2.0 * reading.cost


@dataclass(frozen=True, slots=True)
class _Group:
    """The readings of one mention as arrays: unit vectors, and what tells whether one place lies in another."""

    ref: str
    scores: Floats
    vectors: Floats
    countries: NDArray[np.str_]
    regions: NDArray[np.str_]
    is_country: NDArray[np.bool_]
    is_area: NDArray[np.bool_]
    reaches: Floats


def _group(entries: Sequence[Entry], scores: Floats) -> _Group:
    return _Group(
        entries[0].ref,
        scores,
        _of(entries),
        np.array([e.country for e in entries]),
        np.array([f"{e.country}.{e.admin1}" for e in entries]),
        np.array([e.kind == "country" for e in entries]),
        np.array([e.kind == "area" for e in entries]),
        np.array([e.radius_km if e.kind == "region" else 0.0 for e in entries]),
    )


def _supported(groups: Sequence[_Group], weights: Sequence[Floats]) -> list[Floats]:
    near = [_neighbours(groups, i) for i in range(len(groups))]
    result = []
    for i, group in enumerate(groups):
        if not near[i]:
            result.append(weights[i])
            continue
        bonus = _support(group, [groups[j] for j in near[i]], [weights[j] for j in near[i]])
        strongest = np.sort(bonus, axis=1)[:, ::-1][:, :3]
        result.append(_softmax(group.scores + strongest.sum(axis=1)))
    return result


def _neighbours(groups: Sequence[_Group], i: int) -> list[int]:
    """The nearest mentions of other names, each name once."""
    seen = {groups[i].ref}
    found: list[int] = []
    window = range(max(0, i - MOST_MENTIONS), min(len(groups), i + MOST_MENTIONS))
    for j in sorted(window, key=lambda j: abs(j - i)):
        if groups[j].ref not in seen:
            seen.add(groups[j].ref)
            found.append(j)
    return found[:MOST_SUPPORTERS]


def _support(group: _Group, others: Sequence[_Group], weights: Sequence[Floats]) -> Floats:
    """How much each other mention, with its likeliest readings, speaks for each reading of this one and for none."""
    sizes = [min(MOST_SUPPORTING, len(other.scores) - 1) for other in others]
    likely = np.concatenate([w[:n] for w, n in zip(weights, sizes, strict=True)])
    cut = {name: np.concatenate([getattr(o, name)[:n] for o, n in zip(others, sizes, strict=True)]) for name in _ARRAYS}
    away = _distances(group.vectors, cut["vectors"])
    bonus = 2.0 * np.exp(-away / 40.0) + 1.5 * np.exp(-away / 250.0)
    inside = cut["is_country"] & ~group.is_country[:, None]
    bonus += np.where(group.countries[:, None] == cut["countries"], 1.0 + 2.0 * inside, 0.0)
    # Alabama beside Georgia: states of one country are told together
    siblings = cut["is_area"] & group.is_area[:, None] & (group.countries[:, None] == cut["countries"])
    bonus += SIBLINGS * siblings
    together = group.regions[:, None] == cut["regions"]
    bonus += together * (1.0 + 2.0 * (cut["is_area"] & ~group.is_area[:, None]))
    # a region has no code that its places share: they lie within its reach
    bonus += WITHIN * ((away < cut["reaches"]) & (group.reaches[:, None] == 0.0))
    ideal = 2.3 + 2.0 * cut["is_country"] + 3.0 * cut["is_area"]
    starts = np.cumsum([0, *sizes[:-1]])
    summed: Floats = np.add.reduceat(np.vstack([bonus, ideal]) * likely, starts, axis=1)
    return summed


def _of(entries: Sequence[Entry]) -> Floats:
    return _vectors([e.lat for e in entries], [e.lon for e in entries])


def _vectors(lats: Sequence[float], lons: Sequence[float]) -> Floats:
    phi, lam = np.radians(lats), np.radians(lons)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)


def _distances(a: Floats, b: Floats) -> Floats:
    """Great-circle distances in km between unit vectors, as a matrix."""
    distances: Floats = EARTH_RADIUS_KM * np.arccos(np.clip(a @ b.T, -1.0, 1.0))
    return distances


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max())
    weights: Floats = shifted / shifted.sum()
    return weights
