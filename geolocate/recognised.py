"""What does a place that footage shows again add to where a text says it was?

It is the strongest that footage can say, and still no more than where the camera stood: nothing of when. Footage that
the landmark was itself taken from is no second witness: it is told, and weighs nothing.
"""

from collections.abc import Sequence

from geolocate.fusion import Claim, Option
from geolocate.types import Recognised

#: trust that the landmark is where it is said to be and the match is right: assumed (false matches are rarer by far,
#: see `bench/landmarks.md`; people name places wrongly now and then)
TRUST = {"operator": 0.97, "sighting": 0.93}
#: places that one post's footage shows which are weighed
_MOST = 3


def claims(seen: Sequence[Recognised]) -> list[Claim]:
    """A claim for every place that is shown, the surest match of each."""
    found: list[Claim] = []
    for one in sorted(seen, key=lambda r: (-r.score, r.landmark)):
        option = Option(one.lat, one.lon, one.radius_km, 1.0, one.name, f"landmark:{one.landmark}")
        # two pictures of one place are one reason
        known = any((c.options[0].lat, c.options[0].lon) == (one.lat, one.lon) for c in found)
        if not one.copied and not known and len(found) < _MOST:
            found.append(Claim("landmark", TRUST[one.kind], (option,), told(one)))
    return found


def copied(seen: Sequence[Recognised]) -> str:
    """In words that the footage is that of a confirmed sighting; nothing where it is not."""
    first = next((one for one in seen if one.copied), None)
    return f"; its footage is that of the confirmed sighting at {first.name}, no second witness" if first else ""


def told(one: Recognised) -> str:
    """The match in words."""
    known = "a picture of the operator's" if one.kind == "operator" else "footage of a confirmed sighting"
    if one.at_ms is None:
        return f"the picture shows {one.name}, known from {known}"
    seconds = one.at_ms // 1000
    return f"the video at {seconds // 60}:{seconds % 60:02d} shows {one.name}, known from {known}"
