"""What do the tables of an MP4 or QuickTime file say of where, when and by what it was made?

ISO/IEC 14496-12 (movie header), QuickTime File Format (user data, metadata keys), ISO 6709 (positions as text).
"""

import re
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

#: tables are small; a larger one is not read
_MOST_BYTES = 16 * 1024 * 1024
_MOST_BOXES = 1000
_SINCE = datetime(1904, 1, 1, tzinfo=UTC)
#: a position as text: latitude and longitude with their signs
ISO_6709 = re.compile(r"([+-]\d{1,3}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
_USER = {b"\xa9mak": "make", b"\xa9mod": "model", b"\xa9swr": "software", b"\xa9too": "software", b"\xa9xyz": "place"}
_KEYS = {
    "com.apple.quicktime.make": "make", "com.apple.quicktime.model": "model", "com.android.manufacturer": "make",
    "com.android.model": "model", "com.apple.quicktime.software": "software",
    "com.apple.quicktime.location.ISO6709": "place", "com.apple.quicktime.creationdate": "made",
}  # fmt: skip


def movie_fields(path: Path) -> dict[str, str | float | datetime]:
    """`lat`, `lon`, `made_at`, `make`, `model`, `software`, as far as the file states them. Raises `OSError`."""
    with path.open("rb") as file:
        moov = _movie(file, path.stat().st_size)
    texts: dict[str, str] = {}
    found: dict[str, str | float | datetime] = {}
    for name, body in _boxes(moov):
        if name == b"mvhd" and (created := _created(body)):
            found["made_at"] = created
        elif name == b"meta":
            texts |= _keyed(body)
        elif name == b"udta":
            for inner, value in _boxes(body):
                if inner in _USER and (text := _user_text(value)):
                    texts.setdefault(_USER[inner], text)
                elif inner == b"meta":
                    texts |= _keyed(value)
    return found | _understood(texts)


def _understood(texts: dict[str, str]) -> dict[str, str | float | datetime]:
    found: dict[str, str | float | datetime] = {n: texts[n] for n in ("make", "model", "software") if n in texts}
    if place := ISO_6709.match(texts.get("place", "")):
        found |= {"lat": float(place[1]), "lon": float(place[2])}
    with suppress(ValueError):
        made = datetime.fromisoformat(texts.get("made", ""))
        found["made_at"] = made.astimezone(UTC) if made.tzinfo else made
    return found


def _movie(file: BinaryIO, end: int) -> bytes:
    """The body of the movie box; nothing where there is none."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        size, skip = struct.unpack_from(">I", head)[0], 8
        if size == 1 and len(head) == 16:
            size, skip = struct.unpack_from(">Q", head, 8)[0], 16
        size = size or end - at
        if head[4:8] == b"moov":
            file.seek(at + skip)
            return file.read(min(size - skip, _MOST_BYTES)) if size > skip else b""
        if size < 8:
            break
        at += size
    return b""


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """The names and bodies of the boxes that follow each other in `data`."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while at + 8 <= len(data) and len(found) < _MOST_BOXES:
        size = struct.unpack_from(">I", data, at)[0]
        if size < 8:
            break
        found.append((data[at + 4 : at + 8], data[at + 8 : at + size]))
        at += size
    return found


def _created(body: bytes) -> datetime | None:
    wide = body[:1] == b"\x01"
    if len(body) < (12 if wide else 8):
        return None
    seconds = struct.unpack_from(">Q" if wide else ">I", body, 4)[0]
    try:
        return _SINCE + timedelta(seconds=seconds) if seconds else None
    except OverflowError:
        return None


def _user_text(value: bytes) -> str:
    """A user data string: its length, a language, the text."""
    length = int.from_bytes(value[:2], "big")
    return value[4 : 4 + length].decode("utf-8", "replace").strip("\0 ")


def _keyed(body: bytes) -> dict[str, str]:
    """The texts of a metadata box whose keys are known."""
    # in MP4 the box has four more bytes of version and flags; in QuickTime it has not
    inner = dict(_boxes(body)) if body[4:8] in (b"hdlr", b"keys", b"ilst", b"mhdr") else dict(_boxes(body[4:]))
    keys: list[str] = []
    at = 8
    table = inner.get(b"keys", b"")
    while at + 8 <= len(table) and len(keys) < _MOST_BOXES:
        size = struct.unpack_from(">I", table, at)[0]
        if size < 8:
            break
        keys.append(table[at + 8 : at + size].decode("utf-8", "replace"))
        at += size
    texts = {}
    for name, value in _boxes(inner.get(b"ilst", b"")):
        number = int.from_bytes(name, "big")
        key = _KEYS.get(keys[number - 1], "") if 0 < number <= len(keys) else _USER.get(name, "")
        for inside, data in _boxes(value):
            if key and inside == b"data":
                texts[key] = data[8:].decode("utf-8", "replace").strip("\0 ")
    return texts
