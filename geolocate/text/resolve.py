"""Which place does each mention of a text stand for, all mentions considered together?

A prior for every reading (size, kind, spelling, preferred countries, nearness to destinations), then two rounds in
which readings that lie in one area, one country or close together support each other. The result is a distribution.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from geolocate.gazetteer import Entry
from geolocate.text import support, triggers
from geolocate.text.keys import Unit
from geolocate.text.mention import Mention, Reading, Readings
from geolocate.text.support import Group
from geolocate.text.weigh import elsewhere
from geolocate.types import Destination

#: readings of one mention that take part in the joint choice
MOST_READINGS = 30
#: the score by which a town far from all reports is less likely where its name is all there is (chosen on the dev sets)
ELSEWHERE = 4.0
#: names whose candidates are remembered
_REMEMBERED = 3_000
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
    whole: bool = True,
) -> list[Resolved]:
    """One distribution a mention, in the order given. `whole`: a bare name is all that a post says."""
    alone = whole and len(mentions) == 1 and len(units) <= ALONE
    among = (frozenset(region), tuple(destinations))
    groups = [_group(mention, units, among, alone) for mention in mentions]
    found = []
    for mention, group, weight in zip(mentions, groups, support.settled(groups), strict=True):
        shares = weight.tolist()[:-1]
        order = sorted(range(len(shares)), key=shares.__getitem__, reverse=True)
        found.append(Resolved(mention, tuple([group.entries[i] for i in order]), tuple([shares[i] for i in order])))
    return found


_Among = tuple[frozenset[str], tuple[Destination, ...]]


def _group(mention: Mention, units: Sequence[Unit], among: _Among, alone: bool) -> Group:
    wanted, arabic = _wanted_kind(mention, units), units[mention.first].token.script == "arabic"
    alone = alone and mention.last - mention.first == 1
    remembered = isinstance(mention.readings, Readings)
    return (_remembered if remembered else _candidates)(mention.readings, wanted, arabic, among, alone)


def _candidates(readings: Sequence[Reading], wanted: str | None, arabic: bool, among: _Among, alone: bool) -> Group:
    """The readings that take part, with their scores out of context; `alone`: the text is hardly more than one name."""
    region, destinations = among
    best: dict[str, tuple[float, Entry]] = {}
    for reading in readings:
        entry = reading.named.entry
        score = _prior(reading, wanted, region)
        score -= 2.0 if arabic and entry.kind == "town" and entry.country not in triggers.ARAB else 0.0
        score -= ELSEWHERE if alone and elsewhere(reading, region) else 0.0
        if entry.ref not in best or score > best[entry.ref][0]:
            best[entry.ref] = score, entry
    ranked = sorted(best.values(), key=lambda pair: -pair[0])[:MOST_READINGS]
    scores = np.array([score for score, _ in ranked])
    entries = [entry for _, entry in ranked]
    if destinations:
        there = support.vectors([(d.lat, d.lon) for d in destinations])
        here = support.vectors([(e.lat, e.lon) for e in entries])
        scores = scores + 1.2 * np.exp(-support.distances(here, there).min(axis=1) / DESTINATION_REACH)
    unknown = _unknown(readings, entries[0], float(scores[0]), alone and bool(region))
    return Group(entries, support.traits(entries), np.append(scores, unknown))


_remembered = lru_cache(maxsize=_REMEMBERED)(_candidates)


def _unknown(readings: Sequence[Reading], first: Entry, score: float, alone: bool) -> float:
    """The score of "a place that the gazetteer lacks", when the likeliest reading is `first`."""
    village = first.kind == "town" and first.population <= VILLAGE
    if all(reading.bent for reading in readings):
        doubt = min(reading.cost for reading in readings) * BENT_DOUBT
        return max(UNKNOWN_BENT, score - max(0.0, BENT_SURE - doubt)) if village else UNKNOWN_BENT
    return max(UNKNOWN, score - VILLAGE_ALONE) if alone and village else UNKNOWN


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
