"""What do signs in the footage add to where a text says it was?

A sign is modest evidence: it may point to a town far ahead, be misread, or show in old footage. So it never moves a
position that the text gives; it can only tip a name with several readings, agree or disagree in words, and, where the
text names no place, give a wide position by itself. Watermarks name channels, not places, and are left out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from geolocate import shields
from geolocate.fuse import Fused, Named
from geolocate.sphere import distance_km
from geolocate.text.mention import Mention
from geolocate.text.normalise import tokenize
from geolocate.text.words import words
from geolocate.types import Place, Position, Sign, Signed

#: the least score of a reading, and the least probability that it names the place, to be evidence at all
LEAST_SCORE, LEAST_PROBABILITY = 0.75, 0.4
#: the same, to give a position by itself
ALONE_SCORE, ALONE_PROBABILITY = 0.85, 0.6
#: how far from the place that a sign names the sign may stand, km, where it states no distance: signs at a town's edge
#: and ones that point to it look alike
STANDS_WITHIN_KM = 40.0
#: what a stated distance may be off: by road is longer than by air, and the place has an extent
_BY_ROAD = 1.1
#: the weight that a sign gives a reading near it, beside 1 for all others, at most
_TIP = 3.0
#: a place this much farther still speaks for a reading, half as strongly: signs also point to the next large town
_NEXT_TOWN_KM = 120.0
_FAR_KM = 600.0  # a wider place than this says nothing
#: what of a position's own radius counts when a sign is held beside it
_SLACK_KM = 50.0
#: makers of vehicles that are places, too: written on tailgates and mudguards
_MAKERS = frozenset(
    ("toyota", "man", "ford", "урал", "ural", "волга", "volga", "lada", "лада", "isuzu", "honda", "tatra", "cherokee")
)
_GENERIC = words("place.generic") | words("sign.generic")
_DISTANCE = re.compile(r"(\d{1,4})\s*(?:km|км|كم)\b|(?:^|\s)(\d{1,3})$", re.IGNORECASE)
#: what stands on a sign beside names
_NO_NAME = re.compile(rf"{_DISTANCE.pattern}|{shields.NUMBER.pattern}", re.IGNORECASE)


def signed(signs: Sequence[Sign], places_of: Callable[[str], Sequence[Place]]) -> tuple[Signed, ...]:
    """The places that signs name; `places_of` finds the places in a text."""
    found = []
    for sign in signs:
        if sign.kind == "watermark" or sign.score < LEAST_SCORE:
            continue
        # blanks, so that offsets stay: a name that fills its line is surer than one among other things
        for place in places_of(_NO_NAME.sub(lambda cut: " " * len(cut[0]), sign.text)):
            named = place.text.casefold() not in _MAKERS and not _is_generic(place.text)
            if named and place.probability >= LEAST_PROBABILITY and place.radius_km < _FAR_KM:
                found.append(Signed(sign, replace(place, radius_km=round(_radius_km(sign, place), 1), role="mention")))
    return tuple(found)


def _is_generic(text: str) -> bool:
    """Whether it says what is there, as any town might: AIRPORT, АЗС, مطعم."""
    return all(token.fold in _GENERIC for token in tokenize(text))


def _radius_km(sign: Sign, place: Place) -> float:
    if sign.kind == "caption":
        return place.radius_km
    stated = _DISTANCE.search(sign.text, place.end)
    away = float(stated[1] or stated[2]) * _BY_ROAD if stated else STANDS_WITHIN_KM
    return place.radius_km + away


def tipped(named: Sequence[Named], found: Sequence[Signed]) -> list[Named]:
    """The mentions of a text with the readings that a sign stands near made likelier."""
    return [_tipped(one, found) for one in named] if found else list(named)


def _tipped(named: Named, found: Sequence[Signed]) -> Named:
    resolved = named.resolved
    tips = [1 + _TIP * _support(e.lat, e.lon, e.radius_km, found) for e in resolved.entries]
    raw = [weight * tip for weight, tip in zip(resolved.weights, tips, strict=True)]
    total = sum(raw) + max(0.0, 1 - sum(resolved.weights))
    if total <= 0 or max(tips) == 1:
        return named
    order = sorted(range(len(raw)), key=lambda i: -raw[i])
    entries = tuple(resolved.entries[i] for i in order)
    mention = _confirmed(resolved.mention, entries[0].ref, found)
    weights = tuple(raw[i] / total for i in order)
    return replace(named, resolved=replace(resolved, mention=mention, entries=entries, weights=weights))


def _confirmed(mention: Mention, ref: str, found: Sequence[Signed]) -> Mention:
    """Surer that it names a place at all, when a sign by the road names the same; a caption is its author's word."""
    seen = (o.sign.score * o.place.probability for o in found if o.place.ref == ref and o.sign.kind == "scene")
    return replace(mention, probability=1 - (1 - mention.probability) * (1 - max(seen, default=0.0)))


def _support(lat: float, lon: float, radius_km: float, found: Sequence[Signed]) -> float:
    """0 to 1: how strongly the best of the signs speaks for a place."""
    best = 0.0
    for one in found:
        away = _away_km(one, lat, lon) - one.place.radius_km - min(radius_km, _SLACK_KM)
        share = 1.0 if away <= 0 else 0.5 if away <= _NEXT_TOWN_KM else 0.0
        best = max(best, share * one.sign.score * one.place.probability)
    return best


def with_signs(fused: Fused, found: Sequence[Signed], signs: Sequence[Sign]) -> Fused:
    """What the text gave, with what the signs say to it in words; their own position where the text names no place."""
    if fused.position is None:
        return _alone(fused, found)
    here = fused.position
    slack = min(here.radius_km, _SLACK_KM)
    agreeing = [s for s in found if _away_km(s, here.lat, here.lon) <= s.place.radius_km + slack]
    if agreeing:
        best = max(agreeing, key=lambda s: s.sign.score * s.place.probability)
        return replace(fused, explanation=f"{fused.explanation}; agrees with {told(best.sign)}")
    for sign in signs:
        fitting = [n for n in shields.numbers(sign.text) if shields.near(n, here.lat, here.lon, slack)]
        if fitting and sign.kind != "watermark" and sign.score >= LEAST_SCORE:
            return replace(fused, explanation=f"{fused.explanation}; agrees with the {fitting[0]} on {told(sign)}")
    if found:
        best = max(found, key=lambda s: s.sign.score * s.place.probability)
        away = _away_km(best, here.lat, here.lon)
        words = f"but {told(best.sign)} names {best.place.name}, {away:.0f} km away"
        return replace(fused, explanation=f"{fused.explanation}; {words}")
    return fused


def _alone(fused: Fused, found: Sequence[Signed]) -> Fused:
    sure = [s for s in found if s.sign.score >= ALONE_SCORE and s.place.probability >= ALONE_PROBABILITY]
    if not sure:
        return fused
    # several towns on one post: the nearest stated is the narrowest; they must not contradict each other
    best = min(sure, key=lambda s: (s.place.radius_km, -s.place.probability))
    if any(_away_km(s, best.place.lat, best.place.lon) > s.place.radius_km + best.place.radius_km for s in sure):
        return replace(fused, explanation=f"{fused.explanation}; the signs in the footage name places far apart")
    place = best.place
    why = f"{fused.explanation}; {told(best.sign)} names {place.name}, read {best.sign.score:.0%} surely"
    return Fused(Position(place.lat, place.lon, place.radius_km), why, place.ref)


def told(sign: Sign) -> str:
    """A sign in words: what it says, and where it was read."""
    what = "the caption" if sign.kind == "caption" else "the sign"
    if sign.at_ms is None:
        return f"{what} {sign.text!r} in the picture"
    seconds = sign.at_ms // 1000
    return f"{what} {sign.text!r} in the video at {seconds // 60}:{seconds % 60:02d}"


def _away_km(found: Signed, lat: float, lon: float) -> float:
    return float(distance_km(found.place.lat, found.place.lon, lat, lon))
