"""Where and when may each sighting have been? Its places with their probabilities, its time as equal-weight samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from geolocate.link_params import LinkParams
from geolocate.roads import Ints, RoadGraph, Snapped
from geolocate.sphere import Floats
from geolocate.types import Sighting

#: samples of a time: their middles split the probability evenly
TIME_SAMPLES = 6
#: an interval shorter than this (hours) was stated, a longer one was only bounded by the post
STATED_HOURS = 3.0


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Sightings as arrays. `hours` is (sightings, TIME_SAMPLES), hours since 1970; `bearing` NaN where not said.

    `first[k]:first[k + 1]` are the rows of sighting k in the arrays of places (`owner`, `lat`, `lon`, `radius_km`,
    `log_p`, `snapped`): its first place, then the alternatives.
    """

    hours: Floats
    mean_hours: Floats
    bearing: Floats
    first: Ints
    owner: Ints
    lat: Floats
    lon: Floats
    radius_km: Floats
    log_p: Floats
    snapped: Snapped

    def places(self, sighting: int) -> range:
        """The rows of one sighting's places."""
        return range(int(self.first[sighting]), int(self.first[sighting + 1]))

    def rows(self, sightings: Ints) -> Ints:
        """The rows of the places of several sightings, one after the other."""
        begin = self.first[sightings]
        count = self.first[sightings + 1] - begin
        return np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))

    def extended(self, more: "Beliefs") -> "Beliefs":
        """These beliefs, and after them those about other sightings."""
        joined = {
            name: np.concatenate([getattr(self, name), getattr(more, name)])
            for name in ("hours", "mean_hours", "bearing", "lat", "lon", "radius_km", "log_p")
        }
        first = np.concatenate([self.first, more.first[1:] + self.first[-1]])
        owner = np.concatenate([self.owner, more.owner + len(self.mean_hours)])
        return Beliefs(first=first, owner=owner, snapped=self.snapped.extended(more.snapped), **joined)


def believe(sightings: Sequence[Sighting], roads: RoadGraph, params: LinkParams) -> Beliefs:
    """Beliefs about these sightings, places snapped to `roads`."""
    hours = np.array([time_samples(s, params) for s in sightings]).reshape(len(sightings), TIME_SAMPLES)
    bearing = np.array([np.nan if s.bearing_deg is None else s.bearing_deg for s in sightings], dtype=np.float64)
    first, owner, lat, lon, radius, log_p = table_of_places(sightings)
    return Beliefs(
        hours, hours.mean(axis=1), bearing, first, owner, lat, lon, np.maximum(radius, 0.1), log_p,
        roads.snap(lat, lon),
    )  # fmt: skip


def table_of_places(sightings: Sequence[Sighting]) -> tuple[Ints, Ints, Floats, Floats, Floats, Floats]:
    """Each sighting's first place, then its alternatives: `first`, `owner`, `lat`, `lon`, `radius_km`, `log_p`."""
    rows: list[tuple[int, float, float, float, float]] = []
    first = [0]
    for k, s in enumerate(sightings):
        rest = 1.0 - sum(c.probability for c in s.alternatives)
        rows.append((k, s.lat, s.lon, s.radius_km, max(rest, 0.01)))
        rows.extend((k, c.lat, c.lon, c.radius_km, max(c.probability, 0.001)) for c in s.alternatives)
        first.append(len(rows))
    owner, lat, lon, radius, p = np.array(rows, dtype=np.float64).reshape(len(rows), 5).T
    return np.array(first, dtype=np.int64), owner.astype(np.int64), lat, lon, radius, np.log(p)


def time_samples(sighting: Sighting, params: LinkParams) -> Floats:
    """Equal-weight samples of when it was seen, hours since 1970.

    A short interval was stated and is taken as flat. A long one only says "before the post": the delay of a post is
    lognormal, cut to the interval.
    """
    low, high, posted = (t.timestamp() / 3600.0 for t in (sighting.seen_from, sighting.seen_to, sighting.posted_at))
    share = (np.arange(TIME_SAMPLES) + 0.5) / TIME_SAMPLES
    if high - low < STATED_HOURS:
        return np.asarray(low + share * (high - low), dtype=np.float64)
    scaled = np.log(np.maximum([posted - high, posted - low], 1e-6) / params.delay_hours) / params.delay_spread
    newest, oldest = ndtr(scaled)
    if oldest - newest < 1e-9:
        return np.asarray(low + share * (high - low), dtype=np.float64)
    delay = params.delay_hours * np.exp(params.delay_spread * ndtri(newest + (1.0 - share) * (oldest - newest)))
    return np.asarray(np.clip(posted - delay, low, high), dtype=np.float64)
