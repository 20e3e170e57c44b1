"""Find the vehicles in footage, count them and say how likely it shows a convoy; then its posts are judged again."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.models import used
from collector.sandbox import run_named
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from collector.stages.stills import sampled
from db import media, signs, vehicles, work

if TYPE_CHECKING:
    from geolocate.frames.watch import Watched

TIMEOUT_S = 240.0
MEMORY_MB = 3072


class Detect:
    """One file a time, looked at in a process of its own; the input is a row of media that was sampled."""

    name = "detect"
    version = "3"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """The detector that is used: another one sees other things."""
        model = used(settings.data)
        return {"detector": model.name if model else "embedded"}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Look at the stills, as the sampler kept them, and at the file where they show vehicles."""
        media_id = inputs[0]
        file = sampled(ctx, media_id)
        if file is None:
            return lambda _conn: Outcome(empty=True)
        # named, not imported: the networks take half a second to load, and work in the other process
        with ctx.media.local(file.row.sha256) as path:
            found: Watched = run_named(
                "geolocate.frames.watch",
                "watch_file",
                (path, file.stills, ctx.detector),
                TIMEOUT_S,
                MEMORY_MB,
                ctx.stop,
            )
        detected = [
            (f.id, [asdict(d) | {"box": list(d.box)} for d in seen])
            for f, seen in zip(file.frames, found.frames, strict=True)
        ]
        whole = _whole(found)

        def write(conn: Connection) -> Outcome:
            vehicles.save(conn, media_id, ctx.analyzers["detect"], whole, detected)
            work.enqueue(conn, ctx.analyzers["locate"], signs.posts_showing(conn, media_id))
            return Outcome(empty=not any(found.frames), lines=_lines(file.row.sha256, found))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every file; what is not sampled yet is asked for again when it is."""
        return media.all_ids(conn)


def _whole(found: "Watched") -> dict[str, Any]:
    told = found.summary
    return {
        "looked": found.looked, "vehicles_min": told.vehicles.least, "vehicles_max": told.vehicles.most,
        "direction": told.direction, "military": round(told.military, 4),
        "convoy_probability": round(told.probability, 4), "marks": list(told.marks),
    }  # fmt: skip


def _lines(sha256: str, found: "Watched") -> tuple[tuple[str, str], ...]:
    told = found.summary
    if not told.vehicles.most:
        return ()
    counted = f"{told.vehicles.least}-{told.vehicles.most} vehicles in {sha256[:12]}"
    return (("vehicles", f"{counted}, military {told.military:.2f}, convoy {told.probability:.0%}"),)
