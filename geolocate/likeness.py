"""Do two reports describe the same vehicles on the same errand? Log-likelihood ratios of counts, kinds and hints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Described:
    """What the reports say, a row a sighting: log size (NaN), named kinds, number of the hinted destination (-1)."""

    size: Floats
    kinds: NDArray[np.bool_]
    hint: Ints
    hint_share: Floats
    origin: Floats


def describe(sightings: Sequence[Sighting], priors: Mapping[str, float]) -> Described:
    """Reports as arrays. `priors` of the destinations sum to 1; a hint to an unknown one counts as rare."""
    number = {name: k for k, name in enumerate(sorted({s.to_hint for s in sightings if s.to_hint is not None}))}
    return Described(
        size=np.array([_log_size(s) for s in sightings]),
        kinds=np.array([[kind in s.kinds for kind in KINDS] for s in sightings], dtype=bool).reshape(-1, len(KINDS)),
        hint=np.array([-1 if s.to_hint is None else number[s.to_hint] for s in sightings], dtype=np.int64),
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
    total = np.zeros(len(i))
    for kind, share in enumerate(HAS_KIND):
        a, b = said.kinds[i, kind], said.kinds[j, kind]
        there_a, there_b = np.where(a, NAMED, 1 - NAMED), np.where(b, NAMED, 1 - NAMED)
        absent_a, absent_b = np.where(a, MISNAMED, 1 - MISNAMED), np.where(b, MISNAMED, 1 - MISNAMED)
        one = share * there_a * there_b + (1 - share) * absent_a * absent_b
        two = (share * there_a + (1 - share) * absent_a) * (share * there_b + (1 - share) * absent_b)
        total += np.log(one / two)
    named: NDArray[np.bool_] = np.asarray(said.kinds.any(axis=1))
    return np.where(named[i] & named[j], total, 0.0)


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
