"""What does a dataset of others state of a sighting, and how does that stand beside what its words say?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from collector.sources.base import Stated
from geolocate.types import Interval, Located, Position

#: what a dataset's yes or no is worth: people made it, and people err
YES, NO = 0.9, 0.05


def stated_of(said: dict[str, Any] | None) -> Stated | None:
    """Out of its JSON."""
    if said is None:
        return None
    times = {name: datetime.fromisoformat(said[name]) for name in ("seen_from", "seen_to")}
    return Stated(**(said | times))


def with_stated(found: Located, where: Position | None, said: Stated | None) -> Located:
    """The stated place, time and number instead of those read; a stated yes or no decides about the convoy."""
    if said is None or where is None:
        return found
    sure = found.convoy.probability if said.convoy is None else YES if said.convoy else NO
    low = found.convoy.vehicles_min if said.vehicles_min is None else said.vehicles_min
    high = found.convoy.vehicles_max if said.vehicles_max is None else said.vehicles_max
    told = f"stated by the dataset {said.dataset} (±{said.radius_km:g} km)"
    return replace(
        found, position=where, seen=Interval(said.seen_from, said.seen_to), explanation=told,
        convoy=replace(found.convoy, probability=sure, vehicles_min=low, vehicles_max=high),
    )  # fmt: skip
