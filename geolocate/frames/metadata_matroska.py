"""What do the tags of a Matroska or WebM file say of where, when and by what it was made? (RFC 9559, tags)

Read by libav through PyAV, which may crash on a hostile file: run it in a process that may die.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import av

from geolocate.frames.metadata_mp4 import ISO_6709

#: a tag in lower case -> what it is; the second half as phones' own apps write them into either container
_TAGS = {
    "make": "make", "model": "model", "encoder": "software", "encoded_by": "software",
    "writing_application": "software", "location": "place", "recording_location": "place", "location-eng": "place",
    "creation_time": "made", "date_recorded": "made", "com.apple.quicktime.make": "make",
    "com.apple.quicktime.model": "model", "com.apple.quicktime.location.iso6709": "place",
    "com.android.manufacturer": "make", "com.android.model": "model",
}  # fmt: skip


def matroska_fields(path: Path) -> dict[str, str | float | datetime]:
    """`lat`, `lon`, `made_at`, `make`, `model`, `software`, as far as the file states them."""
    try:
        with av.open(str(path), metadata_errors="replace") as opened:
            return understood(opened.metadata)
    except (OSError, ValueError, av.FFmpegError):
        return {}


def understood(tags: Mapping[str, str]) -> dict[str, str | float | datetime]:
    """The same out of tags by name."""
    texts: dict[str, str] = {}
    for name, value in tags.items():
        if (field := _TAGS.get(name.lower())) and value.strip():
            texts.setdefault(field, value.strip())
    found: dict[str, str | float | datetime] = {n: texts[n] for n in ("make", "model", "software") if n in texts}
    if place := ISO_6709.match(texts.get("place", "")):
        found |= {"lat": float(place[1]), "lon": float(place[2])}
    with suppress(ValueError):
        made = datetime.fromisoformat(texts.get("made", ""))
        found["made_at"] = made.astimezone(UTC) if made.tzinfo else made
    return found
