"""Take the features of a landmark's stills; then stored footage is held against it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.sandbox import run_named
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from db import landmarks, signs, work
from db.types import AnyRow
from geolocate.types import Frame

TIMEOUT_S = 240.0
MEMORY_MB = 2048
#: stills of one confirmed file: as many as the sampler keeps of an everyday clip
MOST_STILLS = 60


class Survey:
    """One landmark a time, in a process of its own; the input is a row of landmarks."""

    name = "survey"
    version = "1"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """Nothing that is set changes features."""
        return {"stills": MOST_STILLS}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """The features of the operator's picture, or of every still that the sampler kept of a confirmed file."""
        with ctx.store.read() as conn:
            row = landmarks.get(conn, inputs[0])
            rows = _stills(ctx, conn, row) if row is not None else []
            boxes = burnt_in(ctx, conn, row.media_id) if row is not None and row.media_id else []
        if row is None or not rows:
            return lambda _conn: Outcome(empty=True)
        stills = [Frame(at_ms, 0, 0, ctx.frames.read(sha256), 0.0) for at_ms, sha256 in rows]
        packed: bytes = run_named(
            "geolocate.frames.scenes", "packed_of", (stills, boxes, MOST_STILLS), TIMEOUT_S, MEMORY_MB, ctx.stop
        )

        def write(conn: Connection) -> Outcome:
            kept = landmarks.set_features(conn, row.id, packed)
            if kept:
                look_again(ctx, conn)
            return Outcome(empty=not kept, lines=(("landmark", f"{row.name}: {len(stills)} stills"),))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every landmark."""
        return [row.id for row in landmarks.listing(conn)]


def look_again(ctx: Context, conn: Connection) -> None:
    """Hold the newest stored files against what is new among the landmarks."""
    work.enqueue(conn, ctx.analyzers["landmark"], landmarks.recent(conn, ctx.analyzers["landmark"]))


def burnt_in(ctx: Context, conn: Connection, media_id: int) -> list[tuple[float, float, float, float]]:
    """The boxes of captions and watermarks that were read in a file."""
    rows = signs.of_media(conn, media_id, ctx.analyzers["read"])
    return [(r.box[0], r.box[1], r.box[2], r.box[3]) for r in rows if r.kind != "scene"]


def _stills(ctx: Context, conn: Connection, row: AnyRow) -> list[tuple[int, str]]:
    if row.media_id is None:
        return [(int(at_ms), str(sha256)) for at_ms, sha256 in row.pictures]
    return [(f.at_ms, f.sha256) for f in signs.frames(conn, row.media_id, ctx.analyzers["sample"])]
