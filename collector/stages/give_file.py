"""A person has the file that a platform withholds: which attachment of which post is it?"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from collector.context import Context, now
from collector.errors import ConvoywatchError, Unparseable
from collector.media import StoredFile
from collector.sources.telegram import TelegramSource
from collector.stages.banners import notice
from collector.stages.withheld import touch
from db import media, withheld, work
from db.types import AnyRow

_TELEGRAM = TelegramSource()


def give_file(ctx: Context, path: Path, url: str, index: int | None) -> str:
    """Attach a file to what the post at `url` withholds (file `index` of it, from 1); what was done, in words.

    Raises ConvoywatchError that says what to do: a post that is not stored, nothing or too much that is withheld.
    """
    with ctx.store.read() as conn:
        _chosen(conn, url, index)  # before a large file is copied
    stored = ctx.media.add_file(path)
    with ctx.store.write() as conn:
        row = _chosen(conn, url, index)
        _fitting(row, stored, path)
        media_id = media.save(conn, stored.sha256, stored.bytes, stored.media_type, now())
        withheld.give(conn, row, media_id, stored.sha256, "person", now())
        notice(ctx, conn, [media_id])
        for stage in ("sample", "match"):
            work.enqueue_once(conn, ctx.analyzers[stage], [media_id])
        touch(ctx, conn, withheld.showing(conn, media_id))
    return f"file {row.ordinal + 1} of {url} is {stored.sha256[:12]}, {stored.bytes:,} bytes"


def post_of(conn: Connection, url: str) -> AnyRow:
    """The stored post at an address; ConvoywatchError when there is none."""
    parts = _TELEGRAM.post_url_parts(url)
    found = withheld.post_named(conn, "telegram", parts[0], str(parts[1])) if parts else withheld.post_at(conn, url)
    if found is None:
        raise ConvoywatchError(f"{url} is not in the store: take the post in first with `convoywatch ingest {url}`")
    return found


def _chosen(conn: Connection, url: str, index: int | None) -> AnyRow:
    """The one withheld attachment that is meant."""
    post = post_of(conn, url)
    kept = [row for row in withheld.of_post(conn, post.id) if row.state == "withheld"]
    if not kept:
        raise ConvoywatchError(f"{url} withholds no file: see `convoywatch media withheld`")
    item = _item(post, url) if index is None else index - 1
    named = [row for row in kept if row.ordinal == item]
    if named or (len(kept) == 1 and index is None):
        return (named or kept)[0]
    numbers = ", ".join(str(row.ordinal + 1) for row in kept)
    raise ConvoywatchError(f"{url} withholds several files ({numbers}): say which with --index")


def _item(post: AnyRow, url: str) -> int | None:
    """Which file of an album the address of one of its items names; None when it names the whole."""
    parts, first = _TELEGRAM.post_url_parts(url), post.native_id.rpartition("/")[2]
    if not parts or not first.isdigit() or parts[1] <= int(first):
        return None
    return parts[1] - int(first)


def _fitting(row: AnyRow, stored: StoredFile, path: Path) -> None:
    wanted = "image/" if row.kind == "photo" else "video/"
    if row.kind in ("photo", "video", "round_video", "animation") and not stored.media_type.startswith(wanted):
        raise Unparseable(f"{path} is {stored.media_type}, and the post withholds a {row.kind}")


def take_back(ctx: Context, conn: Connection, post: AnyRow, index: int | None) -> Sequence[AnyRow]:
    """Undo what was found for a post; the attachments as they were."""
    found = [r for r in withheld.of_post(conn, post.id) if r.state == "found" and index in (None, r.ordinal + 1)]
    for row in found:
        showing = withheld.showing(conn, row.media_id)
        withheld.take_back(conn, row)
        touch(ctx, conn, showing)
    return found
