"""Which posts were edited or removed since they were read? The last pages of a source are read again, seldom."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector.context import Context, now
from collector.errors import ConvoywatchError, RetryLater
from collector.sources.base import Answer, Page
from collector.sources.registry import source_for
from collector.stages import canary, soft_ban
from collector.stages.arrive import store_posts
from collector.stages.asking import Asker
from collector.stages.cursor import number
from collector.stages.poll import READ
from collector.stages.rows import new_post
from db import absences, look_back, sources
from db.rows import NewFetch, NewPost
from db.types import AnyRow

#: kinds of sources whose pages show every post between the first and the last on them, in the order of their numbers
WITHOUT_HOLES = ("telegram",)


class Afresh(Asker):
    """Asks for whole pages, whatever the last poll saw of them."""

    def get(self, url: str, *, newest: bool = False) -> Answer:
        """See `Reach`; never "not modified"."""
        return super().get(url)


@dataclass
class Read:
    """One page with the capture that it was read from."""

    page: Page
    sha256: str | None
    rows: list[NewPost]


@dataclass
class Round:
    """One reading of a source's last pages: `left` pages from `before` on are still to be read."""

    started_at: datetime
    asker: Asker
    before: str | None
    left: int
    pages: list[Read] = field(default_factory=list)
    refused: Page | None = None
    error: ConvoywatchError | None = None

    def doubt(self) -> str:
        """Why nothing can be learned from what these pages do not show; "" when they are sound."""
        if self.error:
            return str(self.error)
        if self.refused:
            return f"{self.refused.state}: {self.refused.message}"
        if not self.pages:
            return "no page was read"
        return next((read.page.drift for read in self.pages if read.page.drift), "")


def reread(ctx: Context, source: AnyRow) -> None:
    """Read the last pages again; what was edited or is missing is stored in one transaction."""
    got = _begin(ctx, source)
    if not got.left:
        return _store(ctx, source, got)
    with ctx.store.read() as conn:
        waits = soft_ban.lasts(conn, source.platform)
    if waits:
        got.error = RetryLater(f"{source.platform} does not serve us at present")
        return _store(ctx, source, got)
    try:
        _read(ctx, source, got)
    except ConvoywatchError as error:
        if ctx.stop.is_set():
            return None  # interrupted, not failed: the source is due again at the next start
        got.error = error
    return _store(ctx, source, got)


def give_up(ctx: Context, source: AnyRow, error: ConvoywatchError) -> None:
    """Note that a reading failed as a whole; it is tried again later."""
    got = _begin(ctx, source)
    got.error = error
    _store(ctx, source, got)


def _begin(ctx: Context, source: AnyRow) -> Round:
    before, left = json.loads(source.reread_cursor) if source.reread_cursor else (None, ctx.settings.reread.pages)
    return Round(now(), Afresh(ctx, source), before, min(left, ctx.settings.reread.pages))


def any_due(conn: Connection, at: datetime) -> bool:
    """Is any source's turn to be read again?"""
    return look_back.reread_due(conn, WITHOUT_HOLES, at)


def claim(conn: Connection, at: datetime, limit: int, lease: timedelta) -> list[AnyRow]:
    """Take sources whose turn has come."""
    return look_back.claim_rereads(conn, WITHOUT_HOLES, at, limit, lease)


def _read(ctx: Context, source: AnyRow, got: Round) -> None:
    kind = source_for(source.platform)
    while got.left > 0 and not ctx.stop.is_set():
        page = kind.read(got.asker.wanted(got.before), got.asker)
        if page is None:
            return
        if page.state not in READ:
            got.refused = page
            return
        sha256 = got.asker.captures[-1].sha256 if got.asker.captures else None
        got.pages.append(Read(page, sha256, [new_post(p, page.evidence.get(p.native_id, sha256)) for p in page.posts]))
        if page.failed:
            raise page.failed
        got.left -= 1
        older = overlapping(page, got.before)
        if older is None:
            got.left = 0
            return
        got.before = older


def overlapping(page: Page, before: str | None) -> str | None:
    """The cursor of the older page that shows this one's oldest post again; None when there is nothing older.

    What lies between two pages would be at the end of either: with one post on both, it lies between two posts of one.
    """
    numbers = sorted({number(post.native_id) for post in page.posts})
    if not numbers or numbers[0] <= 1:
        return None
    limit = int(before) if before else None
    return next((str(n) for n in numbers[1::-1] if limit is None or n < limit), None)


def _store(ctx: Context, source: AnyRow, got: Round) -> None:
    """All or nothing: edits, what is missing, the answers themselves, and when the source's turn comes again."""
    done = now()
    rows = [row for read in reversed(got.pages) for row in read.rows]
    with ctx.store.write() as conn:
        saved = store_posts(ctx, conn, source.id, rows, fresh=True)
        sources.save_fetch(conn, source.id, _fetch(got, done), len(saved.new) + len(saved.revised))
        doubt = got.doubt() or canary.trouble(conn, source.platform, ctx.settings.schedule, done)
        removed = [] if doubt else _missing(ctx, conn, source, got, done)
        rest = _refused(ctx, conn, source, got.refused, done) if got.refused else ""
        look_back.save_reread(conn, source.id, *_next(ctx, got, done))
    ctx.wake.set()
    told = f"{source.platform}/{source.name}: {len(rows)} posts, {len(saved.revised)} edited"
    told += f", {len(removed)} found removed" if not doubt else f"; removals not looked for: {doubt}"
    ctx.report("failed" if got.error or got.refused else "reread", told + (f"; {rest}" if rest else ""))


def _fetch(got: Round, done: datetime) -> NewFetch:
    failed = got.error or got.refused
    return NewFetch(
        slot=got.started_at, started_at=got.started_at, finished_at=done,
        state="error" if got.error else got.refused.state if got.refused else "history",
        error_kind=(got.error.kind if got.error else got.refused.state if got.refused else None) if failed else None,
        error=got.doubt() if failed else None, posts_seen=sum(len(read.rows) for read in got.pages),
        captures=tuple(got.asker.captures), issues=tuple(i for read in got.pages for i in read.page.issues),
    )  # fmt: skip


def _missing(ctx: Context, conn: Connection, source: AnyRow, got: Round, at: datetime) -> list[str]:
    """Note which stored posts the pages do not show between two that they do; those found removed with that."""
    apart = timedelta(hours=ctx.settings.reread.every_h / 2)
    removed: list[str] = []
    for read in got.pages:
        if gone := missing(conn, source.platform, read.page, read.rows):
            removed += absences.missed(conn, source.platform, gone, at, apart, read.sha256)
    return removed


def missing(conn: Connection, platform: str, page: Page, rows: list[NewPost]) -> list[str]:
    """Native ids of stored posts that lie between the first and the last post of a page, and are not on it.

    Numbers that were never stored are no posts, and an album is there as long as any of its items is.
    """
    times = [post.posted_at for post in page.posts if post.posted_at]
    if len(rows) < 2 or not times or page.channel.id is None:
        return []
    numbers = [number(post.native_id) for post in page.posts]
    there = absences.canonical(conn, platform, absences.names(rows))
    stored = absences.expected(conn, platform, page.channel.id, min(times), max(times))
    return [name for name in stored if min(numbers) < number(name) < max(numbers) and name not in there]


def _refused(ctx: Context, conn: Connection, source: AnyRow, page: Page, at: datetime) -> str:
    """The source shows something else than its posts: its next poll, now due, says what; a soft ban is known as one."""
    if page.state != "soft_ban":
        sources.check_now(conn, source.id, at)
        return ""
    wait = timedelta(seconds=ctx.settings.schedule.min_interval_s)
    look_back.note_ban(conn, source, page.message, at, at + 2 * wait)
    return soft_ban.rest(ctx, conn, source, at)


def _next(ctx: Context, got: Round, done: datetime) -> tuple[datetime, str | None]:
    """When the source's turn comes again, and from where: a reading that broke off goes on there, and sooner."""
    every = timedelta(hours=ctx.settings.reread.every_h)
    if not (got.error or got.refused):
        return done + every, None
    asked = got.error.retry_after_s if isinstance(got.error, RetryLater) else None
    return done + max(every / 4, timedelta(seconds=asked or 0)), json.dumps([got.before, got.left])
