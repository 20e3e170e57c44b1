"""Made-up convoys for the tests of linking: a straight road on the equator, and reports along it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from geolocate.roads import RoadGraph
from geolocate.types import Candidate, Destination, Sighting

#: towns every degree (111 km) on a west-east road, and a branch to the north at 3 E
ROAD = RoadGraph(
    lat=[0, 0, 0, 0, 0, 0, 1, 2],
    lon=[0, 1, 2, 3, 4, 5, 3, 3],
    start=[0, 1, 2, 3, 4, 3, 6],
    end=[1, 2, 3, 4, 5, 6, 7],
    km=[112, 112, 112, 112, 112, 112, 112],
)
EAST = Destination("EAST", "East airbase", 0.0, 5.0, 4.0)
NORTH = Destination("NORTH", "North port", 2.0, 3.0, 4.0)
DAWN = datetime(2024, 12, 8, 6, tzinfo=UTC)


def seen(name: str, lat: float, lon: float, hour: float, **more: Any) -> Sighting:
    """A sighting a quarter of an hour wide around `hour` after dawn, posted an hour later."""
    middle = DAWN + timedelta(hours=hour)
    values: dict[str, Any] = {
        "radius_km": 2.0,
        "seen_from": middle - timedelta(minutes=7),
        "seen_to": middle + timedelta(minutes=8),
        "posted_at": middle + timedelta(hours=1),
        "vehicles_min": 18,
        "vehicles_max": 25,
        "kinds": ("tank", "truck"),
    } | more
    return Sighting(name, lat, lon, **values)


def eastward(prefix: str = "e", start_hour: float = 0.0, **more: Any) -> list[Sighting]:
    """Five reports of one convoy that drives from 0 E to 4 E at about 37 km/h."""
    return [seen(f"{prefix}{k}", 0.0, k * 0.8, start_hour + k * 2.4, **more) for k in range(5)]


@st.composite
def sightings(draw: st.DrawFn, most: int = 12) -> list[Sighting]:
    """Any reports near the road over three weeks."""
    made = []
    for k in range(draw(st.integers(0, most))):
        lat, lon = draw(st.floats(-0.3, 2.2)), draw(st.floats(-0.3, 5.3))
        wide = draw(st.sampled_from([0.25, 6.0, 24.0]))
        posted = DAWN + timedelta(hours=draw(st.floats(0, 500)))
        count = draw(st.none() | st.integers(1, 60))
        others = draw(st.lists(st.tuples(st.floats(-0.3, 2.2), st.floats(-0.3, 5.3)), max_size=2))
        made.append(
            Sighting(
                f"s{k}",
                lat,
                lon,
                draw(st.sampled_from([0.3, 3.0, 25.0])),
                posted - timedelta(hours=wide),
                posted,
                posted,
                tuple(Candidate("", "", a, b, 3.0, 0.3) for a, b in others),
                count,
                None if count is None else count + 3,
                tuple(draw(st.sets(st.sampled_from(["truck", "tank", "apc"])))),
                draw(st.none() | st.floats(0, 359)),
                None,
                draw(st.sampled_from([None, "EAST", "NORTH", "nowhere"])),
            )
        )
    return made


@st.composite
def crowded(draw: st.DrawFn) -> list[Sighting]:
    """A few convoys on the road within two days, so that there is something to confuse."""
    made = []
    for k in range(draw(st.integers(1, 6))):
        size, start = draw(st.integers(3, 40)), draw(st.floats(0, 40))
        first, last = draw(st.tuples(st.floats(0, 5), st.floats(0, 5)))
        for n in range(draw(st.integers(1, 6))):
            share = draw(st.floats(0, 1))
            hour = start + share * abs(last - first) * 3 + draw(st.floats(-1, 1))
            made.append(
                seen(
                    f"c{k}-{n}",
                    0.0,
                    first + share * (last - first),
                    hour,
                    vehicles_min=size,
                    vehicles_max=size + 4,
                    radius_km=draw(st.sampled_from([0.3, 3.0, 25.0])),
                    kinds=tuple(draw(st.sets(st.sampled_from(["truck", "tank", "apc"])))),
                )
            )
    return made
