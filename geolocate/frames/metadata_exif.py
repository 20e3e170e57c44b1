"""What do the EXIF fields of a picture say? (Exif 2.32: a TIFF structure inside the file)"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

_MARK = b"Exif\0\0"
_MOST_ENTRIES = 500
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_ASCII, _SHORT, _LONG, _RATIONAL = 2, 3, 4, 5
#: tags: names of the main table, where the others begin, and the fields of those
_MAKE, _MODEL, _SOFTWARE, _CHANGED, _EXIF, _GPS = 0x10F, 0x110, 0x131, 0x132, 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011

Value = str | int | tuple[float, ...]


def exif_fields(data: bytes, kind: str) -> dict[str, str | float | datetime]:
    """`lat`, `lon`, `made_at`, `make`, `model`, `software`, as far as the first bytes of a picture state them."""
    for tiff in _blocks(data, kind):
        with suppress(struct.error, ValueError, OverflowError):
            return _fields(tiff)
    return {}


def _blocks(data: bytes, kind: str) -> Iterator[bytes]:
    """The EXIF structures in a JPEG, PNG, WebP or HEIC."""
    if kind == "image/jpeg":
        yield from _in_jpeg(data)
    elif kind == "image/png":
        yield from _in_chunks(data, 8, ">I", b"eXIf", size_first=True)
    elif kind == "image/webp":
        yield from _in_chunks(data, 12, "<I", b"EXIF", size_first=False)
    elif kind == "image/heic":
        yield from _marked(data)


def _marked(data: bytes) -> Iterator[bytes]:
    """Wherever the mark stands: the boxes of a HEIC file tell where only by way of three tables."""
    at = data.find(_MARK)
    while at >= 0:
        at += len(_MARK)
        if data[at : at + 2] in (b"II", b"MM"):
            yield data[at:]
        at = data.find(_MARK, at)


def _in_jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xD9, 0xDA):
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == _MARK:
            yield data[at + 10 : at + 2 + size]
        at += 2 + max(size, 2)


def _in_chunks(data: bytes, start: int, order: str, name: bytes, *, size_first: bool) -> Iterator[bytes]:
    at = start
    while at + 8 <= len(data):
        first, second = data[at : at + 4], data[at + 4 : at + 8]
        size = struct.unpack(order, first if size_first else second)[0]
        if (second if size_first else first) == name:
            yield data[at + 8 : at + 8 + size].removeprefix(_MARK)
        # a PNG chunk ends in a checksum, a WebP one on an even byte
        at += 8 + size + (4 if size_first else size % 2)


def _fields(tiff: bytes) -> dict[str, str | float | datetime]:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    if not order:
        return {}
    main = _table(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    exif, gps = (_table(tiff, order, main[tag]) if isinstance(main.get(tag), int) else {} for tag in (_EXIF, _GPS))
    found: dict[str, str | float | datetime] = {}
    for name, tag in (("make", _MAKE), ("model", _MODEL), ("software", _SOFTWARE)):
        if isinstance(text := main.get(tag), str) and text:
            found[name] = text
    if made_at := _moment(exif.get(_TAKEN) or main.get(_CHANGED), exif.get(_OFFSET)):
        found["made_at"] = made_at
    lat, lon = _degrees(gps.get(2), gps.get(1)), _degrees(gps.get(4), gps.get(3))
    if lat is not None and lon is not None:
        found |= {"lat": lat, "lon": lon}
    return found


def _table(tiff: bytes, order: str, at: object) -> dict[int, Value]:
    """The entries of one table whose kinds are known."""
    if not isinstance(at, int) or at + 2 > len(tiff):
        return {}
    found: dict[int, Value] = {}
    for index in range(min(_MOST_ENTRIES, struct.unpack_from(f"{order}H", tiff, at)[0])):
        entry = at + 2 + 12 * index
        if entry + 12 > len(tiff):
            break
        tag, kind, count = struct.unpack_from(f"{order}HHI", tiff, entry)
        size = _SIZES.get(kind, 0) * count
        start = entry + 8 if size <= 4 else struct.unpack_from(f"{order}I", tiff, entry + 8)[0]
        if size > 0 and start + size <= len(tiff) and (value := _value(tiff, order, kind, count, start)) is not None:
            found[tag] = value
    return found


def _value(tiff: bytes, order: str, kind: int, count: int, start: int) -> Value | None:
    if kind == _ASCII:
        return tiff[start : start + count].split(b"\0")[0].decode("utf-8", "replace").strip()
    if kind in (_SHORT, _LONG) and count == 1:
        return int(struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'I'}", tiff, start)[0])
    if kind == _RATIONAL and count <= 3:
        parts = struct.unpack_from(f"{order}{2 * count}I", tiff, start)
        return tuple(over / under if under else 0.0 for over, under in zip(parts[::2], parts[1::2], strict=True))
    return None


def _degrees(value: Value | None, side: Value | None) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3 or not isinstance(side, str) or side[:1] not in "NSEW":
        return None
    degrees = value[0] + value[1] / 60 + value[2] / 3600
    return -degrees if side[:1] in ("S", "W") else degrees


def _moment(text: Value | None, offset: Value | None) -> datetime | None:
    if not isinstance(text, str):
        return None
    local = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
    if not isinstance(offset, str) or len(offset) != 6 or offset[0] not in "+-":
        return local
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return (local - shift if offset[0] == "+" else local + shift).replace(tzinfo=UTC)
