"""What did a source post before we knew it? Page after page, back to a date, whatever interrupts that.

The next page is asked for by the smallest number seen, as no page says reliably whether there is an older one, and
numbers have holes. A page that shows nothing older is the end. Numbers only ever get smaller, so that nothing loops.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from collector.context import Context, now
from collector.errors import ConvoywatchError, RetryLater
from collector.schedule import retry_s
from collector.sources.base import Page
from collector.sources.registry import source_for
from collector.stages import soft_ban
from collector.stages.arrive import store_posts
from collector.stages.cursor import number
from collector.stages.poll import READ
from collector.stages.reread import Afresh
from collector.stages.rows import new_post
from db import look_back, sources
from db.look_back import Backfill
from db.rows import NewFetch, NewPost
from db.types import AnyRow

#: how often a page that is not older than its cursor is asked for again before it is held to be the end
ASK_AGAIN = 3


def backfill(ctx: Context, source: AnyRow) -> None:
    """Read and store one page more of an open backfill; a failure is noted, and tried again later."""
    try:
        step(ctx, source)
    except ConvoywatchError as error:
        if not ctx.stop.is_set():  # else interrupted, not failed
            give_up(ctx, source, error)


def give_up(ctx: Context, source: AnyRow, error: ConvoywatchError) -> None:
    """Note that a page failed; the next attempt is for the same page, ever later."""
    at = now()
    before = look_back.backfill_of(source)
    asked = error.retry_after_s if isinstance(error, RetryLater) else None
    wait = retry_s(before.failures + 1, ctx.settings.schedule, asked)
    again = replace(before, failures=before.failures + 1, not_before=(at + timedelta(seconds=wait)).isoformat())
    with ctx.store.write() as conn:
        look_back.save_backfill(conn, source.id, again, done=False)
    ctx.report("failed", f"{source.platform}/{source.name}: backfill: {error}")


def step(ctx: Context, source: AnyRow) -> tuple[Backfill, bool]:
    """Read and store one page; how far that is, and whether the date or the source's beginning is reached.

    Raises what asking raises, and `RetryLater` for a page that shows something else than posts: nothing is stored then.
    """
    with ctx.store.read() as conn:
        if soft_ban.lasts(conn, source.platform):
            raise RetryLater(f"{source.platform} does not serve us at present")
    came, asker, began = look_back.backfill_of(source), Afresh(ctx, source), now()
    page = source_for(source.platform).read(asker.wanted(came.before), asker)
    if page is None or page.state not in READ or page.failed or (page.drift and not page.posts):
        told = "no page" if page is None else f"{page.state}: {page.message or page.drift or page.failed}"
        if page and page.state == "soft_ban":
            _refused(ctx, source, page)
        raise RetryLater(f"the page before {came.before or 'now'} came back as {told}")
    older, oldest = _older(source, page, came), _oldest(page, came)
    since = source.backfill_since
    done = older is None or (oldest is not None and since is not None and oldest <= since)
    gone = Backfill(older or came.before, came.pages + 1, oldest.isoformat() if oldest else None)
    sha256 = asker.captures[-1].sha256 if asker.captures else None
    rows = [new_post(p, page.evidence.get(p.native_id, sha256)) for p in page.posts]
    _store(ctx, source, rows, NewFetch(
        slot=began, started_at=began, finished_at=now(), state=page.state, posts_seen=len(rows),
        captures=tuple(asker.captures), issues=page.issues,
    ), gone, done)  # fmt: skip
    return gone, done


def _older(source: AnyRow, page: Page, came: Backfill) -> str | None:
    """The cursor of the next page; None at the end.

    Raises `RetryLater` for a page that is not older than its cursor: a server that ignores the cursor looks like one
    that has nothing older, and only the latter says so every time.
    """
    older = page.next_cursor
    if not source_for(source.platform).numbered:
        oldest = _oldest(page, came)
        return older if older != came.before and (oldest is None or oldest.isoformat() != came.oldest) else None
    if came.before is None or not page.posts:
        return older
    numbers = [number(post.native_id) for post in page.posts]
    if min(numbers) < int(came.before):
        return older if older is not None and int(older) < int(came.before) else None
    if came.failures < ASK_AGAIN:
        raise RetryLater(f"the page before {came.before} shows nothing older")
    return None


def _oldest(page: Page, came: Backfill) -> datetime | None:
    """When the oldest post so far was posted."""
    known = datetime.fromisoformat(came.oldest).astimezone(UTC) if came.oldest else None
    return min((at for at in (known, *(p.posted_at for p in page.posts)) if at), default=None)


def _store(ctx: Context, source: AnyRow, rows: list[NewPost], fetch: NewFetch, gone: Backfill, done: bool) -> None:
    with ctx.store.write() as conn:
        saved = store_posts(ctx, conn, source.id, rows, fresh=True)
        sources.save_fetch(conn, source.id, fetch, len(saved.new) + len(saved.revised))
        look_back.save_backfill(conn, source.id, gone, done=done)
    ctx.wake.set()
    told = f"{source.platform}/{source.name}: backfill: {len(saved.new)} new, {saved.seen} known"
    told += f", back to {gone.oldest[:10]}" if gone.oldest else ""
    ctx.report("backfill", told + ("; done" if done else ""))


def _refused(ctx: Context, source: AnyRow, page: Page) -> None:
    at = now()
    soon = at + timedelta(seconds=2 * ctx.settings.schedule.min_interval_s)
    with ctx.store.write() as conn:
        look_back.note_ban(conn, source, page.message, at, soon)
        sources.save_fetch(conn, source.id, NewFetch(at, at, at, "soft_ban", "soft_ban", page.message), 0)
        soft_ban.rest(ctx, conn, source, at)
