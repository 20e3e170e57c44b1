"""Which stills did the sampler keep of a file?"""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.context import Context
from db import media, signs
from db.types import AnyRow
from geolocate.types import Frame


@dataclass(frozen=True, slots=True)
class Sampled:
    """A file's row, the rows of its stills, and the stills in the same order."""

    row: AnyRow
    frames: Sequence[AnyRow]
    stills: list[Frame]


def sampled(ctx: Context, media_id: int) -> Sampled | None:
    """The file and its stills; None where it is gone or nothing was sampled."""
    with ctx.store.read() as conn:
        row = media.get(conn, media_id)
        frames = signs.frames(conn, media_id, ctx.analyzers["sample"])
    if row is None or not frames:
        return None
    stills = [Frame(f.at_ms, f.width, f.height, ctx.frames.read(f.sha256), f.sharpness) for f in frames]
    return Sampled(row, frames, stills)
