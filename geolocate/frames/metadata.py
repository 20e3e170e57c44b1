"""What does a file say of itself: where, when and by what it was made?

Anyone can write these fields, and most platforms remove them, so they are claims: `trust` (0 to 1) is low even for a
field that looks right, and lower where an editor left its name or no device is named. EXIF and XMP of JPEG, PNG,
WebP and HEIC; the tables of MP4 and QuickTime; the tags of Matroska and WebM. A field that makes no sense is as if it
were not there.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geolocate.frames.metadata_exif import exif_fields
from geolocate.frames.metadata_matroska import matroska_fields
from geolocate.frames.metadata_mp4 import movie_fields
from geolocate.frames.metadata_xmp import xmp_fields

#: pictures' fields stand near the start of the file; what lies behind is not looked at
_HEAD_BYTES = 4 * 1024 * 1024
_MOVIES = frozenset({"video/mp4", "video/quicktime", "video/3gpp", "video/3gpp2"})
_MATROSKA = frozenset({"video/x-matroska", "video/webm"})
_EDITORS = ("adobe", "photoshop", "lightroom", "gimp", "picsart", "capcut", "snapseed", "canva", "lavf", "handbrake")
#: trust in a position that a device wrote, in one without a device's name, and in what went through an editor
_DEVICE, _NAMELESS, _EDITED = 0.5, 0.3, 0.15


@dataclass(frozen=True, slots=True)
class Claims:
    """What the file says. `made_at`: aware UTC, or without a zone where the file states none; None: it does not say."""

    source: str
    lat: float | None
    lon: float | None
    made_at: datetime | None
    device: str | None
    software: str | None
    trust: float


def claims_of(path: Path, kind: str) -> Claims | None:
    """The claims of a file of a media type; None where it makes none. Never raises for what is in the file."""
    try:
        if kind in _MOVIES:
            return _claims("container", movie_fields(path))
        if kind in _MATROSKA:
            return _claims("container", matroska_fields(path))
        if kind.startswith("image/"):
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            # what a camera wrote stands above what an editor may have added
            return _claims("exif", xmp_fields(head) | exif_fields(head, kind))
    except OSError:
        return None
    return None


Fields = dict[str, str | float | datetime]


def _claims(source: str, fields: Fields) -> Claims | None:
    lat, lon = fields.get("lat"), fields.get("lon")
    if not (isinstance(lat, float) and isinstance(lon, float) and _on_earth(lat, lon)):
        lat = lon = None
    made_at = fields.get("made_at")
    if not isinstance(made_at, datetime) or made_at.year < 1990:
        made_at = None  # a clock that was never set
    device = _words(fields.get("make"), fields.get("model"))
    software = _words(fields.get("software"))
    if lat is None and made_at is None and device is None and software is None:
        return None
    edited = any(name in (software or "").casefold() for name in _EDITORS)
    trust = _EDITED if edited else _DEVICE if device else _NAMELESS
    return Claims(source, lat, lon, made_at, device, software, trust)


def _on_earth(lat: float, lon: float) -> bool:
    # 0, 0 is what a phone without a fix writes
    return math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)


def _words(*parts: object) -> str | None:
    """Names joined, a repeated one ("Canon", "Canon EOS") once; printable and short."""
    kept: list[str] = []
    for part in parts:
        text = "".join(c for c in str(part or "") if c.isprintable()).strip()[:80]
        if text and not any(text in one for one in kept):
            kept = [one for one in kept if one not in text] + [text]
    return " ".join(kept) or None
