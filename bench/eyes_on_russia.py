"""What tracks does the linker find in real sightings? The Eyes on Russia rows marked `movement`, by place and day.

    python -m bench.eyes_on_russia [--from 2022-01-01] [--until 2022-03-01] [--map tracks.svg]

The rows stand beside the repository (`../shared/eval/places`, or where CONVOYWATCH_SHARED points); none is copied here.
They say where exactly and on which day, seldom which way or how many; nobody knows which of them are one convoy. No
score, therefore: it prints the tracks for a person to judge, and draws them.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.eyes_on_russia_map import drawn
from bench.tracks import shared
from geolocate.roads import RoadGraph
from geolocate.text.designations import joined
from geolocate.text.normalise import tokenize
from geolocate.text.quantities import vehicles
from geolocate.track import link
from geolocate.types import Sighting, Track


def main() -> None:
    """Print the tracks, and draw them when asked."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--from", dest="start", default="2022-01-01")
    ask.add_argument("--until", default="2022-03-01")
    ask.add_argument("--map", type=Path, help="draw the tracks into this SVG file")
    given = ask.parse_args()
    texts, sightings = read(given.start, given.until)
    linked = link(sightings, [], RoadGraph.embedded())
    tracked = sum(len(t.points) for t in linked.tracks)
    events = len({m.event for m in linked.membership.values()})
    print(f"{len(sightings)} sightings, {events} events, {len(linked.tracks)} tracks that hold {tracked} sightings\n")
    tracks = sorted(linked.tracks, key=lambda t: t.points[0].at)
    for number, track in enumerate(tracks, 1):
        print(_told(number, track, texts))
    if given.map:
        given.map.write_text(drawn(sightings, tracks), encoding="utf-8")


def read(start: str, until: str) -> tuple[dict[str, str], list[Sighting]]:
    """Texts by id, and sightings of the days from `start` to before `until`: seen at some hour of the stated day."""
    texts, sightings = {}, []
    with (shared() / "eval" / "places" / "cir_eyes_on_russia_en.dev.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["movement"] and start <= row["date"] < until:
                day = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
                told = vehicles(row["text"], joined(row["text"], tokenize(row["text"])))
                texts[row["id"]] = row["text"]
                sightings.append(
                    Sighting(
                        row["id"],
                        row["lat"],
                        row["lon"],
                        0.3,
                        day,
                        day + timedelta(days=1),
                        day + timedelta(days=1),
                        vehicles_min=told.least,
                        vehicles_max=told.most,
                        kinds=told.kinds,
                    )
                )
    return texts, sightings


def _told(number: int, track: Track, texts: dict[str, str]) -> str:
    lines = [f"## {number}: {len(track.points)} sightings, {track.points[0].at:%d %b} to {track.points[-1].at:%d %b}\n"]
    for p in track.points:
        way = "" if p.road_km is None else f", {p.road_km:.0f} km on"
        where = f"{p.at:%d %b %H:%M}, {p.lat:.2f} {p.lon:.2f}{way} (p {p.probability:.2f})"
        lines.append(f"- {where}: {texts[p.sighting_id]}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
