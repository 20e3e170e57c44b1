"""How large is a picture, by its header, before anyone decodes it? (A few kilobytes can unpack to gigabytes.)"""

import struct

from geolocate.frames.heic import heic_size

#: JPEG start-of-frame markers: 0xC0-0xCF without DHT, JPG and DAC (ITU T.81, table B.1)
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: JPEG markers without a length: TEM and RST0-SOI
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def picture_size(data: bytes, kind: str) -> tuple[int, int] | None:
    """Width and height in pixels that the header of a picture of media type `kind` states; None when it states none."""
    try:
        match kind:
            case "image/png":
                return struct.unpack_from(">II", data, 16)
            case "image/gif":
                return struct.unpack_from("<HH", data, 6)
            case "image/bmp":
                width, height = struct.unpack_from("<ii", data, 18)
                return width, abs(height)
            case "image/jpeg":
                return _jpeg(data)
            case "image/webp":
                return _webp(data)
            case "image/avif":
                at = data.index(b"ispe", 0, 65536)
                return struct.unpack_from(">II", data, at + 8)
            case "image/heic":
                return heic_size(data)
    except (struct.error, ValueError):
        pass
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _SOF:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + max(2, struct.unpack_from(">H", data, at + 2)[0])
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
