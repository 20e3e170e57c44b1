"""Has a file become one that says nothing? Then posts that share it are no copies for that, and are sorted anew."""

from collections.abc import Collection

from sqlalchemy import Connection

from collector.context import Context
from db import copies, observations, work
from geolocate.banner import Showing, is_banner
from geolocate.frames.video_match import SURE, THRESHOLD
from geolocate.message import message


def notice(ctx: Context, conn: Connection, media_ids: Collection[int]) -> None:
    """Look again at files that are newly shown or matched, and at those of the same footage."""
    silent = set()
    for row in copies.unsilenced(conn, media_ids, THRESHOLD):
        still = row.media_type.startswith("image/")
        # a channel's films may all be a little alike, by the title that they begin with
        like = copies.showings(conn, row.id, THRESHOLD if still else SURE)
        if is_banner([Showing(s.channel, message(s.text), s.posted_at) for s in like], still):
            silent.add(row.id)
    if silent:
        copies.silence(conn, silent)
        touched = copies.posts_of_media(conn, silent | copies.same_footage(conn, silent, SURE))
        work.enqueue(conn, ctx.analyzers["locate"], copies.posts_of_media(conn, silent))  # what it shows says nothing
        buckets = observations.buckets_of_posts(conn, ctx.analyzers["locate"], touched)
        work.enqueue(conn, ctx.analyzers["cluster"], buckets)
