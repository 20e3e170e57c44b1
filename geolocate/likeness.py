"""Do two reports describe the same vehicles on the same errand? Log-likelihood ratios of counts, kinds and hints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from geolocate.link_params import LinkParams
from geolocate.roads import Ints
from geolocate.sphere import Floats, distance_km
from geolocate.types import KINDS, Sighting

#: how often a convoy on a road has vehicles of a kind
HAS_KIND = np.array([{"truck": 0.85, "helicopter": 0.05, "ship": 0.02, "train": 0.05}.get(k, 0.3) for k in KINDS])
#: how often a kind that is there is named, and one that is not
NAMED, MISNAMED = 0.7, 0.04
#: stated origins within this many km (beyond their radii) are one place; log ratios when they agree and when not
ORIGIN_KM, ORIGIN_SAME, ORIGIN_OTHER = 10.0, 3.0, -2.5

#: log ratio when one report tells of a train and the other of trucks or transporters but of no train, or of other
#: vehicles only: a load of tanks is sometimes told without the wagons, a road column hardly ever with them
RAIL_AND_ROAD, RAIL_AND_LOAD = -8.0, -2.0
_TRAIN, _TRUCK, _TRANSPORTER = (KINDS.index(k) for k in ("train", "truck", "transporter"))


@dataclass(frozen=True, slots=True)
class Described:
    """What the reports say, a row a sighting: log size (NaN), named kinds, a number for the hinted destination (-1)."""

    size: Floats
    kinds: NDArray[np.bool_]
    hint: Ints
    hint_share: Floats
    origin: Floats

    def extended(self, more: "Described") -> "Described":
        """These reports, and after them others."""
        names = ("size", "kinds", "hint", "hint_share", "origin")
        return Described(*(np.concatenate([getattr(self, n), getattr(more, n)]) for n in names))


def describe(sightings: Sequence[Sighting], priors: Mapping[str, float]) -> Described:
    """Reports as arrays. `priors` of the destinations sum to 1; a hint to an unknown one counts as rare."""
    return Described(
        size=np.array([_log_size(s) for s in sightings]),
        kinds=np.array([[kind in s.kinds for kind in KINDS] for s in sightings], dtype=bool).reshape(-1, len(KINDS)),
        hint=np.array([-1 if s.to_hint is None else crc32(s.to_hint.encode()) for s in sightings], dtype=np.int64),
        hint_share=np.array([priors.get(s.to_hint or "", 0.1) for s in sightings]),
        origin=np.array(
            [(o.lat, o.lon, o.radius_km) if (o := s.from_hint) else (np.nan,) * 3 for s in sightings]
        ).reshape(-1, 3),
    )


def likeness(said: Described, i: Ints, j: Ints, params: LinkParams) -> Floats:
    """Sum of the ratios for the pairs (i, j); 0 where nothing comparable was said."""
    return _counts(said, i, j, params) + _kinds(said, i, j) + _hints(said, i, j, params) + _origins(said, i, j)


def _log_size(sighting: Sighting) -> float:
    stated = [n for n in (sighting.vehicles_min, sighting.vehicles_max) if n is not None]
    return float(np.log(max(1.0, sum(stated) / len(stated)))) if stated else float("nan")


def _counts(said: Described, i: Ints, j: Ints, params: LinkParams) -> Floats:
    """Counts are partial views of one convoy: they differ by a factor, now and then by a large one."""
    gap = said.size[i] - said.size[j]
    other = _bell(gap, params.sizes_spread)
    ratio = np.log((0.97 * _bell(gap, params.count_spread) + 0.03 * other) / other)
    return np.nan_to_num(ratio)


def _kinds(said: Described, i: Ints, j: Ints) -> Floats:
    """Each kind is or is not in a convoy, and is or is not named in a report of it."""
    # a sum over kinds of what neither, one or both name: a constant, a part of each report, a part of what they share
    neither, one, both = _named_kinds()
    alone = said.kinds @ (one - neither)
    bits = said.kinds @ (1 << np.arange(len(KINDS)))
    shared = ((np.arange(1 << len(KINDS))[:, None] >> np.arange(len(KINDS))) & 1) @ (both - 2 * one + neither)
    total = neither.sum() + alone[i] + alone[j] + shared[bits[i] & bits[j]]
    rail, wheels = said.kinds[:, _TRAIN], said.kinds[:, _TRUCK] | said.kinds[:, _TRANSPORTER]
    road = (rail[i] & wheels[j]) | (rail[j] & wheels[i])
    total = total + np.where(rail[i] == rail[j], 0.0, np.where(road, RAIL_AND_ROAD, RAIL_AND_LOAD))
    return np.where((bits[i] > 0) & (bits[j] > 0), total, 0.0)


def _named_kinds() -> tuple[Floats, Floats, Floats]:
    """For each kind the log ratio when neither of two reports names it, when one does, when both do."""

    def ratio(there_a: float, absent_a: float, there_b: float, absent_b: float) -> Floats:
        same = HAS_KIND * there_a * there_b + (1 - HAS_KIND) * absent_a * absent_b
        each = [HAS_KIND * t + (1 - HAS_KIND) * a for t, a in ((there_a, absent_a), (there_b, absent_b))]
        return np.asarray(np.log(same / (each[0] * each[1])), dtype=np.float64)

    yes, no = (NAMED, MISNAMED), (1 - NAMED, 1 - MISNAMED)
    return ratio(*no, *no), ratio(*yes, *no), ratio(*yes, *yes)


def _hints(said: Described, i: Ints, j: Ints, params: LinkParams) -> Floats:
    """Reports of one convoy tend to name one destination; the rarer it is, the more that says."""
    reliability = params.hint_reliability**2
    same = said.hint[i] == said.hint[j]
    ratio = np.log(1 - reliability + np.where(same, reliability / said.hint_share[i], 0.0))
    return np.where((said.hint[i] < 0) | (said.hint[j] < 0), 0.0, ratio)


def _origins(said: Described, i: Ints, j: Ints) -> Floats:
    """Reports of one convoy tell of one origin."""
    a, b = said.origin[i], said.origin[j]
    km = distance_km(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    told = np.where(km < ORIGIN_KM + a[:, 2] + b[:, 2], ORIGIN_SAME, ORIGIN_OTHER)
    return np.where(np.isnan(km), 0.0, told)


def _bell(x: Floats, sd: float) -> Floats:
    return np.exp(-0.5 * (x / sd) ** 2) / sd
