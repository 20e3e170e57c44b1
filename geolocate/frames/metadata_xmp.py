"""What does the XMP packet of a picture say? (ISO 16684-1: XML inside the file; Exif fields in XMP, CIPA DC-010)

The few fields wanted are looked for in the packet's text: no XML of strangers is parsed.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime

#: a packet is small; what lies behind this is not looked at
_MOST_BYTES = 256 * 1024
_END = b"</x:xmpmeta>"
_FIELDS = {
    "make": ("tiff:Make",), "model": ("tiff:Model",), "software": ("xmp:CreatorTool", "xap:CreatorTool"),
    "made": ("exif:DateTimeOriginal", "xmp:CreateDate", "photoshop:DateCreated", "xap:CreateDate"),
    "lat": ("exif:GPSLatitude",), "lon": ("exif:GPSLongitude",),
}  # fmt: skip
#: degrees and minutes, or degrees, minutes and seconds, with the side: "35,51.87N", "36,48,21E"
_DEGREES = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d{1,10})?)(?:,(\d{1,2}(?:\.\d{1,10})?))?([NSEW])")


def xmp_fields(data: bytes) -> dict[str, str | float | datetime]:
    """`lat`, `lon`, `made_at`, `make`, `model`, `software`, as far as the first packet in the bytes states them."""
    start = data.find(b"<x:xmpmeta")
    if start < 0:
        return {}
    packet = data[start : start + _MOST_BYTES]
    text = packet[: packet.find(_END) if _END in packet else len(packet)].decode("utf-8", "replace")
    told = {field: value for field, names in _FIELDS.items() if (value := _first(text, names))}
    found: dict[str, str | float | datetime] = {n: told[n] for n in ("make", "model", "software") if n in told}
    lat, lon = _degrees(told.get("lat", ""), "NS"), _degrees(told.get("lon", ""), "EW")
    if lat is not None and lon is not None:
        found |= {"lat": lat, "lon": lon}
    with suppress(ValueError):
        made = datetime.fromisoformat(told.get("made", ""))
        found["made_at"] = made.astimezone(UTC) if made.tzinfo else made
    return found


def _first(text: str, names: tuple[str, ...]) -> str:
    """A property's value, as attribute or as element."""
    for name in names:
        at = text.find(name)
        if at >= 0:
            told = re.match(r'\s{0,9}(?:=\s{0,9}["\']|>)([^"\'<>]{1,200})["\'<]', text[at + len(name) : at + 300])
            if told:
                return told[1].strip()
    return ""


def _degrees(text: str, sides: str) -> float | None:
    found = _DEGREES.fullmatch(text)
    if found is None or found[4] not in sides:
        return None
    degrees = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    return -degrees if found[4] in "SW" else degrees
