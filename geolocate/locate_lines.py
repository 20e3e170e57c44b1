"""What does `convoywatch locate` print for each line it reads? (The batch contract, JSON lines in and out.)"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

from geolocate.locate import Locator
from geolocate.types import Interval, Located, Place


class _BadLine(ValueError):
    """The line is not what the contract asks for; the message says what is wrong."""


def locate_lines(lines: Iterable[str], locator: Locator, out: TextIO, err: TextIO) -> int:
    """Answer each line in order as it comes; bad lines go to `err` and are skipped. Returns 0, or 3 if any was bad."""
    bad = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = _answer(line, locator)
        except _BadLine as wrong:
            bad += 1
            print(f"line {number}: {wrong}", file=err)
            continue
        out.write(json.dumps(answer, ensure_ascii=True) + "\n")
    return 3 if bad else 0


def _answer(line: str, locator: Locator) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise _BadLine(f"not JSON ({wrong})") from None
    if not isinstance(row, dict):
        raise _BadLine("not a JSON object")
    text, lang = row.get("text"), row.get("lang")
    if not isinstance(text, str):
        raise _BadLine('"text" must be a string')
    if lang is not None and not isinstance(lang, str):
        raise _BadLine('"lang" must be a string')
    located = locator.locate(
        text, lang=lang, posted_at=_time(row.get("posted_at")), spans=_spans(row.get("spans"), len(text))
    )
    return {"id": row.get("id"), **as_contract(located)}


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _BadLine('"posted_at" must be an ISO 8601 time')
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _BadLine(f'"posted_at" must be an ISO 8601 time, not {value[:40]!r}') from None


def _spans(value: object, length: int) -> list[tuple[int, int]] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise _BadLine('"spans" must be a list of [start, end]')
    spans = []
    for span in value:
        if not isinstance(span, list) or len(span) != 2 or any(type(edge) is not int for edge in span):
            raise _BadLine('"spans" must be a list of [start, end]')
        start, end = span
        if not 0 <= start < end <= length:
            raise _BadLine(f'"spans" must lie within the text, not {start}-{end}')
        spans.append((start, end))
    return spans


def as_contract(located: Located) -> dict[str, Any]:
    """The answer with the contract's names, JSON types only."""
    position, convoy = located.position, located.convoy
    return {
        "lang": located.lang,
        "places": [_place(place) for place in located.places],
        "position": {"lat": position.lat, "lon": position.lon, "radius_km": position.radius_km} if position else None,
        "convoy": {
            "probability": convoy.probability,
            "vehicles_min": convoy.vehicles_min,
            "vehicles_max": convoy.vehicles_max,
            "kinds": list(convoy.kinds),
        },
        "seen": _interval(located.seen),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "text": place.text, "start": place.start, "end": place.end, "name": place.name, "ref": place.ref,
        "lat": place.lat, "lon": place.lon, "radius_km": round(place.radius_km, 2),
        "role": place.role, "probability": place.probability,
        "alternatives": [
            {"ref": c.ref, "lat": c.lat, "lon": c.lon, "radius_km": round(c.radius_km, 2), "probability": c.probability}
            for c in place.alternatives
        ],
    }  # fmt: skip


def _interval(seen: Interval | None) -> dict[str, str] | None:
    if seen is None:
        return None
    return {"from": seen.start.isoformat().replace("+00:00", "Z"), "to": seen.end.isoformat().replace("+00:00", "Z")}
