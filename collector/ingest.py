"""What did a person hand us? A link, a file, a folder or lines become posts, the same way as a poll."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from collector.context import Context, now
from collector.errors import ConvoywatchError, Misconfigured
from collector.ingest_archive import files_in
from collector.ingest_file import read_file
from collector.ingest_kept import with_files_kept
from collector.ingest_link import read_link
from collector.ingest_told import Arrived, Bad, Told
from collector.sources.jsonl import read_lines
from collector.stages.arrive import store_posts
from collector.stages.rows import new_post
from db import sources
from db.rows import Saved

__all__ = ["Arrived", "Bad", "Told", "ingest", "read_any", "read_stream"]
BATCH = 200


def ingest(ctx: Context, posts: Iterator[Arrived], step: Callable[[Saved], None]) -> None:
    """Store posts in batches until `ctx.stop`, each in one transaction: what was stored stays, whatever comes later."""
    while not ctx.stop.is_set() and (batch := list(itertools.islice(posts, BATCH))):
        groups: dict[tuple[str, str], list[Arrived]] = {}
        for came, capture in batch:
            post = with_files_kept(ctx, came) if ctx.settings.shared else came
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
        yield from read_link(ctx, what, bad)
        return
    path = Path(what)
    if not path.exists():
        raise Misconfigured(f"there is no file or folder {what}; a link starts with https://")
    if not path.is_dir() or (path / "result.json").is_file():
        yield from read_file(ctx, path, told, bad)
        return
    for file in files_in(path):
        try:
            yield from read_file(ctx, file, told, bad)
        except ConvoywatchError as error:
            bad(str(file), str(error))


def read_stream(lines: Iterator[bytes], bad: Bad) -> Iterator[Arrived]:
    """JSON lines in the shape that `parse` writes."""
    for post in read_lines(lines, lambda n, wrong: bad(f"line {n}", wrong)):
        yield post, None
