"""Do probabilities of the linker mean what they say? What was given beside what came true, over many worlds.

Called by `python -m bench.tracks --calibration`; see there for where the simulator is looked for.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from geolocate.heading import ELSEWHERE
from geolocate.linked import Linked
from geolocate.state import ARRIVED
from geolocate.types import Track

#: bins of the tables
EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
Given = list[tuple[float, bool]]


def judged(linked: Linked, truth_file: Path) -> dict[str, Given]:
    """(probability, came true) of each kind of claim about one world."""
    truth = {row["id"]: row for row in map(json.loads, truth_file.read_text().splitlines())}
    found: dict[str, Given] = {"member of its track": [], "in no track": [], "destination": [], "arrived": []}
    for track in linked.tracks:
        convoy = _convoy(track, truth)
        for point in track.points:
            found["member of its track"].append((point.probability, truth[point.sighting_id]["convoy"] == convoy))
        if convoy is None:
            continue
        goal = next(r["destination"] for r in truth.values() if r["convoy"] == convoy) or ELSEWHERE
        found["destination"].extend((p, name == goal) for name, p in track.destinations.items())
        if track.state == ARRIVED and track.state_destination is not None:
            found["arrived"].append((track.destinations[track.state_destination], track.state_destination == goal))
    for name, member in linked.membership.items():
        if member.track is None:
            found["in no track"].append((member.probability, truth[name]["convoy"] is None))
    return found


def _convoy(track: Track, truth: dict[str, dict[str, str | None]]) -> str | None:
    """The convoy that most of a track's sightings are of; None when they are clutter."""
    told = Counter(c for p in track.points if (c := truth[p.sighting_id]["convoy"]) is not None)
    return told.most_common(1)[0][0] if told else None


def table(kind: str, given: Given) -> Iterable[str]:
    """Rows of Markdown: a bin, how many claims, their mean probability, the share that came true."""
    yield f"| {kind} | claims | mean probability | came true |"
    yield "| --- | --- | --- | --- |"
    for low, high, claims in bins(given):
        mean, true = sum(p for p, _ in claims) / len(claims), sum(t for _, t in claims) / len(claims)
        yield f"| {low:.2f}-{high:.2f} | {len(claims)} | {mean:.2f} | {true:.2f} |"
    error = sum(abs(sum(p - t for p, t in claims)) for _, _, claims in bins(given)) / max(len(given), 1)
    yield f"| expected calibration error | {len(given)} | {error:.3f} | |"


def bins(given: Given) -> Iterable[tuple[float, float, Given]]:
    """The bins that hold claims."""
    for low, high in pairwise(EDGES):
        claims = [(p, t) for p, t in given if low <= p < high or (high == 1.0 and p == 1.0)]
        if claims:
            yield low, high, claims


def plot(kinds: dict[str, Given], out: Path) -> None:
    """A reliability plot as SVG: mean probability to the right, share that came true upward, a dot a bin."""
    side, gap, parts = 260, 50, []
    for n, (kind, given) in enumerate(kinds.items()):
        left, top = gap + n * (side + gap), 40
        parts.append(f'<text x="{left}" y="{top - 12}">{kind} ({len(given)} claims)</text>')
        parts.append(f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#999"/>')
        parts.append(f'<line x1="{left}" y1="{top + side}" x2="{left + side}" y2="{top}" stroke="#ccc"/>')
        parts.extend(_axis(left, top, side))
        parts.extend(_dots(left, top, side, given))
    width, height = gap + len(kinds) * (side + gap), side + 90
    font = 'font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {font}>'
    white = f'<rect width="{width}" height="{height}" fill="white"/>'
    out.write_text("\n".join([head, white, *parts, "</svg>", ""]), encoding="utf-8")


def _axis(left: int, top: int, side: int) -> Sequence[str]:
    marks = []
    for share in (0.0, 0.5, 1.0):
        x, y = left + share * side, top + side - share * side
        marks.append(f'<text x="{x:.0f}" y="{top + side + 16}" text-anchor="middle" fill="#666">{share:g}</text>')
        marks.append(f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#666">{share:g}</text>')
    marks.append(
        f'<text x="{left}" y="{top + side + 34}" fill="#666">probability given; upward: share that came true</text>'
    )
    return marks


def _dots(left: int, top: int, side: int, given: Given) -> Sequence[str]:
    """A dot as large as its bin, with the 90 % interval of the share (normal approximation)."""
    dots = []
    for _, _, claims in bins(given):
        n = len(claims)
        mean, true = sum(p for p, _ in claims) / n, sum(t for _, t in claims) / n
        spread = 1.645 * (max(true * (1 - true), 0.25 / n) / n) ** 0.5
        x = left + mean * side
        low, high = (top + side - min(max(v, 0.0), 1.0) * side for v in (true - spread, true + spread))
        radius = 2.0 + 6.0 * (n / max(len(given), 1)) ** 0.5
        dots.append(f'<line x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}" stroke="#36c"/>')
        dots.append(f'<circle cx="{x:.1f}" cy="{top + side - true * side:.1f}" r="{radius:.1f}" fill="#36c"/>')
    return dots
