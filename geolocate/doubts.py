"""What in a post's footage speaks against the time and place that the post claims?

Recycled columns are the commonest fake. Each doubt has words and a probability that it is right to doubt; several are
independent enough to be taken together (`together`). None is a proof: clocks were never set, posters show dates of
other days, firms are called after far towns, screens show day at night. The probabilities are judgements, argued beside
each; `bench/copies.md` says on what they were tried.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import prod

from geolocate.sphere import distance_km
from geolocate.sun import highest_deg
from geolocate.text.dates import stated_days
from geolocate.types import Interval, Located, Made, Sign, Signed

#: what was made less than this before the time that a post claims is the slack of people who post late
_A_DAY = timedelta(hours=24)
#: a camera's clock without a zone may be off by a zone
_ZONE = timedelta(hours=14)
#: from so long before on, a file's date is a doubt in full; up to then (last evening's, posted "now") a hint
_LATE = timedelta(hours=36)
_HINT = 0.25
#: what a field of the file is believed beside its own trust: a date in the past is what a recycler forgets, not forges
_BESIDE_TRUST = 0.15
#: a clock that was never set begins on the first days of a year; or shows a time so long ago (years) that hardly
#: anybody kept the footage
_UNSET, _UNSET_YEARS = 0.2, 10
#: dates read in the picture: burnt in as such, by a camera (with a clock time), beside other words, on things filmed
_STAMPED, _CAMERA, _TOLD, _FILMED = 0.7, 0.65, 0.4, 0.2
#: letters beside a date from which a line tells a story rather than the date of the footage
_STORY = 12
_LEAST_SCORE = 0.75
#: share of stills with a blue sky, the sun's highest (degrees) in a night that is deep, and the longest claim (hours)
#: that it speaks against: "seen in the last eight hours" is a guess of ours, which the author did not make
_SKY, _DEEP, _LONGEST = 0.5, -9.0, timedelta(hours=4)
_DAY_AT_NIGHT = 0.6
#: a sign is far from here beyond so many km more than both radii; one, and several that agree within so many km
_FAR_KM, _AGREE_KM = 200.0, 150.0
#: a sign's name that is also a place so near, km, says nothing
_NAMESAKE_KM = 50.0
_ONE_SIGN, _SIGNS = 0.3, 0.6
_SURE_SCORE, _SURE_PLACE = 0.85, 0.6


@dataclass(frozen=True, slots=True)
class Doubt:
    """`kind`: file date, written date, daylight, far sign. `since`: when the footage rather seems to be from."""

    kind: str
    probability: float
    words: str
    since: datetime | None = None


def doubts_of(found: Located, signs: Sequence[Sign], made: Sequence[Made], sky: float | None) -> list[Doubt]:
    """The doubts of one post, the strongest of each kind, the strongest first.

    `signs`: what was read in its footage, `made`: what its files state of their making (those that can be believed at
    all), `sky`: the largest share of a clip's stills that show a blue sky.
    """
    claimed = found.seen
    if claimed is None:
        return []
    every = [
        *(d for one in made if (d := _of_file(one, claimed))),
        *(d for sign in signs if (d := _of_writing(sign, claimed))),
        *_of_daylight(found, claimed, sky),
        *_of_far_signs(found),
    ]
    best: dict[str, Doubt] = {}
    for doubt in sorted(every, key=lambda d: (-d.probability, d.words)):
        best.setdefault(doubt.kind, doubt)
    return list(best.values())


def together(probabilities: Iterable[float]) -> float:
    """The probability that one of several doubts at least is right."""
    return 1.0 - prod(1.0 - p for p in probabilities)


def _of_file(made: Made, claimed: Interval) -> Doubt | None:
    if made.made_at is None:
        return None
    told = datetime.fromisoformat(made.made_at)
    at = told.replace(tzinfo=told.tzinfo or UTC)
    before = claimed.start - at - (timedelta(0) if told.tzinfo else _ZONE)
    if before <= _A_DAY:
        return None
    unset = (told.month, told.day) <= (1, 2) or before > timedelta(days=365 * _UNSET_YEARS)
    sure = _UNSET if unset else _HINT if before <= _LATE else made.trust + _BESIDE_TRUST
    by = f" by {made.device}" if made.device else ""
    clock = "; the clock may never have been set" if unset else ""
    words = f"the file says that it was made{by} on {told:%Y-%m-%d %H:%M}, {_long(before)} before{clock}"
    return Doubt("file date", round(sure, 2), words, at)


def _of_writing(sign: Sign, claimed: Interval) -> Doubt | None:
    days = stated_days(sign.text) if sign.score >= _LEAST_SCORE else None
    if days is None:
        return None
    # of the readings of 03.04.2022 the one that is nearest before the claim speaks; none of tomorrow does
    day = max((one for one in days.readings if one <= claimed.end), default=None)
    before = claimed.start - (day + timedelta(days=1)) if day else timedelta(0)
    if day is None or before <= _A_DAY:
        return None
    if sign.kind == "scene":
        sure = _FILMED
    elif days.clock:
        sure = _CAMERA
    else:
        sure = _STAMPED if days.letters < _STORY else _TOLD
    where = {"scene": "is written on something filmed", "caption": "is burnt into the picture"}
    words = f"{sign.text!r} {where.get(sign.kind, 'is the stamp of the picture')}, {_long(before)} before"
    return Doubt("written date", round(sure * sign.score, 2), words, day)


def _of_daylight(found: Located, claimed: Interval, sky: float | None) -> Iterable[Doubt]:
    here = found.position
    if sky is None or sky < _SKY or here is None or claimed.end - claimed.start > _LONGEST:
        return
    highest = highest_deg(here.lat, here.lon, claimed.start, claimed.end)
    # a wide position reaches into other hours: 111 km are at most a degree of the sun
    if highest + here.radius_km / 111.0 < _DEEP:
        sun = f"the sun stood {-highest:.0f} degrees below the horizon or deeper at the place and time claimed"
        yield Doubt("daylight", _DAY_AT_NIGHT, f"{sky:.0%} of the stills show a blue sky by day, but {sun}")


def _of_far_signs(found: Located) -> Iterable[Doubt]:
    here = found.position
    if here is None:
        return
    sure = [
        s for s in found.signed
        if s.sign.score >= _SURE_SCORE and s.place.probability >= _SURE_PLACE
        and not any(
            _near(a.lat, a.lon, a.radius_km + here.radius_km + _NAMESAKE_KM, here.lat, here.lon)
            for a in s.place.alternatives
        )
    ]  # fmt: skip
    reach = [s for s in found.signed if not _far(s, here.lat, here.lon, here.radius_km)]
    far = [s for s in sure if _far(s, here.lat, here.lon, here.radius_km)]
    if reach or not far:
        return  # a sign that fits clears the footage of the others: roads have signs to far towns
    best = max(far, key=lambda s: s.sign.score * s.place.probability)
    others = [s for s in far if s.place.ref != best.place.ref and _agree(s, best)]
    away = distance_km(best.place.lat, best.place.lon, here.lat, here.lon)
    words = f"the {_word(best.sign)} {best.sign.text!r} names {best.place.name}, {away:.0f} km away"
    if others:
        words += f", and {others[0].sign.text!r} names {others[0].place.name} near that"
    yield Doubt("far sign", _SIGNS if others else _ONE_SIGN, words)


def _far(one: Signed, lat: float, lon: float, radius_km: float) -> bool:
    return not _near(one.place.lat, one.place.lon, one.place.radius_km + radius_km + _FAR_KM, lat, lon)


def _near(lat: float, lon: float, within_km: float, here_lat: float, here_lon: float) -> bool:
    return float(distance_km(lat, lon, here_lat, here_lon)) <= within_km


def _agree(one: Signed, other: Signed) -> bool:
    return _near(one.place.lat, one.place.lon, _AGREE_KM, other.place.lat, other.place.lon)


def _word(sign: Sign) -> str:
    return "caption" if sign.kind == "caption" else "sign"


def _long(time: timedelta) -> str:
    hours = time / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
