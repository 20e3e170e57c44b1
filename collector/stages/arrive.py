"""Posts arrive: the one way in, for polls and for ingestion alike."""

from collections.abc import Sequence

from sqlalchemy import Connection

from collector.company import former_company
from collector.context import Context, now
from collector.search import VERSION, indexed
from collector.stages.suggest import count_suggestions
from collector.stages.withheld import settle
from db import absences, media, observations, posts, search, work
from db.rows import NewPost, Saved


def store_posts(ctx: Context, conn: Connection, source_id: int, rows: Sequence[NewPost], *, fresh: bool) -> Saved:
    """Store posts, oldest first, and ask for all that follows from them, in the caller's transaction."""
    at = now()
    saved = posts.save(conn, source_id, sorted(rows, key=lambda r: r.posted_at or at), at, fresh=fresh)
    if fresh:
        absences.seen(conn, rows, at)
    stored = [*saved.new, *saved.revised]
    search.index(conn, VERSION, {row.id: indexed(row.text) for row in search.texts(conn, stored)})
    work.enqueue_once(conn, ctx.analyzers["locate"], stored)
    work.enqueue_once(conn, ctx.analyzers["compare"], stored)
    work.enqueue_once(conn, ctx.analyzers["download"], media.pending(conn, stored))
    settle(ctx, conn, rows, saved)
    count_suggestions(conn, saved.new)
    # what an edit replaced must leave the sightings that stood on it, and what was a copy of it may stand alone
    touched = observations.buckets_of_posts(conn, ctx.analyzers["locate"], former_company(conn, saved.retired))
    work.enqueue(conn, ctx.analyzers["cluster"], touched)
    return saved
