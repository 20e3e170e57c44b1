"""What does a position that a file states of itself (EXIF, QuickTime) add to where a text says it was?

Anyone can write such a field, and honest ones may be of older footage. So it never moves a position that the text
gives; it agrees or disagrees in words, and gives one only where the text names no place and a camera wrote its name
beside it.
A file that says it was made after it was posted is not believed at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from geolocate.fuse import Fused
from geolocate.sphere import distance_km
from geolocate.types import Position, Stated

#: what a phone's fix and the way from camera to column may be off, km
RADIUS_KM = 5.0
#: the least trust that gives a position by itself: a device's name beside it, no editor's
ALONE_TRUST = 0.5
#: clocks are a little off; a time without a zone may be off by a zone
_CLOCK, _ZONE = timedelta(minutes=10), timedelta(hours=14)
#: older footage may show where something was, not where it is
_FRESH = timedelta(days=3)


def believable(made_at: str | None, posted_at: datetime | None) -> bool:
    """Whether a file that states this time (ISO 8601, with a zone or without) can have been posted then."""
    made = _moment(made_at)
    if made is None or posted_at is None:
        return True
    slack = _CLOCK if made.tzinfo else _ZONE
    return made.replace(tzinfo=made.tzinfo or UTC) <= posted_at + slack


def fresh(made_at: str | None, posted_at: datetime | None) -> bool:
    """Whether the file states that it was made shortly before it was posted."""
    made = _moment(made_at)
    if made is None or posted_at is None:
        return False
    return made.replace(tzinfo=made.tzinfo or UTC) >= posted_at - _FRESH


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def with_claims(fused: Fused, stated: Sequence[Stated]) -> Fused:
    """What the text gave, with what the files say to it in words; their own position where the text names no place."""
    if not stated:
        return fused
    best = max(stated, key=lambda s: s.trust)
    if fused.position is None:
        apart = any(_away_km(one, best.lat, best.lon) > 2 * RADIUS_KM for one in stated)
        if best.trust < ALONE_TRUST or not best.fresh or apart:
            return replace(fused, explanation=f"{fused.explanation}; {_told(best)} is not trusted by itself")
        why = f"{fused.explanation}; {_told(best)}, which anyone could have written"
        return Fused(Position(best.lat, best.lon, RADIUS_KM), why, "coordinates")
    here = fused.position
    away = min(_away_km(one, here.lat, here.lon) for one in stated)
    verb = "agrees with" if away <= here.radius_km + RADIUS_KM else f"but {away:.0f} km from"
    return replace(fused, explanation=f"{fused.explanation}; {verb} {_told(best)}")


def _told(stated: Stated) -> str:
    return f"the position stored in the file ({stated.source})"


def _away_km(stated: Stated, lat: float, lon: float) -> float:
    return float(distance_km(stated.lat, stated.lon, lat, lon))
