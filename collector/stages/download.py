"""Fetch an attachment: bytes into a content-addressed file, which may show that two posts are copies."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from collector.company import company
from collector.context import Context, now
from collector.errors import Closed, ConvoywatchError, Gone, NoRoom, RateLimited, Unsupported
from collector.http_values import Downloaded, tool
from collector.ingest_kept import stored_file
from collector.media import StoredFile
from collector.parts import video_settings
from collector.settings import Settings
from collector.stages.banners import notice
from collector.stages.base import Outcome, Write
from collector.stages.rows import BY_YTDLP
from collector.stages.withheld import clear
from collector.video import download
from db import media, observations, signs, work
from db.types import AnyRow

#: where yt-dlp writes; emptied when a daemon starts
SCRATCH = "scratch"
#: how many of the files that wait for room are tried again when one found some
WOKEN = 20


class Download:
    """One attachment a time; the input is a row of post_media."""

    name = "download"
    version = "1"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """The bytes do not depend on settings."""
        return {}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Fetch the file, or take the local one that came along with an import."""
        with ctx.store.read() as conn:
            row = media.attachment(conn, inputs[0])
        if row is None or row.state in ("done", "withheld", "found", "skipped"):
            return lambda _conn: Outcome(empty=True)
        try:
            stored, told = _bytes(ctx, row)
        except NoRoom:
            with ctx.store.write() as conn:
                media.set_state(conn, row.id, "quota")
            raise

        def write(conn: Connection) -> Outcome:
            media_id = media.save(conn, stored.sha256, stored.bytes, stored.media_type, now())
            if told:
                media.save_fetch(conn, media_id, row.id, _answer(told))
            if row.state == "quota":  # there is room again
                work.wake(conn, ctx.analyzers["download"], NoRoom.kind, WOKEN)
            media.attach(conn, row, media_id, stored.sha256)
            work.enqueue_once(conn, ctx.analyzers["sample"], [media_id])
            work.enqueue_once(conn, ctx.analyzers["match"], [media_id])
            if signs.known(conn, media_id):  # read already, in another post
                work.enqueue(conn, ctx.analyzers["locate"], [row.post_id])
            notice(ctx, conn, [media_id])
            copied = company(conn, [row.post_id])
            clear(ctx, conn, row.post_id, copied)
            touched = observations.buckets_of_posts(conn, ctx.analyzers["locate"], copied)
            work.enqueue(conn, ctx.analyzers["cluster"], touched)
            return Outcome(lines=(("media", f"{row.kind} of {row.post_url or row.post_id}: {stored.bytes:,} bytes"),))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The attachment shows that it could not be had, and whether a person may get at it, or it is not wanted."""
        state = "withheld" if isinstance(error, Closed) else "failed"
        media.set_state(conn, input_id, "skipped" if isinstance(error, Unsupported) else state)

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Attachments are asked for when their post is stored."""
        return []


def _bytes(ctx: Context, row: AnyRow) -> tuple[StoredFile, Downloaded | None]:
    """From the file that came along, through yt-dlp where a platform hides its files, or from its address.

    With the answer that brought it, where we asked for it ourselves.
    """
    if row.file:
        if kept := stored_file(ctx, row.file):
            return kept, None
        if not Path(row.file).is_file():
            raise Gone(f"the file that came with the post is no longer there: {row.file}")
        return ctx.media.add_file(Path(row.file)), None
    if row.platform not in BY_YTDLP:
        fetched = ctx.media.fetch(ctx.client, row.url, key=f"post_media {row.id}")
        return fetched.stored, fetched.told
    ctx.media.quota.room()
    ctx.client.take_turn(row.post_url)
    scratch = ctx.settings.data / SCRATCH
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        try:
            path = download(row.post_url, Path(folder), video_settings(ctx.settings), stop=ctx.stop)
        except RateLimited as error:
            error.retry_after_s = ctx.client.pause(row.post_url, error.retry_after_s)
            raise
        return ctx.media.add_file(path), None


def _answer(told: Downloaded) -> dict[str, Any]:
    """The columns of media_fetches."""
    return {
        "url": told.url, "status": told.status, "headers": dict(told.headers), "request_headers": dict(told.sent),
        "hops": [{"url": hop.url, "status": hop.status} for hop in told.hops], "resumed_at": told.resumed_at,
        "fetched_at": told.fetched_at, "tool": tool(),
    }  # fmt: skip
