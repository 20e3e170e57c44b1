"""Read what a post says as a print, and find the messages that say nearly the same: they make copies."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from collector.company import company
from collector.context import Context
from collector.errors import ConvoywatchError
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from collector.stages.withheld import clear
from db import copies, observations, posts, work
from geolocate.near_texts import CROWD
from geolocate.text_print import VERSION, TextPrint, near_hours, pack, text_print, unpack


class Compare:
    """Posts, each by itself; the input is a row of posts. Another version of the prints is another version of this."""

    name = "compare"
    version = f"1.{VERSION}"
    batch = 32
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """Words are words."""
        return {}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Read the text; it is compared inside the transaction, so that two new posts cannot miss each other."""
        with ctx.store.read() as conn:
            post = posts.get(conn, inputs[0])
        if post is None or not post.is_current or post.service:
            return lambda _conn: Outcome(empty=True)
        found = text_print(post.text)

        def write(conn: Connection) -> Outcome:
            copies.set_text(conn, post.id, found.digest if found else None)
            parted = remember(conn, found) if found else set()
            copied = company(conn, [post.id])
            clear(ctx, conn, post.id, copied)
            touched = copied | {row.post_id for row in copies.posts_of_texts(conn, parted)}
            buckets = observations.buckets_of_posts(conn, ctx.analyzers["locate"], touched)
            work.enqueue(conn, ctx.analyzers["cluster"], buckets)
            return Outcome(empty=found is None)

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every current post."""
        return posts.current_ids(conn)


def remember(conn: Connection, print_: TextPrint) -> set[int]:
    """Store a message that is new and what is near it; the row ids of messages that are near no longer."""
    mine = copies.add_text(conn, print_.digest, print_.hours, pack(print_))
    if mine is None:
        return set()
    proposed, formulas = copies.add_anchors(conn, print_.anchors.tolist(), mine, CROWD)
    near = []
    for row in copies.packed_texts(conn, proposed):
        if hours := near_hours(print_, unpack(row.digest, row.packed)):
            near.append((row.id, hours))
    copies.add_near(conn, mine, near)
    return _retract(conn, formulas) if formulas else set()


def _retract(conn: Connection, formulas: Sequence[int]) -> set[int]:
    """Part the messages that only these anchors had proposed to one another before they were too common to prove
    anything, so that the order in which texts came does not matter."""
    pairs = copies.near_with(conn, formulas)
    rows = copies.packed_texts(conn, {text for pair in pairs for text in pair})
    anchors = {row.id: set(unpack(row.digest, row.packed).anchors.tolist()) for row in rows}
    common = copies.crowded(conn, set().union(*anchors.values()), CROWD)
    parted = [(one, other) for one, other in pairs if not anchors[one] & anchors[other] - common]
    copies.part(conn, parted)
    return {text for pair in parted for text in pair}
