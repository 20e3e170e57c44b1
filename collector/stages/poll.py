"""Poll one source: page back from the newest post until what came overlaps with what is stored."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.context import Context, now
from collector.errors import ConvoywatchError, RetryLater
from collector.schedule import interval_s, retry_s, spoken
from collector.sources.base import Page
from collector.sources.registry import source_for
from collector.stages import soft_ban
from collector.stages.arrive import store_posts
from collector.stages.asking import Asker
from collector.stages.cursor import Cursor, Mark, Stretch, digests, load, meets, number
from collector.stages.expect import Expected, expected, too_few, too_quiet
from collector.stages.rows import new_post
from db import sources
from db.rows import NewFetch, NewPost, SourceUpdate
from db.types import AnyRow

#: page states in which a source is read; every other one is told and tried again later
READ = ("history", "empty")


@dataclass
class Polled:
    """What one poll has brought so far. `drift` and `silent` say in words what the source is not as expected."""

    started_at: datetime
    asker: Asker
    state: str = "unchanged"
    message: str = ""
    drift: str = ""
    silent: str = ""
    error: ConvoywatchError | None = None
    refused: str | None = None
    pages: int = 0
    rows: list[NewPost] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    cursor: Cursor = field(default_factory=Cursor)
    title: str | None = None
    channel_id: str | None = None


def poll(ctx: Context, source: AnyRow) -> None:
    """Ask, then store everything in one transaction: posts, raw answers, next work, and when to ask again."""
    ctx.report("due", f"{source.platform}/{source.name}")
    got = _nothing(ctx, source)
    try:
        hopes = expected(source, ctx.settings.kind(source.platform))
        _read(ctx, source, got, hopes)
        got.silent = too_quiet(source, _latest(source, got), hopes, now())
    except ConvoywatchError as error:
        if ctx.stop.is_set():
            return  # interrupted, not failed: the source is due again at the next start
        got.error = error
    _store(ctx, source, got)


def give_up(ctx: Context, source: AnyRow, error: ConvoywatchError) -> None:
    """Note that a poll failed as a whole; nothing that it brought is stored."""
    got = _nothing(ctx, source)
    got.error = error
    _store(ctx, source, got)


def _nothing(ctx: Context, source: AnyRow) -> Polled:
    return Polled(now(), Asker(ctx, source), cursor=load(source.cursor))


def _read(ctx: Context, source: AnyRow, got: Polled, hopes: Expected) -> None:
    """The newest posts, then the stretches that earlier polls had to leave."""
    limits = ctx.settings.kind(source.platform)
    known, gaps = got.cursor.top, list(got.cursor.gaps)
    _page_back(source, got, None, known, limits.first_pages if known is None else limits.max_pages, hopes)
    limit = max(limits.max_pages, got.pages + 1)  # however busy the source, its gaps get smaller
    for gap in gaps:
        # a name that was taken over by another channel has lost its stretches meanwhile
        if got.pages >= limit or got.state not in (*READ, "unchanged") or gap not in got.cursor.gaps:
            return
        _page_back(source, got, gap, gap.floor, limit, hopes)


def _page_back(
    source: AnyRow, got: Polled, gap: Stretch | None, floor: Mark | None, limit: int, hopes: Expected
) -> None:  # fmt: skip
    """Read pages, of `gap` or from the newest one on, down to `floor`; what is left of it becomes a gap of the cursor.

    It is also left when a page fails on the way: the pages read so far are stored, so the next poll would stop there.
    How far a source is read back at first is a choice, so that nothing is left when the limit ends that.
    """
    before = gap.before if gap else None
    passed = {before}
    while True:
        try:
            page = _one_page(source, got, before, hopes)
        except ConvoywatchError:
            if before is not None and (gap is None or before != gap.before):
                got.cursor.put(gap, Stretch(before, floor))
            raise
        if before is None and page and got.channel_id and source.channel_id not in (None, got.channel_id):
            floor, got.cursor.gaps = None, []  # another channel has taken this name: its numbers start anew
        older = page.next_cursor if page and page.state in READ else None
        if page is None or older is None or older in passed or _reached(got, page, older, floor):
            if gap:
                got.cursor.put(gap, None)
            return
        before = older
        passed.add(before)
        if got.pages >= limit:
            rest = Stretch(before, floor) if floor is not None else None
            if gap or rest:
                got.cursor.put(gap, rest)
            return


def _reached(got: Polled, page: Page, older: str, floor: Mark | None) -> bool:
    """Does the page overlap with what an earlier poll has read?

    By numbers where there are any. Else the page must list posts of the mark, and end in posts that are stored: edited
    or pinned ones that stand before new ones are no overlap.
    """
    if floor is None or isinstance(floor, int):
        return floor is not None and int(older) <= floor
    last = page.keys[:3]
    return meets(page.keys, floor) and got.asker.stored(last) == set(last)


def _one_page(source: AnyRow, got: Polled, before: str | None, hopes: Expected) -> Page | None:
    """One page, kept raw and read; None when it has not changed since the last poll."""
    kind = source_for(source.platform)
    newest = before is None
    page = kind.read(got.asker.wanted(before), got.asker)
    if page is None:
        return None
    got.pages += 1
    got.issues += page.issues
    if newest:
        got.state, got.message = page.state, page.message
        got.title, got.channel_id = page.channel.title, page.channel.id
        got.drift = (page.drift or too_few(source, page, hopes)) if page.state in READ else ""
    elif page.state not in READ:
        got.refused = page.state if page.state == "soft_ban" else None
        raise RetryLater(f"an older page came back as {page.state}: {page.message}")
    read_from = got.asker.captures[-1].sha256 if got.asker.captures else None
    got.rows += [new_post(p, page.evidence.get(p.native_id, read_from)) for p in page.posts]
    if page.failed:
        raise page.failed
    if newest and page.keys:
        got.cursor.top = max(number(key) for _, key in page.keys) if kind.numbered else digests(page.keys)
    return page


def _store(ctx: Context, source: AnyRow, got: Polled) -> None:
    """All or nothing: posts, the raw answers they were read from, the next work, and when to ask again."""
    done = now()
    fetch, change = _fetch(source, got, done), _change(ctx, source, got, done)
    with ctx.store.write() as conn:
        saved = store_posts(ctx, conn, source.id, got.rows, fresh=True)
        sources.save_fetch(conn, source.id, fetch, len(saved.new) + len(saved.revised))
        sources.save_update(conn, source.id, change, fetch)
        rest = soft_ban.rest(ctx, conn, source, done) if change.state == "soft_ban" else ""
    ctx.wake.set()
    wait = (change.next_check_at - done).total_seconds()
    if _failure(got):
        told = f"{source.platform}/{source.name}: {change.state}: {fetch.error}; next attempt in {spoken(wait)}"
        told += f"; {rest}" if rest else ""
    else:
        news = f"{len(saved.new)} new" + (f", {len(saved.revised)} edited" if saved.revised else "")
        told = f"{source.platform}/{source.name}: {news}, {saved.seen} known; next in {spoken(wait)}"
        told += f"; {change.state}: {fetch.error}" if fetch.error else ""
    ctx.report("failed" if fetch.error else "polled", told)


def _failure(got: Polled) -> tuple[str, str] | None:
    """The kind and the words of what went wrong, if anything did."""
    if got.error:
        return got.refused or got.error.kind, str(got.error)
    return (got.state, got.message or got.state) if got.state not in (*READ, "unchanged") else None


def _complaint(got: Polled) -> tuple[str, str] | None:
    """What to tell of the source: a failure, or that it is not as expected though it was read."""
    if failed := _failure(got):
        return failed
    if got.drift:
        return "drift", got.drift
    return ("silent", got.silent) if got.silent else None


def _fetch(source: AnyRow, got: Polled, done: datetime) -> NewFetch:
    kind, words = _complaint(got) or (None, None)
    told = [words] if words and kind in ("drift", "silent", "unreadable") else []
    return NewFetch(
        slot=source.next_check_at, started_at=got.started_at, finished_at=done,
        state=got.refused or "error" if got.error else got.state, error_kind=kind, error=words,
        posts_seen=len(got.rows), captures=tuple(got.asker.captures), issues=(*got.issues, *told),
    )  # fmt: skip


def _latest(source: AnyRow, got: Polled) -> datetime | None:
    """When the source posted last, as far as is known."""
    return max((at for at in (source.last_post_at, *(r.posted_at for r in got.rows)) if at), default=None)


def _change(ctx: Context, source: AnyRow, got: Polled, done: datetime) -> SourceUpdate:
    """The source's new state, and when it is due next: adapted to its posting rate, or backing off."""
    failed, complaint = _failure(got), _complaint(got)
    usual, wait = _waits(ctx, source, got)
    state = got.refused or "error" if got.error else got.state if failed else complaint[0] if complaint else None
    whole = not failed and not got.drift
    newest = got.asker.newest if whole else None  # a validator stands for pages that were read to their end
    return SourceUpdate(
        state=state or ("empty" if got.state == "empty" else "ok"), next_check_at=done + timedelta(seconds=wait),
        interval_s=usual, failures=source.failures + 1 if failed else 0, ok=whole, title=got.title,
        channel_id=got.channel_id, last_post_at=_latest(source, got), cursor=got.cursor.dump(),
        etag=newest.headers.get("etag") if newest else None,
        last_modified=newest.headers.get("last-modified") if newest else None,
    )  # fmt: skip


def _waits(ctx: Context, source: AnyRow, got: Polled) -> tuple[float, float]:
    """The source's usual interval, and the seconds until the next poll."""
    schedule = ctx.settings.schedule
    times = [r.posted_at for r in got.rows if r.posted_at]
    usual = interval_s(times, schedule) if times else source.interval_s or schedule.min_interval_s
    if _failure(got):
        asked = got.error.retry_after_s if isinstance(got.error, RetryLater) else None
        return usual, retry_s(source.failures + 1, schedule, asked)
    # with gaps there is more to page through
    fresh_s = min(got.asker.fresh_s, schedule.max_interval_s)
    return usual, schedule.min_interval_s if got.cursor.gaps else max(usual, fresh_s)
