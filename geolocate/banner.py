"""Which picture or clip says nothing, because a channel puts it under its posts whatever they tell?

A logo, a donation card, an opening title, a stock photograph. It is known by how many different messages it stands
under, each on another day: a channel that shows real footage again does so once or twice. What is known only of late is
known of all its posts, so that the order in which they came is nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

#: days on each of which one channel first showed it under another message: of a still, of a clip
STILL_DAYS, CLIP_DAYS = 4, 8
#: the same of a still for all channels together, and with so many messages
CROWD_DAYS, CROWD = 30, 64


@dataclass(frozen=True, slots=True)
class Showing:
    """A file shown under a message (`geolocate.message`), by a channel, at a time in UTC; None when unknown."""

    channel: str
    message: str
    at: datetime | None


def is_banner(showings: Iterable[Showing], still: bool) -> bool:
    """Whether posts that share this file, a still or a clip, are no copies for that."""
    by_channel: dict[str, dict[str, date]] = defaultdict(dict)
    overall: dict[str, date] = {}
    for shown in showings:
        if shown.at is not None:
            day = shown.at.astimezone(UTC).date()
            for first in (by_channel[shown.channel], overall):
                first[shown.message] = min(day, first.get(shown.message, day))
    least = STILL_DAYS if still else CLIP_DAYS
    everywhere = still and len(overall) > CROWD and len(set(overall.values())) >= CROWD_DAYS
    return everywhere or any(len(set(first.values())) >= least for first in by_channel.values())
