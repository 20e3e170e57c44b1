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
from geolocate.text.toponyms import Mention, Reading
from geolocate.types import Destination

#: readings of one mention that take part in the joint choice
MOST_READINGS = 30
#: mentions looked at before and after each, and other names among them that count; keeps long articles linear
MOST_MENTIONS, MOST_SUPPORTERS = 60, 30
#: how far a destination's neighbourhood reaches, km
DESTINATION_REACH = 300.0
#: score of "a place of that name that the gazetteer lacks"; context lifts it as it would a place near by
UNKNOWN = 4.5

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
    groups = [_candidates(m, units, region, destinations) for m in mentions]
    groups = [(entries, np.append(scores, UNKNOWN)) for entries, scores in groups]
    weights = [_softmax(scores) for _, scores in groups]
    for _ in range(2):
        weights = _supported(groups, weights)
    found = []
    for mention, (entries, _), weight in zip(mentions, groups, weights, strict=True):
        order = np.argsort(-weight[:-1], kind="stable")
        found.append(Resolved(mention, tuple(entries[i] for i in order), tuple(float(weight[i]) for i in order)))
    return found


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
    if before in triggers.AIRFIELD_BEFORE or after in triggers.AIRFIELD_AFTER:
        return "airfield"
    return None


def _prior(reading: Reading, wanted: str | None, region: Collection[str]) -> float:
    entry = reading.named.entry
    score = 1.0 * math.log(entry.population + 300) * (0.75 if entry.kind in {"area", "region"} else 1.0)
    score += {"country": 2.0, "area": -1.0}.get(entry.kind, 0.0)
    if wanted == "area":
        score += {"area": 6.0, "region": 4.0, "town": 0.0}.get(entry.kind, 0.0)
    if wanted == "airfield":
        score += 4.0 if entry.kind in {"airfield", "base"} else 0.0
    score += 3.0 if entry.country in region else 1.0 if entry.country in triggers.FOCUS else 0.0
    score += 1.5 if reading.named.primary else 0.0
    return score - 2.0 * reading.cost


def _supported(groups: Sequence[tuple[list[Entry], Floats]], weights: Sequence[Floats]) -> list[Floats]:
    result = []
    for i, (entries, scores) in enumerate(groups):
        near = _neighbours(groups, i)
        bonus = [_support(entries, groups[j][0][:8], weights[j][:-1][:8]) for j in near]
        if bonus:
            strongest = np.sort(np.stack(bonus), axis=0)[::-1][:3]
            result.append(_softmax(scores + strongest.sum(axis=0)))
        else:
            result.append(weights[i])
    return result


def _neighbours(groups: Sequence[tuple[list[Entry], Floats]], i: int) -> list[int]:
    """The nearest mentions of other names, each name once."""
    seen = {groups[i][0][0].ref}
    found: list[int] = []
    window = range(max(0, i - MOST_MENTIONS), min(len(groups), i + MOST_MENTIONS))
    for j in sorted(window, key=lambda j: abs(j - i)):
        if groups[j][0][0].ref not in seen:
            seen.add(groups[j][0][0].ref)
            found.append(j)
    return found[:MOST_SUPPORTERS]


def _support(entries: Sequence[Entry], others: Sequence[Entry], weights: Floats) -> Floats:
    """How much one other mention, with its likeliest readings, speaks for each reading of this one."""
    away = _distances(_of(entries), _of(others))
    bonus = 2.0 * np.exp(-away / 40.0) + 1.5 * np.exp(-away / 250.0)
    for j, other in enumerate(others):
        for i, entry in enumerate(entries):
            if entry.country == other.country:
                bonus[i, j] += 1.0
                if other.kind == "country" and entry.kind != "country":
                    bonus[i, j] += 2.0
                if other.kind == "area" and other.admin1 == entry.admin1 and entry.kind != "area":
                    bonus[i, j] += 3.0
    summed: Floats = bonus @ weights
    ideal = [2.3 + {"country": 2.0, "area": 3.0}.get(other.kind, 0.0) for other in others]
    return np.append(summed, float(np.dot(ideal, weights)))


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
