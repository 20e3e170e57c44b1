"""What did a person hand us? A link, a file, a folder or JSON lines become posts, the same way as a poll."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from collector.context import Context, now, video_settings
from collector.errors import ConvoywatchError, Misconfigured, Unparseable, Unsupported
from collector.sources.base import Channel, Media, MediaKind, Post
from collector.sources.jsonl import read_lines
from collector.sources.telegram import TelegramSource
from collector.sources.telegram_export import read_export
from collector.sources.telegram_page import parse_page
from collector.sources.web import parse_web
from collector.sources.ytdlp_info import read_info
from collector.stages.arrive import store_posts
from collector.stages.rows import new_post
from collector.video import probe
from db import sources
from db.rows import NewCapture, Saved
from geolocate.frames.magic import HEAD_BYTES, media_type

BATCH = 200
#: pages and small exports are kept raw; a larger file is the operator's own to keep
KEEP_RAW_BYTES = 64 * 2**20

#: told of each bad item: what it was, and what is wrong with it
Bad = Callable[[str, str], None]
Arrived = tuple[Post, str | None]


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of a bare video or picture: the words that came with it, and when it was posted."""

    text: str = ""
    posted_at: datetime | None = None


def ingest(ctx: Context, posts: Iterator[Arrived], step: Callable[[Saved], None]) -> None:
    """Store posts in batches, each in one transaction, so that what was stored stays whatever comes later."""
    while batch := list(itertools.islice(posts, BATCH)):
        groups: dict[tuple[str, str], list[Arrived]] = {}
        for post, capture in batch:
            name = post.channel.name or post.channel.id or post.channel.title or "unknown"
            groups.setdefault((post.platform, name), []).append((post, capture))
        with ctx.store.write() as conn:
            for (platform, name), arrived in groups.items():
                source_id, _ = sources.add(conn, platform, name, now(), enabled=False)
                saved = store_posts(ctx, conn, source_id, [new_post(p, c) for p, c in arrived], fresh=False)
                step(saved)


def read_any(ctx: Context, what: str, told: Told, bad: Bad) -> Iterator[Arrived]:
    """The posts of a link, a file or a folder. A bad item inside is told to `bad` and skipped."""
    if re.match(r"https?://", what, re.IGNORECASE):
        yield from _link(ctx, what)
        return
    path = Path(what)
    if not path.exists():
        raise Misconfigured(f"there is no file or folder {what}; a link starts with https://")
    if path.is_dir() and not (path / "result.json").is_file():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            try:
                yield from _file(ctx, file, told, bad)
            except ConvoywatchError as error:
                bad(str(file), str(error))
        return
    yield from _file(ctx, path, told, bad)


def read_stream(lines: Iterator[bytes], bad: Bad) -> Iterator[Arrived]:
    """JSON lines in the shape that `parse` writes."""
    for post in read_lines(lines, lambda n, wrong: bad(f"line {n}", wrong)):
        yield post, None


def _file(ctx: Context, path: Path, told: Told, bad: Bad) -> Iterator[Arrived]:
    """A file by what it holds rather than by what it is called, as far as that can be told."""
    if path.is_dir():
        yield from ((p, None) for p in read_export(path))
        return
    with path.open("rb") as file:
        head = file.read(max(HEAD_BYTES, 4096))
    kind = media_type(head)
    if kind.startswith(("video/", "image/")):
        yield _bare(ctx, path, kind, told)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        with path.open("rb") as lines:
            yield from read_stream(lines, lambda where, wrong: bad(f"{path}: {where}", wrong))
    elif path.name.endswith(".info.json"):
        yield from ((p, _keep(ctx, path)) for p in read_info(path.read_bytes()))
    elif path.suffix.lower() == ".json":
        yield from ((p, None) for p in read_export(path))
    elif re.match(rb"\s*(<!doctype|<html|<\?xml|<div|<section)", head.lstrip(b"\xef\xbb\xbf"), re.IGNORECASE):
        yield from _page(ctx, path.read_bytes(), None, _keep(ctx, path))
    else:
        raise Unsupported(
            f"{path} is no video, picture, saved page, JSON lines (.jsonl) or Telegram export (result.json)"
        )


def _keep(ctx: Context, path: Path) -> str | None:
    if path.stat().st_size > KEEP_RAW_BYTES:
        return None
    body = path.read_bytes()
    return _note(ctx, body, path.as_uri() if path.is_absolute() else str(path), 0, {})


def _note(ctx: Context, body: bytes, url: str, status: int, headers: dict[str, str]) -> str:
    """Keep raw bytes, and note in the store that they are there."""
    sha256 = ctx.captures.store(body)
    with ctx.store.write() as conn:
        sources.save_captures(conn, [NewCapture(sha256, len(body), url, status, headers, now())])
    return sha256


def _bare(ctx: Context, path: Path, kind: str, told: Told) -> Arrived:
    """A video or picture by itself: a post of ours, named by its content, so that the same file is one post."""
    stored = ctx.media.add_file(path)
    shown: MediaKind = "video" if kind.startswith("video/") else "photo"
    post = Post(
        platform="manual", channel=Channel(None, "files", "Files taken in by hand"), native_id=f"files/{stored.sha256}",
        url=None, posted_at=told.posted_at, text=told.text, media=(Media(shown),), media_files=(str(path.resolve()),),
    )  # fmt: skip
    return post, None


def _link(ctx: Context, url: str) -> Iterator[Arrived]:
    """A public address: a Telegram channel or post, a video that yt-dlp knows, or any web page."""
    telegram = TelegramSource()
    if parts := telegram.post_url_parts(url):
        yield from _telegram_post(ctx, *parts)
        return
    if urlsplit(url).hostname in ("t.me", "www.t.me", "telegram.me"):
        name = telegram.name_of(url)
        answer = ctx.client.get(telegram.page_url(ctx.settings.telegram.base_url, name, None))
        sha256 = _note(ctx, answer.body, answer.url, answer.status, dict(answer.headers))
        yield from _page(ctx, answer.body, answer.url, sha256, telegram_only=True)
        return
    if _is_video_site(url):
        info = json.dumps(probe(url, video_settings(ctx.settings), stop=ctx.stop)).encode()
        sha256 = _note(ctx, info, url, 0, {})
        yield from ((post, sha256) for post in read_info(info))
        return
    answer = ctx.client.get(url)
    sha256 = _note(ctx, answer.body, answer.url, answer.status, dict(answer.headers))
    yield from _page(ctx, answer.body, answer.url, sha256)


def _telegram_post(ctx: Context, name: str, post_id: int) -> Iterator[Arrived]:
    """One post, out of the page of the channel around it."""
    url = f"{ctx.settings.telegram.base_url.rstrip('/')}/{name}/{post_id}?embed=1&mode=tme"
    answer = ctx.client.get(url)
    sha256 = _note(ctx, answer.body, answer.url, answer.status, dict(answer.headers))
    page = parse_page(answer.body, answer.url)
    if not page.posts:
        raise Unparseable(f"{url} shows no post: {page.state}: {page.message}")
    yield from ((p, sha256) for p in page.posts)


def _page(
    ctx: Context, body: bytes, url: str | None, sha256: str | None, *, telegram_only: bool = False
) -> Iterator[Arrived]:
    """A saved or fetched page: Telegram's markup if it is that, else whatever a web page tells of itself."""
    if telegram_only or b"tgme_" in body:
        page = parse_page(body, url)
        if page.posts or telegram_only:
            if not page.posts:
                raise Unparseable(f"the page shows no posts: {page.state}: {page.message}")
            yield from ((p, sha256) for p in page.posts)
            return
    yield parse_web(body, url), sha256


def _is_video_site(url: str) -> bool:
    """Does one of yt-dlp's own extractors, the generic one apart, know this address?"""
    from yt_dlp.extractor import gen_extractor_classes

    return any(e.suitable(url) for e in gen_extractor_classes() if e.IE_NAME != "generic")
