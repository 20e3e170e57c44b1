"""What can be read off a media file and its stills: writing in the picture, and what the file says of itself?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geolocate.frames.daylight import blue_sky
from geolocate.frames.metadata import Claims, claims_of
from geolocate.frames.signs import read_signs
from geolocate.types import Frame, Sign


@dataclass(frozen=True, slots=True)
class FileRead:
    """The signs in order of appearance; the file's claims, None where it makes none; and the share of a clip's stills
    that show a blue sky, None where there are too few to say."""

    signs: tuple[Sign, ...]
    claims: Claims | None
    sky: float | None = None


def read_file(path: Path, media_type: str, stills: Sequence[Frame]) -> FileRead:
    """Read the stills of a file and the file's own fields: for a process that may die, as decoders may."""
    return FileRead(read_signs(stills), claims_of(path, media_type), blue_sky(stills))
