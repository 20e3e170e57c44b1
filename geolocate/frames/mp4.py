"""How long does an MP4 or QuickTime file say its show lasts? (ISO/IEC 14496-12, 8.2.2: the movie header)

The frame table also counts frames that an edit list cuts away, so it alone cannot tell how many should be decoded.
"""

import struct
from pathlib import Path
from typing import BinaryIO

_MAX_BOXES = 1000


def movie_seconds(path: Path) -> float | None:
    """The duration after edits, in seconds; None when the file states none."""
    with path.open("rb") as file:
        moov = _find(file, b"moov", path.stat().st_size)
        mvhd = _find(file, b"mvhd", moov) if moov is not None else None
        if mvhd is None:
            return None
        header = file.read(32)
    try:
        if header[:1] == b"\x01":
            scale, duration = struct.unpack_from(">IQ", header, 20)
        else:
            scale, duration = struct.unpack_from(">II", header, 12)
    except struct.error:
        return None
    return duration / scale if scale and duration else None


def _find(file: BinaryIO, name: bytes, end: int) -> int | None:
    """Stand behind the header of the first box `name` before `end`; where that box ends, or None."""
    for _ in range(_MAX_BOXES):
        start = file.tell()
        head = file.read(16)
        if len(head) < 8 or start >= end:
            return None
        size, kind, body = struct.unpack_from(">I", head)[0], head[4:8], start + 8
        if size == 1 and len(head) == 16:
            size, body = struct.unpack_from(">Q", head, 8)[0], start + 16
        if kind == name:
            file.seek(body)
            return start + size if size else end
        if size < 8:
            return None
        file.seek(start + size)
    return None
