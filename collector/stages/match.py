"""Know footage again: take a file's fingerprint and find the stored files that show the same."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from collector.company import company
from collector.context import Context
from collector.errors import ConvoywatchError, Unparseable
from collector.sandbox import run_isolated
from collector.settings import Settings
from collector.stages.banners import notice
from collector.stages.base import Outcome, Write
from db import copies, landmarks, media, observations, work
from geolocate.frames.errors import Undecodable
from geolocate.frames.fingerprint import VERSION, Fingerprint, fingerprint_file, is_current, unpack
from geolocate.frames.fingerprint_index import best_matches, words_of, worth_comparing
from geolocate.frames.video_match import THRESHOLD, compare

TIMEOUT_S = 180.0
MEMORY_MB = 2048

#: another file, the score, seconds that both show (of this file, of the other), in a mirror
Found = tuple[int, float, float, float, bool]


class Match:
    """One file a time, decoded in a process of its own; the input is a row of media.

    Only one of these may run at a time: two files looked up at once would miss each other.
    """

    name = "match"
    version = f"1.{VERSION}"
    batch = 1
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """Footage is footage."""
        return {}

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Take the fingerprint and compare it with what is stored."""
        media_id = inputs[0]
        with ctx.store.read() as conn:
            row = media.get(conn, media_id)
        if row is None or not row.media_type.startswith(("video/", "image/")):
            return lambda _conn: Outcome(empty=True)
        try:
            with ctx.media.local(row.sha256) as path:
                packed = run_isolated(fingerprint_file, (path,), TIMEOUT_S, MEMORY_MB, ctx.stop)
        except Undecodable as error:
            raise Unparseable(str(error)) from error
        print_ = unpack(packed)
        with ctx.store.read() as conn:
            found = _same_footage(conn, media_id, print_)

        def write(conn: Connection) -> Outcome:
            copies.add_print(conn, media_id, packed, words_of(print_))
            joined = copies.set_footage(conn, media_id, found)
            notice(ctx, conn, [media_id])
            showing = copies.posts_of_media(conn, joined | {media_id})
            if landmarks.matched(conn, media_id, ctx.analyzers["landmark"]):
                # what is a copy now may be no second witness
                work.enqueue(conn, ctx.analyzers["locate"], showing)
            touched = observations.buckets_of_posts(conn, ctx.analyzers["locate"], company(conn, showing))
            work.enqueue(conn, ctx.analyzers["cluster"], touched if joined else ())
            lines = [("footage", f"{row.sha256[:12]} shows what {len(found)} other files show")] if found else []
            return Outcome(empty=not print_.frames, lines=tuple(lines))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every file."""
        return media.all_ids(conn)


def _same_footage(conn: Connection, media_id: int, print_: Fingerprint) -> list[Found]:
    """Every pair is judged in the same direction, whichever file came first."""

    def load(other: int) -> Fingerprint:
        packed = copies.packed_print(conn, other)
        assert packed is not None, "a file with words has a fingerprint"
        # one of an earlier version matches nothing; the two are compared when its file is read anew
        return unpack(packed) if is_current(packed) else Fingerprint("", None, ())

    worth = worth_comparing(print_, lambda word, most: copies.media_with_word(conn, word, most))
    found = []
    for other in best_matches(print_, [pair for pair in worth if pair[0] != media_id], load):
        theirs = load(other)
        there, back = compare(print_, theirs), compare(theirs, print_)
        if there and back:
            judged = there if print_.sha256 < theirs.sha256 else back
            if judged.score >= THRESHOLD:
                found.append((other, judged.score, there.overlap_s, back.overlap_s, judged.mirrored))
    return found
