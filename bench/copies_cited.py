"""Are two records of one post found to be copies? Records of two teams that cite the same address.

    python -m bench.copies_cited

The rows (`same_post_pairs_ukraine`) stand beside the repository (`../shared/eval/places`, or where CONVOYWATCH_SHARED
points); none is copied here. Asked three ways: by the address as each team gives it, by address and words, and by the
words alone (what the teams wrote are descriptions of their own, so few of these are near). A merge of two records that
cite different posts counts as false.
"""

import io
import json
import os
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from collector.copies import dedupe_lines
from geolocate.link_lines import read_sighting
from geolocate.roads import RoadGraph
from geolocate.sphere import between_km
from geolocate.track import link

FILE = "eval/places/same_post_pairs_ukraine.dev.jsonl"


def main() -> None:
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    records, cited, pairs = read(Path(os.environ.get("CONVOYWATCH_SHARED", beside)) / FILE)
    print("| asked by | records | pairs | recall | merged pairs | false |\n| --- | --- | --- | --- | --- | --- |")
    for way, give in {
        "address": lambda r: {"url": f"https://{r['url']}"},
        "address and words": lambda r: {"url": f"https://www.{r['url']}?s=20", "text": r["text"]},
        "words": lambda r: {"text": r["text"]},
    }.items():
        lines = [
            json.dumps({"id": n, "posted_at": f"{r['date']}T12:00:00Z"} | give(r)) for n, r in sorted(records.items())
        ]
        found = merged(lines)
        right = sum(frozenset(pair) in found for pair in pairs)
        false = sum(len({cited[name] for name in pair}) > 1 for pair in found)
        print(f"| {way} | {len(records)} | {len(pairs)} | {right / len(pairs):.3f} | {len(found)} | {false} |")
    _events(records, cited, pairs)


def _events(records: dict[str, dict[str, Any]], cited: dict[str, str], pairs: list[tuple[str, str]]) -> None:
    """Print how many pairs are one event when each record is a sighting (place, day) and its address is not known."""
    sightings = [
        read_sighting(json.dumps({
            "id": name, "lat": r["lat"], "lon": r["lon"], "radius_km": 0.5, "seen_from": f"{r['date']}T00:00Z",
            "seen_to": f"{r['date']}T23:59Z",
        }))[1]
        for name, r in sorted(records.items())
    ]  # fmt: skip
    event = {name: found.event for name, found in link(sightings, [], RoadGraph.embedded()).membership.items()}
    print("\n| records that cite one post | pairs | one event |\n| --- | --- | --- |")
    apart = {pair: _apart(*(records[name] for name in pair)) for pair in pairs}
    for told, low, high in (
        ("within 1 km", 0, 1),
        ("1 to 10 km", 1, 10),
        ("farther", 10, 1e9),
        ("of another day", 0, 1e9),
    ):
        those = [p for p in pairs if low <= apart[p][0] < high and apart[p][1] == (told != "of another day")]
        share = sum(event[a] == event[b] for a, b in those) / max(1, len(those))
        print(f"| {told} | {len(those)} | {share:.3f} |")
    members = defaultdict(list)
    for name, one in event.items():
        members[one].append(name)
    joined = [pair for group in members.values() for pair in combinations(group, 2)]
    others = [_apart(*(records[name] for name in pair))[0] for pair in joined if len({cited[n] for n in pair}) > 1]
    print(f"\n{len(members)} events, {len(others)} pairs of different posts, at most {max(others):.1f} km apart")


def _apart(one: dict[str, Any], other: dict[str, Any]) -> tuple[float, bool]:
    """Km between two records, and whether they tell one day."""
    return between_km(one["lat"], one["lon"], other["lat"], other["lon"]), one["date"] == other["date"]


def read(path: Path) -> tuple[dict[str, dict[str, Any]], dict[str, str], list[tuple[str, str]]]:
    """Records by a name of team and number, the address that each cites, and the pairs that cite one."""
    records, cited, pairs = {}, {}, []
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        names = tuple(f"{row[f'{side}_src']}:{row[side]}:{row['url']}" for side in "ab")
        for name, side in zip(names, "ab", strict=True):
            told = {key: row[f"{side}_{key}"] for key in ("text", "lat", "lon")}
            records[name] = {"url": row["url"], "date": row[f"{side}_date"][:10], **told}
            cited[name] = row["url"]
        pairs.append((names[0], names[1]))
    return records, cited, pairs


def merged(lines: list[str]) -> set[frozenset[str]]:
    """Every pair of records that `dedupe` puts into one account."""
    out, err = io.StringIO(), io.StringIO()
    if dedupe_lines(lines, out, err):
        raise SystemExit(err.getvalue())
    members = defaultdict(list)
    for row in map(json.loads, out.getvalue().splitlines()):
        members[row["event"]].append(row["id"])
    return {frozenset(pair) for names in members.values() for pair in combinations(names, 2)}


if __name__ == "__main__":
    main()
