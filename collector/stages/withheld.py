"""Did a file that a platform withholds turn up elsewhere? It is attached, with the reason, for a person to undo."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from collector.context import Context, now
from collector.stages.banners import notice
from db import absences, observations, withheld, work
from db.rows import NewPost, Saved
from db.types import AnyRow

#: moving pictures, whatever a platform calls them
_FILMS = frozenset({"video", "round_video", "animation"})
#: a page tells whole seconds, a file its frames: lengths of one film may differ by so much, seconds
SLACK_S = 1.5
#: under this the words of two posts prove nothing of their films, seconds
LEAST_S = 3.0


def settle(ctx: Context, conn: Connection, rows: Sequence[NewPost], saved: Saved) -> None:
    """What arriving posts change of withheld files: an edit keeps what was found, an import brings files along."""
    for post_id in saved.revised:
        _inherit(conn, post_id)
    offered = [i for row in rows for i in _offered(conn, row)]
    work.enqueue(conn, ctx.analyzers["download"], offered)
    work.enqueue_once(
        conn, ctx.analyzers["poster"], withheld.without_poster(conn, [*saved.new, *saved.revised])
    )  # fmt: skip


def _inherit(conn: Connection, post_id: int) -> None:
    """From the revision before, for attachments that are the same as far as the page tells."""
    mine = withheld.waiting(conn, [post_id])
    before = {row.ordinal: row for row in withheld.before_edit(conn, post_id)} if mine else {}
    for row in mine:
        old = before.get(row.ordinal)
        if old is not None and (old.withheld or old.file) and _alike(row, old):
            withheld.inherit(conn, row, old)


def _alike(row: AnyRow, old: AnyRow) -> bool:
    """Are these one file, as far as the pages tell?"""
    known = row.duration_s is not None and old.duration_s is not None
    return _same_kind(old.kind, row.kind) and (not known or abs(old.duration_s - row.duration_s) < SLACK_S)


def _offered(conn: Connection, post: NewPost) -> list[int]:
    """Attachments that are withheld on the web and whose files this import brings along."""
    files = [(n, m) for n, m in enumerate(post.media) if m.file and m.state == "pending"]
    if not files:
        return []
    found = []
    for name in absences.canonical(conn, post.platform, absences.names([post])):
        skip = _number(post.native_id) - _number(name)  # an album's items come one by one
        waiting = {row.ordinal: row for row in withheld.waiting_of(conn, post.platform, name)}
        for n, m in files:
            row = waiting.get(n + skip)
            if row is not None and m.file and _same_kind(row.kind, m.kind):
                withheld.offer_file(conn, row, m.file, m.url)
                found.append(row.id)
    return found


def _number(native_id: str) -> int:
    last = native_id.rpartition("/")[2]
    return int(last) if last.isascii() and last.isdigit() else 0


def clear(ctx: Context, conn: Connection, post_id: int, company: Collection[int]) -> list[str]:
    """Match the withheld files of a post with the files of its copies, and the other way round; what was found.

    `company` are the posts that are held to be copies of it: of one origin, or in the same or nearly the same words.
    """
    others = set(company) - {post_id}
    pairs = [(w, f) for w in withheld.waiting(conn, [post_id]) for f in withheld.had(conn, others)]
    if others_wait := withheld.waiting(conn, others):
        pairs += [(w, f) for w in others_wait for f in withheld.had(conn, [post_id])]
    if not pairs:
        return []
    origins = withheld.origins(conn, {row.post_id for pair in pairs for row in pair})
    reasons = {"origin": 0, "text": 1}
    fits = [(reasons[how], -f.bytes, w, f, how) for w, f in pairs if (how := _why(w, f, origins))]
    given: dict[int, AnyRow] = {}
    shown = set()
    for _, _, w, f, how in sorted(fits, key=lambda fit: (fit[0], fit[1], fit[2].id)):
        if w.id not in given:
            given[w.id] = w
            withheld.give(conn, w, f.media_id, f.sha256, how, now())
            shown.add(f.media_id)
    notice(ctx, conn, shown)
    touch(ctx, conn, {w.post_id for w in given.values()})
    return [f"a withheld {w.kind} of post {w.post_id} was found elsewhere" for w in given.values()]


def touch(ctx: Context, conn: Connection, post_ids: Collection[int]) -> None:
    """What a post shows has changed: the sightings that it is in are made anew."""
    buckets = observations.buckets_of_posts(conn, ctx.analyzers["locate"], post_ids)
    work.enqueue(conn, ctx.analyzers["cluster"], buckets)


def _why(wanted: AnyRow, file: AnyRow, origins: dict[int, set[str]]) -> str | None:
    """How a file of a copy is held to be the withheld one: "origin", "text", or None when it is not."""
    if not _same_kind(wanted.kind, file.kind) or file.sha256 in (wanted.unfit or []):
        return None
    lengths = (wanted.duration_s, file.length_s)
    known = None not in lengths
    if known and abs(lengths[0] - lengths[1]) > SLACK_S:
        return None
    if origins.get(wanted.post_id, set()) & origins.get(file.post_id, set()):
        return "origin" if known or wanted.ordinal == file.ordinal else None
    return "text" if known and lengths[0] >= LEAST_S else None


def _same_kind(one: str, other: str) -> bool:
    return one == other or {one, other} <= _FILMS
