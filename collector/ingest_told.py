"""What does a person say of what they hand over, and how is it kept raw?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from collector.context import Context, now
from collector.http_values import Response, tool
from collector.sources.base import Post
from collector.sources.csv_posts import Reading
from collector.sources.dataset import Dataset
from db import sources
from db.rows import NewCapture

#: pages and small exports are kept raw; a larger file is the operator's own to keep
KEEP_RAW_BYTES = 64 * 2**20

#: told of each bad item: what it was, and what is wrong with it
Bad = Callable[[str, str], None]
#: a post with the SHA-256 of the capture that it was read from
Arrived = tuple[Post, str | None]


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says: the words of a bare video or picture and when it was posted; how tables are to be read.

    `dataset`: the files hold sightings of others."""

    text: str = ""
    posted_at: datetime | None = None
    tables: Reading = field(default_factory=Reading)
    dataset: Dataset | None = None


def keep(ctx: Context, path: Path, shown: str | None = None) -> str | None:
    """Keep a file's bytes as a capture, from the address `shown` (its own otherwise); None: too large."""
    if path.stat().st_size > KEEP_RAW_BYTES:
        return None
    return note(ctx, path.read_bytes(), shown or (path.as_uri() if path.is_absolute() else str(path)))


def note(ctx: Context, body: bytes, url: str) -> str:
    """Keep raw bytes that no server sent us, and note that they are there and where they are from; their SHA-256."""
    return _noted(ctx, NewCapture(ctx.captures.store(body), len(body), url, 0, {}, now(), tool()))


def answered(ctx: Context, answer: Response) -> str:
    """Keep an answer with all that was said around it; the SHA-256 of its body."""
    return _noted(ctx, ctx.captures.keep(answer))


def _noted(ctx: Context, capture: NewCapture) -> str:
    with ctx.store.write() as conn:
        sources.save_handed_in(conn, capture)
    return capture.sha256
