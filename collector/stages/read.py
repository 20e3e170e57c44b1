"""Read what is written in footage, and what files say of themselves; then the posts that show it are placed again."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.sandbox import run_named
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from collector.stages.stills import sampled
from db import landmarks, media, signs, work

if TYPE_CHECKING:
    from geolocate.frames.reading import FileRead

TIMEOUT_S = 240.0
MEMORY_MB = 2048


class Read:
    """One file a time, its stills read in a process of its own; the input is a row of media that was sampled."""

    name = "read"
    version = "3"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """Nothing that is set changes what is written."""
        return {}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Read the stills, as the sampler kept them, and the file's own fields."""
        media_id = inputs[0]
        file = sampled(ctx, media_id)
        if file is None:
            return lambda _conn: Outcome(empty=True)
        # named, not imported: what reads pictures takes half a second to load, and works in the other process
        with ctx.media.local(file.row.sha256) as path:
            found: FileRead = run_named(
                "geolocate.frames.reading",
                "read_file",
                (path, file.row.media_type, file.stills),
                TIMEOUT_S,
                MEMORY_MB,
                ctx.stop,
            )

        def write(conn: Connection) -> Outcome:
            changed = signs.known(conn, media_id) or bool(found.signs) or found.claims is not None or bool(found.sky)
            media.set_sky(conn, media_id, found.sky)
            lines = [asdict(sign) | {"box": list(sign.box)} for sign in found.signs]
            signs.save(conn, media_id, ctx.analyzers["read"], lines, _claim(found))
            if changed:
                work.enqueue(conn, ctx.analyzers["locate"], signs.posts_showing(conn, media_id))
            if any(sign.kind != "scene" for sign in found.signs):  # no landmark is known by its caption
                work.enqueue(conn, ctx.analyzers["landmark"], [media_id])
                work.enqueue(conn, ctx.analyzers["survey"], landmarks.of_media(conn, media_id))
            return Outcome(
                empty=not found.signs, lines=tuple(("sign", _line(file.row.sha256, found)) for _ in found.signs[:1])
            )

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every file; what is not sampled yet is asked for again when it is."""
        return media.all_ids(conn)


def _claim(found: "FileRead") -> dict[str, Any] | None:
    if found.claims is None:
        return None
    made_at = found.claims.made_at
    return asdict(found.claims) | {"made_at": made_at.isoformat() if made_at else None}


def _line(sha256: str, found: "FileRead") -> str:
    return f"{len(found.signs)} lines read in {sha256[:12]}: " + ", ".join(repr(s.text) for s in found.signs[:5])
