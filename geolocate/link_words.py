"""Why is a sighting in its track, and what else was considered? In words."""

from geolocate.belief import Beliefs
from geolocate.groups import Groups
from geolocate.reports import Reports
from geolocate.sphere import between_km
from geolocate.trajectory import Trajectory

#: probabilities under this are not worth a word
_WORTH = 0.01
#: a town and its district, or entries of two gazetteers for it: nobody calls them different places, km
_ONE_SPOT_KM = 5.0
#: mean log-odds beyond this come of a person's ruling
_RULED = 100.0


def explain(
    n: int,
    path: Trajectory,
    reports: Reports,
    groups: Groups,
    step: tuple[float | None, float | None, float | None],
    road: str = "",
) -> str:
    """Of the n-th point of a track: road, time and speed from the one before, fit, other tracks, other places.

    `road` is the name of the road that the point lies on, where it is known.
    """
    slot = int(path.members[n])
    stands = groups.standing
    told = [_way(*step) + (f", on the {road}" if road else "")]
    told.extend(_places(n, path, reports))
    mean = float(stands.mean[slot])
    others = len(path.members) - 1
    told.append(f"{_fit(mean)} the other {'sighting' if others == 1 else f'{others} sightings'} of this track")
    told.append(_else(slot, reports, groups))
    return "; ".join(told)


def _way(road_km: float | None, hours: float | None, speed: float | None) -> str:
    if road_km is None or hours is None:
        return "first point of the track"
    pace = f", {speed:.0f} km/h with halts" if speed is not None else ", times too close for a speed"
    return f"{road_km:.0f} km by road in {hours:.1f} h{pace}"


def _places(n: int, path: Trajectory, reports: Reports) -> list[str]:
    """Which of several places of one name was taken, and which were not; entries for one spot are one place."""
    sighting, row = reports.sightings[int(path.members[n])], int(path.places[n])
    beliefs, readings = reports.beliefs, reports.beliefs.places(int(path.members[n]))
    shares = dict(zip(readings, path.shares[n].tolist(), strict=True))
    spots: list[list[int]] = []
    for k in sorted(readings, key=lambda k: k != row):
        one = next((s for s in spots if _apart(beliefs, k, s[0]) <= _ONE_SPOT_KM), None)
        spots.append([k]) if one is None else one.append(k)
    if len(spots) < 2:
        return []
    which = "the first" if min(spots[0]) == readings[0] else "not the first"
    left = []
    for spot in spots[1:]:
        names = [sighting.alternatives[k - readings[0] - 1].name for k in spot if k > readings[0]]
        told = f"{beliefs.lat[spot[0]]:.2f}, {beliefs.lon[spot[0]]:.2f}"
        name = next((f"{name} at " for name in names if name), "")
        left.append(f"{name}{told} ({_percent(sum(shares[k] for k in spot))})")
    chance = _percent(sum(shares[k] for k in spots[0]))
    return [
        f"of {len(spots)} places that may be meant, {which} fits the others best ({chance})",
        f"not chosen: {', '.join(left)}",
    ]


def _apart(beliefs: Beliefs, k: int, other: int) -> float:
    lat, lon = beliefs.lat, beliefs.lon
    return between_km(float(lat[k]), float(lon[k]), float(lat[other]), float(lon[other]))


def _else(slot: int, reports: Reports, groups: Groups) -> str:
    """Where the sighting would be if not here."""
    stands = groups.standing
    none = f"in no track {_percent(float(stands.nowhere[slot]))}"
    group = int(stands.other[slot])
    if group < 0 or stands.there[slot] < _WORTH / 2:
        near = "no other track came into question" if group < 0 else "no other track comes near"
        return f"{near}; {none}"
    founder = reports.sightings[int(groups.members[group][0])].id
    count = len(groups.members[group])
    there = _percent(float(stands.there[slot]))
    return (
        f"else in the track of {count} sightings with {founder} {there} ({_fit(float(stands.rival[slot]))} it), {none}"
    )


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= _WORTH else "under 1%"


def _fit(log_odds: float) -> str:
    """Mean log-odds in words: 3 is odds of 20 to 1. No evidence reaches what a person's word weighs."""
    if abs(log_odds) > _RULED:
        return (
            "was ruled by a person to be one convoy with" if log_odds > 0 else "was ruled by a person to be apart from"
        )
    told = f"(log-odds {log_odds:+.1f}) with"
    if log_odds < -1:
        return f"does not fit {told}"
    return f"fits {'very well' if log_odds >= 3 else 'well' if log_odds >= 1 else 'hardly'} {told}"
