"""What does linking answer? The tracks, and where each sighting went."""

from dataclasses import dataclass
from typing import NamedTuple

from geolocate.types import Track


class Membership(NamedTuple):
    """Where one sighting went. `probability` is of being in `track`; of being in none when `track` is None."""

    track: str | None
    event: str
    probability: float


@dataclass(frozen=True, slots=True)
class Linked:
    """Tracks sorted by key, and for every sighting's id where it went."""

    tracks: tuple[Track, ...]
    membership: dict[str, Membership]
