"""Poll one source: page back from the newest post until what came overlaps with what is stored."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.context import Context, now
from collector.errors import ConvoywatchError, RetryLater
from collector.schedule import interval_s, retry_s, spoken
from collector.sources.base import Page
from collector.sources.registry import SOURCES
from collector.stages.arrive import store_posts
from collector.stages.cursor import Cursor, Stretch, load, number
from collector.stages.rows import new_post
from db import sources
from db.rows import NewCapture, NewFetch, NewPost, SourceUpdate
from db.types import AnyRow

#: page states in which a source is read; every other one is told and tried again later
READ = ("history", "empty")


@dataclass
class Polled:
    """What one poll has brought so far."""

    started_at: datetime
    state: str = "unchanged"
    message: str = ""
    error: ConvoywatchError | None = None
    captures: list[NewCapture] = field(default_factory=list)
    rows: list[NewPost] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    cursor: Cursor = field(default_factory=Cursor)
    etag: str | None = None
    last_modified: str | None = None
    title: str | None = None
    channel_id: str | None = None


def poll(ctx: Context, source: AnyRow) -> None:
    """Ask, then store everything in one transaction: posts, raw answers, next work, and when to ask again."""
    ctx.report("due", f"{source.platform}/{source.name}")
    got = Polled(now(), cursor=load(source.cursor))
    try:
        _read(ctx, source, got)
    except ConvoywatchError as error:
        if ctx.stop.is_set():
            return  # interrupted, not failed: the source is due again at the next start
        got.error = error
    _store(ctx, source, got)


def give_up(ctx: Context, source: AnyRow, error: ConvoywatchError) -> None:
    """Note that a poll failed as a whole; nothing that it brought is stored."""
    _store(ctx, source, Polled(now(), cursor=load(source.cursor), error=error))


def _read(ctx: Context, source: AnyRow, got: Polled) -> None:
    """The newest posts, then the stretches that earlier polls had to leave."""
    limit = ctx.settings.telegram.max_pages
    known, gaps = got.cursor.top, list(got.cursor.gaps)
    _page_back(ctx, source, got, None, known, ctx.settings.telegram.first_pages if known is None else limit)
    limit = max(limit, len(got.captures) + 1)  # however busy the source, its gaps get smaller
    for gap in gaps:
        # a name that was taken over by another channel has lost its stretches meanwhile
        if len(got.captures) >= limit or got.state not in (*READ, "unchanged") or gap not in got.cursor.gaps:
            return
        _page_back(ctx, source, got, gap, gap.floor, limit)


def _page_back(
    ctx: Context, source: AnyRow, got: Polled, gap: Stretch | None, floor: int | None, limit: int
) -> None:  # fmt: skip
    """Read pages, of `gap` or from the newest one on, down to `floor`; what is left of it becomes a gap of the cursor.

    It is also left when a page fails on the way: the pages read so far are stored, so the next poll would stop there.
    How far a source is read back at first is a choice, so that nothing is left when the limit ends that.
    """
    before = gap.before if gap else None
    while True:
        try:
            page = _one_page(ctx, source, got, before)
        except ConvoywatchError:
            if before is not None and (gap is None or before != gap.before):
                got.cursor.put(gap, Stretch(before, floor))
            raise
        if before is None and page and got.channel_id and source.channel_id not in (None, got.channel_id):
            floor, got.cursor.gaps = None, []  # another channel has taken this name: its numbers start anew
        older = page.next_cursor if page and page.state in READ else None
        if older is None or older == before or (floor is not None and int(older) <= floor):
            if gap:
                got.cursor.put(gap, None)
            return
        before = older
        if len(got.captures) >= limit:
            rest = Stretch(before, floor) if floor is not None else None
            if gap or rest:
                got.cursor.put(gap, rest)
            return


def _one_page(ctx: Context, source: AnyRow, got: Polled, before: str | None) -> Page | None:
    """One page, kept raw and read; None when it has not changed since the last poll."""
    kind = SOURCES[source.platform]
    url = kind.page_url(ctx.settings.telegram.base_url, source.name, before)
    newest = before is None
    answer = ctx.client.get(
        url, etag=source.etag if newest else None, last_modified=source.last_modified if newest else None
    )
    if answer.not_modified:
        return None
    sha256 = ctx.captures.store(answer.body)
    told = NewCapture(sha256, len(answer.body), answer.url, answer.status, dict(answer.headers), answer.fetched_at)
    got.captures.append(told)
    page = kind.parse(answer.body, answer.url)
    got.issues += page.issues
    if newest:
        got.state, got.message = page.state, page.message
        got.title, got.channel_id = page.channel.title, page.channel.id
        got.etag, got.last_modified = answer.etag, answer.last_modified
        if page.posts:
            got.cursor.top = max(number(p.native_id) for p in page.posts)
    elif page.state not in READ:
        raise RetryLater(f"an older page came back as {page.state}: {page.message}")
    got.rows += [new_post(p, sha256) for p in page.posts]
    return page


def _store(ctx: Context, source: AnyRow, got: Polled) -> None:
    """All or nothing: posts, the raw answers they were read from, the next work, and when to ask again."""
    done = now()
    fetch, change = _fetch(source, got, done), _change(ctx, source, got, done)
    with ctx.store.write() as conn:
        saved = store_posts(ctx, conn, source.id, got.rows, fresh=True)
        sources.save_fetch(conn, source.id, fetch, len(saved.new) + len(saved.revised))
        sources.save_update(conn, source.id, change, fetch)
    ctx.wake.set()
    wait = (change.next_check_at - done).total_seconds()
    if fetch.error:
        told = f"{source.platform}/{source.name}: {change.state}: {fetch.error}; next attempt in {spoken(wait)}"
    else:
        news = f"{len(saved.new)} new" + (f", {len(saved.revised)} edited" if saved.revised else "")
        told = f"{source.platform}/{source.name}: {news}, {saved.seen} known; next in {spoken(wait)}"
    ctx.report("failed" if fetch.error else "polled", told)


def _failure(got: Polled) -> tuple[str, str] | None:
    """The kind and the words of what went wrong, if anything did."""
    if got.error:
        return got.error.kind, str(got.error)
    return (got.state, got.message or got.state) if got.state not in (*READ, "unchanged") else None


def _fetch(source: AnyRow, got: Polled, done: datetime) -> NewFetch:
    kind, words = _failure(got) or (None, None)
    return NewFetch(
        slot=source.next_check_at, started_at=got.started_at, finished_at=done,
        state="error" if got.error else got.state, error_kind=kind, error=words, posts_seen=len(got.rows),
        captures=tuple(got.captures), issues=tuple(got.issues),
    )  # fmt: skip


def _change(ctx: Context, source: AnyRow, got: Polled, done: datetime) -> SourceUpdate:
    """The source's new state, and when it is due next: adapted to its posting rate, or backing off."""
    schedule, failed = ctx.settings.schedule, _failure(got)
    times = [r.posted_at for r in got.rows if r.posted_at]
    usual = interval_s(times, schedule) if times else source.interval_s or schedule.min_interval_s
    failures = source.failures + 1 if failed else 0
    asked = got.error.retry_after_s if isinstance(got.error, RetryLater) else None
    wait = retry_s(failures, schedule, asked) if failed else usual
    if got.cursor.gaps and not failed:
        wait = schedule.min_interval_s  # there is more to page through
    latest = max(times, default=None)
    if latest and source.last_post_at:
        latest = max(latest, source.last_post_at)
    return SourceUpdate(
        state="error" if got.error else got.state if failed or got.state == "empty" else "ok",
        next_check_at=done + timedelta(seconds=wait), interval_s=usual, failures=failures, ok=not failed,
        title=got.title, channel_id=got.channel_id, last_post_at=latest, cursor=got.cursor.dump(),
        # a validator stands for pages that were read to their end
        etag=None if failed else got.etag, last_modified=None if failed else got.last_modified,
    )  # fmt: skip
