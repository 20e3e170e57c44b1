"""What does a file hold that a person handed over? Told by its contents, as far as they can tell."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from collector.context import Context
from collector.errors import ConvoywatchError, Unparseable, Unsupported
from collector.ingest_archive import archive_kind, files_in, unpack
from collector.ingest_kept import with_files_kept
from collector.ingest_page import page_posts
from collector.ingest_told import KEEP_RAW_BYTES, Arrived, Bad, Told, keep
from collector.sources.base import Channel, Media, MediaKind, Post
from collector.sources.bluesky import read_posts
from collector.sources.csv_posts import read_csv
from collector.sources.dataset import read_dataset
from collector.sources.feed import read_feed
from collector.sources.jsonl import post_of, read_lines
from collector.sources.mastodon import read_statuses
from collector.sources.telegram_export import read_export
from collector.sources.ytdlp_info import read_info
from geolocate.frames.magic import HEAD_BYTES, media_type

_MARKUP = re.compile(rb"\s*(?:<!doctype|<html|<\?xml|<div|<section|<rss|<feed|<!--|<head|<body)", re.IGNORECASE)
_TABLES = frozenset({".csv", ".tsv", ".tab"})
_DEEPEST_ARCHIVE = 3
_UNPACKED = "unpacked"


def read_file(ctx: Context, path: Path, told: Told, bad: Bad, inside: str = "") -> Iterator[Arrived]:
    """The posts of a file, or of an export's folder. `inside` is the archive it came out of, for what is shown."""
    shown = f"{inside}!/{path.name}" if inside else str(path)
    if path.is_dir():
        yield from ((post, None) for post in read_export(path))
        return
    with path.open("rb") as file:
        head = file.read(max(HEAD_BYTES, 4096))
    kind, suffix = media_type(head), path.suffix.lower()
    if told.dataset and not archive_kind(head):
        raw = keep(ctx, path, inside and shown)
        found = read_dataset(path, told.dataset, lambda row, wrong: bad(f"{shown}: {row}", wrong))
        yield from ((post, raw) for post in found)
    elif kind.startswith(("video/", "image/")):
        yield bare(ctx, path, kind, told)
    elif archive_kind(head):
        yield from _archive(ctx, path, told, bad, inside)
    elif suffix in (".jsonl", ".ndjson"):
        with path.open("rb") as lines:
            yield from ((post, None) for post in read_lines(lines, lambda n, wrong: bad(f"{shown}: line {n}", wrong)))
    elif suffix in _TABLES or (told.tables.columns and suffix == ".txt"):
        yield from ((p, None) for p in read_csv(path, told.tables, lambda line, wrong: bad(f"{shown}: {line}", wrong)))
    elif suffix == ".json" or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield from _json(ctx, path, inside and shown)
    elif _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")) or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield from page_posts(_small(path), None, keep(ctx, path, inside and shown))
    else:
        raise Unsupported(
            f"{shown} is no video, picture, saved page, feed, JSON, JSON lines (.jsonl), table (.csv) or archive"
        )


def bare(ctx: Context, path: Path, kind: str, told: Told) -> Arrived:
    """A video or picture by itself: a post of ours, named by its content, so that the same file is one post."""
    stored = ctx.media.add_file(path)
    shown: MediaKind = "video" if kind.startswith("video/") else "photo"
    post = Post(
        platform="manual", channel=Channel(None, "files", "Files taken in by hand"), native_id=f"files/{stored.sha256}",
        url=None, posted_at=told.posted_at, text=told.text, media=(Media(shown),), media_files=(str(path.resolve()),),
    )  # fmt: skip
    return post, None


def _small(path: Path) -> bytes:
    if path.stat().st_size > KEEP_RAW_BYTES:
        raise Unparseable(f"larger than {KEEP_RAW_BYTES // 2**20} MB: not a saved page")
    return path.read_bytes()


def _json(ctx: Context, path: Path, shown: str) -> Iterator[Arrived]:
    """An export of Telegram Desktop of any size, or a small document of another kind."""
    reader = _reader(path) if path.stat().st_size <= KEEP_RAW_BYTES else None
    if reader is None:
        yield from ((post, None) for post in read_export(path))
        return
    capture = keep(ctx, path, shown or None)
    yield from ((post, capture) for post in reader(path.read_bytes()))


def _reader(path: Path) -> Callable[[bytes], Iterator[Post]] | None:
    """By what its fields are called; None for a Telegram export and for what is not known."""
    try:
        said = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return read_info if path.name.endswith(".info.json") else None
    one = said[0] if isinstance(said, list) and said else said
    if not isinstance(one, dict):
        return None
    if "platform" in one and "native_id" in one:
        return partial(_contract, said)
    if "content" in one and "account" in one:
        return lambda body: read_statuses(body, lambda note: None)
    if isinstance(one.get("items"), list) and "version" in one:
        return read_feed
    if "at://" in json.dumps(one)[:4000] and one.keys() & {"feed", "posts", "thread", "post", "uri"}:
        return read_posts
    if one.keys() & {"extractor", "extractor_key", "webpage_url", "ie_key"}:
        return read_info
    return None


def _contract(said: Any, body: bytes) -> Iterator[Post]:
    yield from (post_of(item) for item in (said if isinstance(said, list) else [said]))


def _archive(ctx: Context, path: Path, told: Told, bad: Bad, inside: str) -> Iterator[Arrived]:
    """The posts of all files in an archive; archives in archives to a depth. Files of posts are kept in the store."""
    name = f"{inside}!/{path.name}" if inside else str(path)
    if inside.count("!/") + bool(inside) >= _DEEPEST_ARCHIVE:
        raise Unsupported(f"{name}: archives in archives in archives are not read: unpack it by hand")
    with _unpacked(ctx, path, bad) as folder:
        for file in files_in(folder):
            try:
                for post, capture in read_file(ctx, file, told, bad, inside=name):
                    yield with_files_kept(ctx, post), capture
            except ConvoywatchError as error:
                bad(f"{name}!/{file.relative_to(folder)}", str(error))


@contextmanager
def _unpacked(ctx: Context, path: Path, bad: Bad) -> Iterator[Path]:
    """The archive's files in a folder that goes away at the end; what killed processes left goes away first."""
    root = Path(ctx.settings.data) / _UNPACKED
    root.mkdir(parents=True, exist_ok=True)
    for left in root.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))
    try:
        unpack(path, folder, bad)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            root.rmdir()
