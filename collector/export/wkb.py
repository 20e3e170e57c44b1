"""How is a point or a line written as well-known binary (OGC 06-103r4)? Little endian, longitude first."""

import struct

from collector.export.features import Feature


def wkb(feature: Feature) -> bytes:
    """The geometry of a feature."""
    pairs = [xy for point in feature.points for xy in point]
    if feature.kind == "Point":
        return struct.pack("<BI2d", 1, 1, *pairs)
    return struct.pack(f"<BII{len(pairs)}d", 1, 2, len(feature.points), *pairs)
