"""Does a file show a place that is known from pictures? Then the posts that show it are placed again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.known_places import matches
from collector.sandbox import run_named
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from collector.stages.survey import burnt_in
from db import landmarks, media, signs, work
from geolocate.frames.landmarks import VERSION, unpack
from geolocate.frames.landmarks_match import THRESHOLD
from geolocate.types import Frame

TIMEOUT_S = 120.0
MEMORY_MB = 2048
#: stills of a file that are looked up, evenly over its length
MOST_STILLS = 12


class Landmark:
    """One file a time; the input is a row of media that was sampled.

    Its features are stored, so that a new landmark costs a look at them and no decoding; a file is held only against
    landmarks that it has not been held against yet.
    """

    name = "landmark"
    version = f"1.{VERSION}"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """What counts as the same place."""
        return {"threshold": THRESHOLD, "stills": MOST_STILLS}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Take the features, unless they are there, and look for the places that they show."""
        media_id, mine = inputs[0], ctx.analyzers["landmark"]
        with ctx.store.read() as conn:
            row = media.get(conn, media_id)
            known = landmarks.scene(conn, media_id, mine)
            rows = signs.frames(conn, media_id, ctx.analyzers["sample"])
            boxes = burnt_in(ctx, conn, media_id)
            ids = ctx.known_places.refresh(conn)
        if row is None or (known is None and not rows):
            return lambda _conn: Outcome(empty=True)
        hidden = len(boxes)
        if known is not None and known.hidden == hidden:
            packed, seen = known.packed, known.serial
        else:  # new, or captions were read since
            packed, seen = _taken(ctx, [Frame(f.at_ms, 0, 0, ctx.frames.read(f.sha256), 0.0) for f in rows], boxes), 0
        found = ctx.known_places.find(unpack(packed), [serial for serial in ids if serial > seen])
        told = matches(found, ids, row.media_type.startswith("image/"))

        def write(conn: Connection) -> Outcome:
            before = landmarks.matched(conn, media_id, mine)
            if seen == 0:
                landmarks.forget_matches(conn, media_id, mine)
            landmarks.save_scene(conn, media_id, mine, packed, (max(ids, default=0), hidden), told)
            if before or told:
                work.enqueue(conn, ctx.analyzers["locate"], signs.posts_showing(conn, media_id))
            lines = [("landmark", f"{row.sha256[:12]} shows {len(told)} known places")] if told else []
            return Outcome(empty=not told, lines=tuple(lines))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every file; what is not sampled yet is asked for again when it is."""
        return media.all_ids(conn)


def _taken(ctx: Context, stills: list[Frame], boxes: list[tuple[float, float, float, float]]) -> bytes:
    # named, not imported: the detector works in the other process
    packed: bytes = run_named(
        "geolocate.frames.scenes", "packed_of", (stills, boxes, MOST_STILLS), TIMEOUT_S, MEMORY_MB, ctx.stop
    )
    return packed
