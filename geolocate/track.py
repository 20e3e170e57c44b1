"""Which sightings are one convoy, in which order, and where is it going?

All pairs of sightings that could be one convoy get log-odds from everything known (`affinity`), the whole window is
divided into groups that agree best (`partition`), weak members are left out, and each group becomes a track: places
chosen among the alternatives, order and times (`trajectory`), destination (`heading`), state (`state`). The answer
depends neither on the order of the input nor on ids, except that a track's key names its founding sighting.
"""

from collections.abc import Mapping, Sequence

from geolocate.link_params import DEFAULT, LinkParams
from geolocate.linked import Linked, Membership
from geolocate.linker import Linker
from geolocate.pair_rulings import Pair
from geolocate.roads import RoadGraph
from geolocate.types import Destination, Sighting

__all__ = ["LinkParams", "Linked", "Linker", "Membership", "link"]


def link(
    sightings: Sequence[Sighting],
    destinations: Sequence[Destination],
    roads: RoadGraph,
    params: LinkParams = DEFAULT,
    ruled: Mapping[Pair, bool] | None = None,
) -> Linked:
    """Join sightings (ids must differ) into tracks of two or more, each with the probability of each destination.

    `ruled` says of pairs (ids, the lower first) that they are one convoy, or not, whatever the evidence.
    Raises ValueError when two sightings have one id.
    """
    return Linker(destinations, roads, params).link(sightings, ruled)
