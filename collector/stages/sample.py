"""Sample frames from a video or picture; what counts vehicles or reads signs takes these frames from here."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError, Unparseable
from collector.sandbox import run_isolated
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from db import landmarks, media, work
from geolocate.frames.errors import Undecodable
from geolocate.frames.sampler import SamplerParams, sample

TIMEOUT_S = 120.0
MEMORY_MB = 2048
PARAMS = SamplerParams()


class Sample:
    """One file a time, decoded in a process of its own; the input is a row of media."""

    name = "sample"
    version = "3"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """The sampler's own parameters."""
        return asdict(PARAMS)

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Decode and keep the stills."""
        media_id = inputs[0]
        with ctx.store.read() as conn:
            row = media.get(conn, media_id)
        if row is None or not row.media_type.startswith(("video/", "image/")):
            return lambda _conn: Outcome(empty=True)
        try:
            with ctx.media.local(row.sha256) as path:
                found = run_isolated(sample, (path, PARAMS), TIMEOUT_S, MEMORY_MB, ctx.stop)
        except Undecodable as error:
            raise Unparseable(str(error)) from error
        frames = [
            {"at_ms": f.at_ms, "width": f.width, "height": f.height, "sharpness": f.sharpness,
             "sha256": ctx.frames.store(f.jpeg)}
            for f in found.frames
        ]  # fmt: skip
        facts = {
            "width": found.width, "height": found.height, "duration_s": found.duration_s,
            "decode_failures": found.decode_failures,
        }  # fmt: skip

        def write(conn: Connection) -> Outcome:
            media.save_frames(conn, media_id, ctx.analyzers["sample"], facts, frames)
            for following in ("read", "detect", "landmark"):
                work.enqueue(conn, ctx.analyzers[following], [media_id] if frames else [])
            work.enqueue(conn, ctx.analyzers["survey"], landmarks.of_media(conn, media_id) if frames else [])
            return Outcome(empty=not frames, lines=(("frames", f"{len(frames)} of {row.sha256[:12]}"),))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every file."""
        return media.all_ids(conn)
