"""Could one convoy have been at both places at both times? Log-likelihood ratios of pairs of places, by road and time.

Each ratio compares "the same convoy" (it drives at some speed, with halts, between two points of one route) with "two
unrelated sightings of the same days and region".
"""

from dataclasses import dataclass

import numpy as np

from geolocate.belief import TIME_SAMPLES, Beliefs
from geolocate.link_params import LinkParams
from geolocate.roads import Ints
from geolocate.sphere import Floats, bearing_deg

#: sd of a place in units of its 90 % radius: err = radius * |N(0, 0.6)| has its 90 % point at the radius
SD_OF_RADIUS = 0.6
#: unmodelled spread of times, hours
TIME_SD = 0.5
#: the normal distribution function is near enough to the logistic one of this slope (Camilli 1994: within 0.01)
_LOGISTIC = np.float32(-1.702)


@dataclass(frozen=True, slots=True)
class Moves:
    """For pairs of places: log-likelihood ratios (one order, the other, either) and the road distance in km."""

    onward: Floats
    backward: Floats
    either: Floats
    road_km: Floats


def moves(beliefs: Beliefs, a: Ints, b: Ints, road_km: Floats, params: LinkParams) -> Moves:
    """How well pairs of places (rows `a`, `b` of the beliefs) fit one convoy."""
    spread = SD_OF_RADIUS * np.hypot(beliefs.radius_km[a], beliefs.radius_km[b])
    i, j = beliefs.owner[a], beliefs.owner[b]
    onward, backward = _elapsed(beliefs.hours[i], beliefs.hours[j], road_km, spread, params)
    way = bearing_deg(beliefs.lat[a], beliefs.lon[a], beliefs.lat[b], beliefs.lon[b])
    kappa = params.bearing_kappa * road_km / (road_km + spread + 5.0)
    for bearing in (beliefs.bearing[i], beliefs.bearing[j]):
        onward = onward * towards(bearing - way, kappa)
        backward = backward * towards(bearing - way - 180.0, kappa)
    where = _nearness(road_km, spread, params) + np.log(2.0 * params.max_gap_hours)
    ratios = [np.log(p + 1e-12) + where for p in (onward, backward, (onward + backward) / 2.0)]
    wrong = np.log(params.gross_error)
    right = np.log1p(-params.gross_error)
    first, second, either = (np.logaddexp(right + r, wrong) for r in ratios)
    return Moves(first, second, either, road_km)


def _elapsed(
    from_hours: Floats, to_hours: Floats, km: Floats, spread: Floats, params: LinkParams
) -> tuple[Floats, Floats]:
    """Density (per hour) of the time between two sightings `km` apart, for either order, over both times' samples."""
    single = np.float32  # exponentials are most of the work, and twice as quick so
    drive = (km / params.speed_kmh)[:, None]
    sd = np.sqrt((drive * params.speed_spread) ** 2 + (spread[:, None] / params.speed_kmh) ** 2 + TIME_SD**2)
    moving = np.exp(-km / params.km_per_halt)[:, None] * 0.9
    at_once, halted = (
        (moving / (sd * np.sqrt(2 * np.pi))).astype(single),
        ((1.0 - moving) / params.halt_hours).astype(single),
    )
    inverse, drive32, decay = (1.0 / sd).astype(single), drive.astype(single), single(-1.0 / params.halt_hours)
    sums = np.zeros((2, len(km)))
    for k in range(TIME_SAMPLES):
        between = (to_hours - from_hours[:, [k]]).astype(single)
        for order, sign in enumerate((single(1.0), single(-1.0))):
            late = sign * between - drive32
            scaled = np.clip(late * inverse, -12.0, 12.0)
            begun = 1.0 / (1.0 + np.exp(_LOGISTIC * scaled))
            waiting = np.exp(np.maximum(late, 0.0) * decay) * begun
            density = at_once * np.exp(-0.5 * scaled * scaled) + halted * waiting
            sums[order] += density.mean(axis=1)
    return sums[0] / TIME_SAMPLES, sums[1] / TIME_SAMPLES


def _nearness(km: Floats, spread: Floats, params: LinkParams) -> Floats:
    """Log ratio of the densities of the road distance: two points of one route against two points of the region."""
    longest = 2.0 * params.route_km
    same = 3.0 / longest * np.maximum(1.0 - km / longest, 0.0) ** 2 + 1e-7
    reach = params.max_reach_km
    apart = 2.0 * np.sqrt(km**2 + spread**2 + 25.0) / reach**2 * np.exp(-((km / reach) ** 2)) + 1e-6
    return np.log(same) - np.log(apart)


def towards(angle: Floats, kappa: Floats) -> Floats:
    """Von Mises density of an angle against the flat one; 1 where no direction was said (NaN)."""
    stated = np.exp(kappa * np.cos(np.radians(np.nan_to_num(angle)))) / np.i0(kappa)
    return np.where(np.isnan(angle), 1.0, stated)
