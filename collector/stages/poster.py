"""What does a withheld video show, as far as its poster tells? The picture is fetched and analysed like any other."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from collector.context import Context, now
from collector.errors import ConvoywatchError, Unparseable
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from db import media, withheld, work

#: posters of the preview are pictures of some tens of kilobytes
MAX_BYTES = 10 * 2**20


class Poster:
    """One withheld attachment a time; the input is a row of post_media."""

    name = "poster"
    version = "1"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """The bytes do not depend on settings."""
        return {}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Fetch the picture."""
        with ctx.store.read() as conn:
            row = media.attachment(conn, inputs[0])
        if row is None or row.state != "withheld" or not row.thumb_url or row.poster_id is not None:
            return lambda _conn: Outcome(empty=True)
        stored = ctx.media.fetch(ctx.client, row.thumb_url, MAX_BYTES).stored
        if not stored.media_type.startswith("image/"):
            raise Unparseable(f"the poster of {row.post_url or row.post_id} is no picture: {stored.media_type}")

        def write(conn: Connection) -> Outcome:
            media_id = media.save(conn, stored.sha256, stored.bytes, stored.media_type, now())
            withheld.set_poster(conn, row.id, media_id)
            work.enqueue_once(conn, ctx.analyzers["sample"], [media_id])
            return Outcome(lines=(("media", f"poster of {row.post_url or row.post_id}: {stored.bytes:,} bytes"),))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all; the attachment is withheld as before."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every withheld attachment."""
        return withheld.all_without_poster(conn)
